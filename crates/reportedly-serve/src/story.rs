//! A story as its page shows it.

use crate::{dates, graph, words::Words};
use jiff::{Timestamp, civil::Date};
use reportedly_library::ToldStory;
use reportedly_read::Reading;
use reportedly_said::{PartyKind, Status};
use reportedly_story::{
    Carrier, Claim, DatedBy, Denial, Development, Member, Observation, Stance, Story, without_dateline,
};
use reportedly_text::Span;
use rustc_hash::FxHashMap;

/// A story, ready to be drawn.
pub struct StoryView {
    pub id: String,
    pub title: String,
    pub span: String,
    pub articles: usize,
    pub copies: usize,
    pub outlets: usize,
    pub topics: Vec<String>,
    /// What is known at a glance: the last that happened, what comes next, what most articles say.
    pub standing: Vec<Standing>,
    pub leading: Option<ClaimView>,
    /// Who stands up for the leading claim, and who denies one.
    pub says: Vec<Voice>,
    pub denies: Vec<Voice>,
    pub others: Vec<ClaimView>,
    pub timeline: Vec<Entry>,
    pub families: Vec<Family>,
    pub graph: Option<graph::Graph>,
}

/// Something that is known, and whose word it is.
pub struct Standing {
    /// The key of what it is called.
    pub what: &'static str,
    pub stand: Option<Stand>,
    /// Its day, and how that is written.
    pub date: Option<(String, String)>,
    pub text: String,
    /// The independent origins of a claim.
    pub independent: Option<usize>,
    pub articles: usize,
    pub whose: Vec<Word>,
    /// How many more there are.
    pub more: usize,
    /// Where it is said.
    pub article: String,
    pub lang: Option<String>,
}

/// Somebody's word.
#[derive(PartialEq, Eq)]
pub struct Word {
    pub name: Option<String>,
    pub kind: Option<&'static str>,
    /// The outlet that has it from them.
    pub via: Option<String>,
}

/// What somebody says for or against.
pub struct Voice {
    pub who: Word,
    pub text: String,
    pub outlet: String,
    pub article: String,
    /// Its statement there.
    pub statement: Option<usize>,
    pub lang: Option<String>,
}

/// A claim, and whose word it is.
pub struct ClaimView {
    pub text: String,
    pub lang: Option<String>,
    pub origins: Vec<OriginView>,
}

/// Who stands behind a claim.
pub struct OriginView {
    pub name: Option<String>,
    pub ways: Vec<Way>,
}

/// By way of whom an article has it.
pub struct Way {
    pub article: String,
    pub links: Vec<String>,
    pub copy: bool,
}

/// One entry of the timeline.
pub struct Entry {
    pub date: String,
    pub shown: String,
    pub by_report: bool,
    pub stand: Stand,
    pub text: String,
    pub who: Vec<Source>,
    pub more: usize,
    /// Later than anything that was published.
    pub ahead: bool,
    pub lang: Option<String>,
}

/// An outlet, and its article.
pub struct Source {
    pub outlet: String,
    pub article: String,
}

/// An article with its copies.
pub struct Family {
    pub head: ArticleLine,
    pub copies: Vec<ArticleLine>,
}

/// An article in a list.
pub struct ArticleLine {
    pub id: String,
    pub title: String,
    pub outlet: String,
    pub day: Option<String>,
    pub known: Option<Timestamp>,
    pub chain: Vec<String>,
    pub lang: Option<String>,
}

/// Outlets that are named behind an entry.
const NAMED: usize = 3;
/// Origins that are named beside what is known.
const WORDS: usize = 6;
/// Statements for, and against.
const VOICES: usize = 8;
/// What took place so many days before it was reported is what the report looks back on.
pub const LONG_BEFORE: i64 = 10;

/// All statuses, in the order in which they are explained and chosen.
pub const STATUSES: [Status; 4] = [Status::Happened, Status::Planned, Status::Possible, Status::Denied];

/// How a development stands: the status that signs and colours go by, and the key of its word, which says in what way
/// something is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub status: &'static str,
    pub word: &'static str,
}

impl Stand {
    /// Of a development as it is told.
    pub fn of(d: &Development) -> Self {
        let status = status(d.told());
        let word = match d.denial {
            Some(Denial::Refused) => "denial.refused",
            Some(Denial::CalledOff) => "denial.called-off",
            Some(Denial::Postponed) => "denial.postponed",
            Some(Denial::Negated) | None => status,
        };
        Self { status, word }
    }
}

/// The status in the word that the pages and their styles have for it.
pub fn status(status: Status) -> &'static str {
    status.word()
}

/// The language of an article, where it is not that of our pages.
pub fn foreign(reading: &Reading) -> Option<String> {
    reading.language.map(|l| l.code().to_owned()).filter(|code| code != Words::of("en").language)
}

/// Who published an article, as far as that is known.
pub fn outlet(of: &Observation) -> String {
    let file = || of.path.as_deref().and_then(|path| path.rsplit(['/', '\\']).next()).map(str::to_owned);
    of.reading.outlet.clone().or_else(file).unwrap_or_else(|| of.id.clone())
}

impl StoryView {
    /// Who stands up for the leading claim and who denies one, with the keys of what they are called.
    pub fn sides(&self) -> [(&[Voice], &'static str); 2] {
        [(&self.says, "story.for"), (&self.denies, "story.against")]
    }

    /// Of a story as it was told.
    pub fn of(told: &ToldStory) -> Self {
        let (story, of) = (&told.story, told.observations.as_slice());
        let mut outlets: Vec<&str> =
            story.articles.iter().filter_map(|m| of[m.article].reading.outlet.as_deref()).collect();
        outlets.sort_unstable();
        outlets.dedup();
        let denies = |claim: &&Claim| claim.articles.iter().any(|c| c.stance == Stance::Denies);
        let rest = || story.claims.iter().skip(1);
        let leading = story.claims.first();
        let against = story.claims.iter().filter(denies);
        let developments = Told::all(story, of);
        Self {
            id: story.id.clone(),
            title: story.title.clone(),
            span: reportedly_answer::span_of_dates(story.first, story.last),
            articles: story.articles.len(),
            copies: story.articles.iter().filter(|m| m.copy_of.is_some()).count(),
            outlets: outlets.len(),
            topics: story.topics.clone(),
            standing: standing(story, &developments, of),
            leading: leading.map(|claim| ClaimView::of(claim, story, of)),
            says: voices(leading.into_iter(), Stance::Asserts, story, of),
            denies: voices(against, Stance::Denies, story, of),
            others: rest().filter(|c| !denies(c)).map(|claim| ClaimView::of(claim, story, of)).collect(),
            timeline: timeline(story, &developments, of),
            families: families(story, of),
            graph: story.claims.first().and_then(|claim| graph::Graph::of(claim, story, of)),
        }
    }
}

/// A development, and who tells it as it is told.
pub struct Told<'s> {
    pub development: &'s Development,
    /// Since when it is known as its sentence tells it.
    pub known: Option<Timestamp>,
    /// The articles that tell it from then on: who reported a plan could not know what came of it.
    pub tellers: Vec<usize>,
}

impl<'s> Told<'s> {
    /// The developments of a story, in their order.
    pub fn all(story: &'s Story, of: &[Observation]) -> Vec<Self> {
        let known: FxHashMap<usize, Timestamp> =
            story.articles.iter().filter_map(|m| Some((m.article, m.known_at?))).collect();
        story.timeline.iter().map(|d| Self::of(d, &known, of)).collect()
    }

    fn of(d: &'s Development, known: &FxHashMap<usize, Timestamp>, of: &[Observation]) -> Self {
        let has_it = |article: &&usize| of[**article].reading.text.contains(&d.text);
        let first = d.articles.iter().filter(has_it).filter_map(|article| known.get(article)).min();
        let Some(first) = first.copied() else {
            let known = d.articles.iter().filter_map(|article| known.get(article)).min().copied();
            return Self { development: d, known, tellers: d.articles.clone() };
        };
        let since = |article: &usize| known.get(article).is_some_and(|at| *at >= first);
        Self {
            development: d,
            known: Some(first),
            tellers: d.articles.iter().copied().filter(since).collect(),
        }
    }

    /// Whether it took place long before it was reported.
    fn is_old(&self) -> bool {
        match (self.known.map(dates::day_of), self.development.date.parse::<Date>()) {
            (Some(known), Ok(day)) => known.duration_since(day).as_hours() / 24 > LONG_BEFORE,
            _ => false,
        }
    }
}

/// What is known at a glance.
fn standing(story: &Story, timeline: &[Told<'_>], of: &[Observation]) -> Vec<Standing> {
    let done =
        |t: &&Told<'_>| matches!(t.development.status, Status::Happened | Status::Denied) && !t.is_old();
    // Of what became known last, that which most articles tell.
    let latest = timeline
        .iter()
        .filter(done)
        .max_by_key(|t| (t.known.map(dates::day_of), t.tellers.len(), &t.development.date));
    let last = story.last.map(|day| day.to_string()).unwrap_or_default();
    let ahead = |t: &&Told<'_>| {
        t.development.status == Status::Planned && t.development.date.as_str() > last.as_str()
    };
    let next = timeline.iter().filter(ahead).min_by_key(|t| &t.development.date);
    let told = |what, t: &Told<'_>| {
        let (d, tellers) = (t.development, &t.tellers);
        let mut whose: Vec<Word> = Vec::new();
        for article in tellers {
            let word = word_of(&of[*article], &d.text);
            if !whose.iter().any(|w| w.name == word.name) {
                whose.push(word);
            }
        }
        Standing {
            what,
            stand: Some(Stand::of(d)),
            date: Some((d.date.clone(), dates::long(&d.date))),
            text: d.text.clone(),
            independent: None,
            articles: tellers.len(),
            more: whose.len().saturating_sub(NAMED),
            whose: whose.into_iter().take(NAMED).collect(),
            article: tellers.first().map(|a| of[*a].id.clone()).unwrap_or_default(),
            lang: tellers.first().and_then(|a| foreign(&of[*a].reading)),
        }
    };
    let claimed = story.claims.first().map(|claim| {
        let whose = claim.origins.iter().take(WORDS).map(|origin| Word {
            name: origin.name.clone(),
            kind: origin.kind.map(PartyKind::word),
            via: origin.via.clone().filter(|via| Some(via) != origin.name.as_ref()),
        });
        let mut carriers: Vec<usize> = claim.articles.iter().map(|c| c.article).collect();
        carriers.sort_unstable();
        carriers.dedup();
        Standing {
            what: "story.claim",
            stand: None,
            date: None,
            text: quoted(&claim.text),
            independent: Some(claim.independent_origins),
            articles: carriers.len(),
            whose: whose.collect(),
            more: claim.origins.len().saturating_sub(WORDS),
            article: claim.articles.first().map(|c| of[c.article].id.clone()).unwrap_or_default(),
            lang: claim.articles.first().and_then(|c| foreign(&of[c.article].reading)),
        }
    });
    let latest = latest.map(|d| told("story.latest", d));
    latest.into_iter().chain(next.map(|d| told("story.next", d))).chain(claimed).collect()
}

/// Whose word a sentence of an article is: the source of the statement in it; else the outlet's own.
fn word_of(of: &Observation, sentence: &str) -> Word {
    let reading = &of.reading;
    let publisher = outlet(of);
    let said = reading.text.find(sentence).and_then(|start| {
        let within = |s: &Span| s.start >= start && s.end <= start + sentence.len();
        reading.statements.iter().find(|s| s.source.is_some() && s.content.iter().any(within))
    });
    match said.and_then(|s| Some((s, s.source.as_ref()?))) {
        Some((statement, party)) => {
            let relay = statement.relays.last().map(|relay| relay.name.clone());
            let via = Some(relay.unwrap_or(publisher)).filter(|via| *via != party.name);
            Word { name: Some(party.name.clone()), kind: Some(PartyKind::word(party.kind)), via }
        }
        None => Word { name: Some(publisher), kind: Some("voice"), via: None },
    }
}

/// What somebody says in quotation marks, unless it has its own.
pub fn quoted(text: &str) -> String {
    let has = text.starts_with(['"', '“', '”', '„', '«', '»', '‘', '\'', '‚']);
    if has { text.to_owned() } else { format!("“{text}”") }
}

/// The statements behind claims, each once: copies say nothing of their own.
fn voices<'c>(
    claims: impl Iterator<Item = &'c Claim>,
    stance: Stance,
    story: &Story,
    of: &[Observation],
) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::new();
    for carrier in claims.flat_map(|claim| &claim.articles).filter(|c| c.stance == stance) {
        if is_copy(story, carrier.article) {
            continue;
        }
        let reading = &of[carrier.article].reading;
        let publisher = outlet(&of[carrier.article]);
        let statement = carrier.statement.and_then(|i| Some((i, reading.statements.get(i)?)));
        let Some((place, statement)) = statement else { continue };
        let words: Vec<&str> = statement.content.iter().map(|span| span.of(&reading.text)).collect();
        let relay = statement.relays.last().map(|relay| relay.name.clone());
        let who = Word {
            name: statement.source.as_ref().map(|party| party.name.clone()),
            kind: statement.source.as_ref().map(|party| PartyKind::word(party.kind)),
            via: relay.filter(|via| *via != publisher),
        };
        let text = without_dateline(&words.join(" … ")).to_owned();
        if voices.iter().all(|v| v.who.name != who.name || v.text != quoted(&text)) {
            let article = of[carrier.article].id.clone();
            let (text, lang) = (quoted(&text), foreign(reading));
            voices.push(Voice { who, text, outlet: publisher, article, statement: Some(place), lang });
        }
        if voices.len() == VOICES {
            break;
        }
    }
    voices
}

impl ClaimView {
    fn of(claim: &Claim, story: &Story, of: &[Observation]) -> Self {
        let origins = claim.origins.iter().map(|origin| {
            let ways = claim.articles.iter().filter(|c| origin.articles.contains(&c.article));
            let mut seen = Vec::new();
            let ways = ways.filter_map(|c| {
                let way = Way::of(c, story, of);
                let key = (way.links.clone(), way.copy);
                let new = !seen.contains(&key);
                seen.push(key);
                new.then_some(way)
            });
            OriginView { name: origin.name.clone(), ways: ways.collect() }
        });
        Self {
            text: quoted(&claim.text),
            lang: claim.articles.first().and_then(|c| foreign(&of[c.article].reading)),
            origins: origins.collect(),
        }
    }
}

impl Way {
    fn of(carrier: &Carrier, story: &Story, of: &[Observation]) -> Self {
        // The origin stands above.
        let relays = carrier.chain.get(..carrier.chain.len().saturating_sub(1).max(1)).unwrap_or_default();
        let mut links: Vec<String> =
            relays.iter().map(|link| link.clone().unwrap_or_else(|| "unknown".to_owned())).collect();
        let publisher = outlet(&of[carrier.article]);
        match links.first_mut() {
            Some(first) => *first = publisher,
            None => links.push(publisher),
        }
        Self { article: of[carrier.article].id.clone(), links, copy: is_copy(story, carrier.article) }
    }
}

fn is_copy(story: &Story, article: usize) -> bool {
    story.articles.iter().any(|m| m.article == article && m.copy_of.is_some())
}

/// What happened last comes last: a timeline is read downwards.
fn timeline(story: &Story, developments: &[Told<'_>], of: &[Observation]) -> Vec<Entry> {
    let last = story.last.map(|day| day.to_string()).unwrap_or_default();
    let entry = |t: &Told<'_>| {
        let d = t.development;
        let mut who: Vec<Source> = Vec::new();
        for article in &t.tellers {
            let name = outlet(&of[*article]);
            if !who.iter().any(|w| w.outlet == name) {
                who.push(Source { outlet: name, article: of[*article].id.clone() });
            }
        }
        let more = who.len().saturating_sub(NAMED);
        who.truncate(NAMED);
        Entry {
            date: d.date.clone(),
            shown: dates::long(&d.date),
            by_report: d.dated_by == DatedBy::Report,
            stand: Stand::of(d),
            text: d.text.clone(),
            who,
            more,
            ahead: d.date.as_str() > last.as_str(),
            lang: t.tellers.first().and_then(|a| foreign(&of[*a].reading)),
        }
    };
    developments.iter().map(entry).collect()
}

fn families(story: &Story, of: &[Observation]) -> Vec<Family> {
    let line = |m: &Member| {
        let reading = &of[m.article].reading;
        ArticleLine {
            id: of[m.article].id.clone(),
            title: reading.title.clone().unwrap_or_else(|| of[m.article].id.clone()),
            outlet: outlet(&of[m.article]),
            lang: foreign(reading),
            day: reading.published.best.as_ref().map(|when| dates::day(when.day())),
            known: m.known_at,
            chain: m
                .chain
                .iter()
                .skip(1)
                .map(|link| link.clone().unwrap_or_else(|| "unknown".to_owned()))
                .collect(),
        }
    };
    let own = story.articles.iter().filter(|m| m.copy_of.is_none());
    own.map(|head| {
        let copies = story.articles.iter().filter(|m| m.copy_of == Some(head.article));
        Family { head: line(head), copies: copies.map(line).collect() }
    })
    .collect()
}
