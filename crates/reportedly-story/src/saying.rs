//! What an article says, taken apart for comparison with others: the contents of its statements and the sentences
//! in its own voice.

use crate::{
    credits::{self, Credit},
    figures::{Counting, Figures},
    predicates::{self, Predicates},
    sources::{Descriptions, Sources},
    wording::Wording,
};
use reportedly_read::{Reading, Role};
use reportedly_said::{Act, PartyKind, Status};
use reportedly_text::{Analysis, ByLanguage, Language, Pos, Span, TokenKind, rows, split};
use rustc_hash::FxHashSet;
use std::{ops::Range, sync::Arc};

/// Sentences that open an article.
const OPENING: usize = 3;
/// Weight of the headline's words in what an opening sentence says: "it", "the deal" mean what the headline names.
const BY_HEADLINE: f32 = 0.6;
/// Weight of the sentence before where a content names little itself.
const BY_CONTEXT: f32 = 0.5;
/// Weight below which a content names little.
const LITTLE: f32 = 2.5;
/// Words of a paragraph that may be a credit line.
const CREDIT: usize = 8;
/// Mentions of an outlet that are looked at for whether a text speaks of it as of itself.
const MENTIONS: usize = 20;
/// Bytes that a dateline may take up.
const DATELINE: usize = 60;
/// Words that a content has which says something by itself.
const WHOLE: usize = 5;
/// Statements of one article that are compared.
const MOST: usize = 200;

/// A party as a chain ends in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its name or description.
    pub name: String,
    /// Its kind.
    pub kind: PartyKind,
    /// The words that stand for it here.
    pub words: String,
    /// What a party without a name is called by: "official", "conservator".
    pub called: Vec<String>,
    /// Whose it is, where that is told: "his office", "the office of President Dastan", "Dastan's office".
    pub owner: Option<String>,
    /// Whether it has a name of its own.
    pub named: bool,
}

/// The words of one kind in a table of kinds and words.
pub(crate) fn words(language: Language, table: &str, kind: &str) -> FxHashSet<&'static str> {
    rows(Some(language), table)
        .filter(|r| r.first() == Some(&kind))
        .filter_map(|r| r.get(1).copied())
        .collect()
}

/// In what way a content is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The cue rejects it: "denied that".
    Rejected,
    /// It is negated: "is not in talks".
    Negated,
    /// It was to be and will not be, or failed: "has been called off".
    CalledOff,
}

impl Denied {
    fn of(status: Status, reason: &str) -> Option<Self> {
        match reason.split(':').next() {
            _ if status != Status::Denied => None,
            Some("cue") => Some(Self::Rejected),
            Some("negation") => Some(Self::Negated),
            _ => Some(Self::CalledOff),
        }
    }
}

/// One content as an article gives it.
#[derive(Clone, Debug)]
pub(crate) struct Saying {
    /// The statement it is, as an index into the reading's; `None` for a sentence in the outlet's own voice.
    pub statement: Option<usize>,
    /// What it says, with what its headline and the sentence before it say for it.
    pub words: Wording,
    /// What it says by itself.
    pub own: Wording,
    /// The numbers that it is about.
    pub figures: Figures,
    /// What it says, clause by clause.
    pub says: Predicates,
    /// Whether it turns something down rather than denying it.
    pub turns_down: bool,
    /// Its text as it stands.
    pub text: String,
    /// The sentence it stands in.
    pub place: usize,
    /// Whether it stands at the head of the article.
    pub opening: bool,
    /// Whether it is a proposition by itself, rather than a thing or the time of something.
    pub whole: bool,
    /// How it stands.
    pub status: Status,
    /// In what way it is denied, where it is.
    pub denied: Option<Denied>,
    /// Whether the outlet's own people saw it.
    pub witness: bool,
    /// Who says it.
    pub source: Option<Source>,
    /// By way of whom.
    pub chain: Vec<Option<String>>,
}

impl Saying {
    /// The last link of the chain.
    pub(crate) fn party(&self) -> String {
        self.source.as_ref().map_or_else(String::new, |s| s.name.clone())
    }
}

/// All that an article says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// Who publishes it.
    pub outlet: Option<String>,
    /// The outlets it is credited to, other than its own.
    pub credits: Vec<String>,
    /// What stands where a text says whose it is.
    pub lines: Vec<Credit>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// The outlets that it has something by way of.
    pub relays: Vec<String>,
    /// Its contents, in order.
    pub sayings: Vec<Saying>,
    /// The words of its headline.
    pub title: Wording,
    /// The words of its headline and of its opening sentences.
    pub head: Wording,
    /// The short lines at its ends, where credits stand.
    ends: String,
    /// Its text, lower case.
    pub plain: String,
}

impl Told {
    /// Takes a reading with this text apart.
    pub(crate) fn of(reading: &Reading, text: &Analysis<'_>) -> Self {
        let language = text.language;
        let title = reading.title.as_deref().map_or_else(Wording::default, |t| {
            let t = split(t, language);
            Wording::of(&t, &[Span::new(0, t.text.len())], &[])
        });
        let opening = text.sentences.iter().take(OPENING).map(|s| s.span).collect::<Vec<_>>();
        let mut head = title.clone();
        head.add(&Wording::of(text, &opening, &reading.times), 1.0);
        let mut told = Self {
            outlet: reading.outlet.clone(),
            credits: credits(reading),
            lines: credits::of(reading),
            authors: reading.authors.clone(),
            relays: relays(reading),
            sayings: Vec::new(),
            title,
            head,
            ends: ends(reading),
            plain: reading.text.to_lowercase(),
        };
        let descriptions = Descriptions::of(language);
        let sources = Sources::new(reading, text, &descriptions);
        let counting = Counting::of(language);
        let eyewitness = EYEWITNESS.of(language);
        let negators: FxHashSet<&str> = ["determiner", "pronoun"]
            .into_iter()
            .flat_map(|kind| rows(Some(language), "negators").filter(move |r| r.get(1) == Some(&kind)))
            .filter_map(|r| r.first().copied())
            .collect();
        let outlet = reading.outlet.as_deref().and_then(|o| o.split_whitespace().next_back());
        let outlet = outlet.map(str::to_lowercase);
        let mut spoken = vec![false; text.sentences.len()];
        for (i, s) in reading.statements.iter().enumerate().take(MOST) {
            if !matches!(s.act, Act::Speech | Act::Finding | Act::Belief) {
                continue;
            }
            let Some(first) = s.content.first() else { continue };
            // "Neither ministry confirmed the date": nobody says so.
            let nobody = |p: &reportedly_said::Party| {
                let first = p.span.of(&reading.text).split_whitespace().next().map(str::to_lowercase);
                first.is_some_and(|word| negators.contains(word.as_str()))
            };
            if s.source.as_ref().is_some_and(nobody) {
                continue;
            }
            let place = text.sentences.partition_point(|x| x.span.end <= first.start);
            if let Some(s) = spoken.get_mut(place) {
                *s = true;
            }
            let (own, mut words) = told.words(text, reading, &s.content, place);
            // What comes by way of another outlet is mostly the matter of the whole article.
            if s.relays.iter().chain(&s.source).any(|p| p.kind == PartyKind::Outlet) {
                words.add(&told.head, BY_HEADLINE);
            }
            told.sayings.push(Saying {
                statement: Some(i),
                words,
                own,
                figures: Figures::of(text, &s.content, reading, &counting),
                says: Predicates::of(text, &s.content),
                turns_down: predicates::turns_down(text, &s.content, s.cue),
                whole: is_whole(text, &s.content, reading),
                text: s
                    .content
                    .iter()
                    .map(|c| without_dateline(c.of(&reading.text)).trim())
                    .collect::<Vec<_>>()
                    .join(" "),
                place,
                opening: place < OPENING,
                status: s.status,
                denied: Denied::of(s.status, &s.reason),
                witness: false,
                source: s.source.as_ref().map(|p| sources.source(p)),
                chain: s.chain.clone(),
            });
        }
        sources.resolve(&mut told.sayings);
        for (i, sentence) in text.sentences.iter().enumerate() {
            let witness = eyewitness.tells(text, sentence.tokens.clone(), outlet.as_deref());
            if spoken[i] || i >= OPENING && !witness || told.sayings.len() > MOST * 2 {
                continue;
            }
            let (own, words) = told.words(text, reading, &[sentence.span], i);
            let (status, denied) = standing(reading, sentence.span);
            told.sayings.push(Saying {
                statement: None,
                words,
                own,
                figures: Figures::of(text, &[sentence.span], reading, &counting),
                says: Predicates::of(text, &[sentence.span]),
                turns_down: false,
                whole: is_whole(text, &[sentence.span], reading),
                text: without_dateline(sentence.span.of(&reading.text)).to_owned(),
                place: i,
                opening: i < OPENING,
                status,
                denied,
                witness,
                source: None,
                chain: vec![reading.outlet.clone()],
            });
        }
        told
    }

    fn words(
        &self,
        text: &Analysis<'_>,
        reading: &Reading,
        spans: &[Span],
        place: usize,
    ) -> (Wording, Wording) {
        let own = Wording::of(text, spans, &reading.times);
        let mut words = own.clone();
        let little = own.weight() < LITTLE;
        if place < OPENING {
            words.add(&self.title, BY_HEADLINE);
        } else if little
            && let Some((before, here)) =
                place.checked_sub(1).and_then(|p| Some((text.sentences.get(p)?, text.sentences.get(place)?)))
            && before.paragraph == here.paragraph
        {
            words.add(&Wording::of(text, &[before.span], &reading.times), BY_CONTEXT);
        }
        (own, words)
    }

    /// Whether a saying came by way of another outlet: that is mostly the matter of the whole article.
    pub(crate) fn relayed(&self, saying: usize) -> bool {
        self.sayings.get(saying).is_some_and(|s| {
            s.chain.len() > 2 || s.source.as_ref().is_some_and(|p| p.kind == PartyKind::Outlet)
        })
    }

    /// Whether all of it is from whom it is credited to: nobody else is named as having written it.
    pub(crate) fn is_reprint(&self) -> bool {
        self.credits.first().is_some_and(|credit| {
            let credit = crate::origins::key(credit);
            self.authors.iter().all(|author| crate::origins::key(author).starts_with(&credit))
        })
    }

    /// Whether it names an outlet as the one it has its text from: in a credit line, or by speaking of it as of
    /// itself ("Harbour Wire could not confirm the report").
    pub(crate) fn credits(&self, outlet: &str) -> bool {
        let outlet = crate::origins::key(outlet);
        let opens = |at: usize| {
            let before = self.plain[..at].trim_end();
            let before = crate::origins::without_article_behind(before);
            before.is_empty() || before.ends_with(['.', '!', '?', '\n', '"', '”'])
        };
        !outlet.is_empty()
            && (self.ends.contains(&outlet)
                || self.plain.match_indices(outlet.as_str()).take(MENTIONS).any(|m| opens(m.0)))
    }
}

/// The outlets that an article has something by way of.
fn relays(reading: &Reading) -> Vec<String> {
    let relays = reading.statements.iter().flat_map(|s| &s.relays);
    relays.filter(|r| r.kind == PartyKind::Outlet).map(|r| r.name.clone()).collect()
}

/// The outlets that an article owes its text to, has something by way of or lets speak for themselves ("Harbour Wire
/// could not confirm the report"), for comparison.
pub(crate) fn credits_of(reading: &Reading) -> Vec<String> {
    let speaking = reading.statements.iter().filter_map(|s| s.source.as_ref());
    let speaking = speaking.filter(|s| s.kind == PartyKind::Outlet).map(|s| s.name.clone());
    let all = credits(reading).into_iter().chain(relays(reading)).chain(speaking);
    let mut credits: Vec<String> = all.map(|c| crate::origins::key(&c)).collect();
    credits.sort_unstable();
    credits.dedup();
    credits
}

/// Whether a content says something by itself: it has a verb, some length, and does not begin with a time ("nine
/// days after the ship was boarded") or lean on what was said before by a pronoun.
fn is_whole(text: &Analysis<'_>, content: &[Span], reading: &Reading) -> bool {
    let Some(first) = content.first() else { return false };
    let tokens = || content.iter().flat_map(|c| text.tokens_in(*c));
    let words = || tokens().filter(|i| text.tokens[*i].kind == TokenKind::Word);
    let from = reading.times.partition_point(|t| t.span.end <= first.start);
    let timed = reading.times.get(from).is_some_and(|t| t.span.start <= first.start);
    words().count() >= WHOLE
        && !timed
        && words().any(|i| matches!(text.tokens[i].pos, Pos::Verb | Pos::Aux))
        && words().next().is_some_and(|i| text.tokens[i].pos != Pos::Pron)
}

/// The outlets that an article is credited to, without its own.
fn credits(reading: &Reading) -> Vec<String> {
    let is_own = |name: &str| reading.outlet.as_deref().is_some_and(|own| credits::is_same(name, own));
    reading.agencies.iter().filter(|agency| !is_own(agency)).cloned().collect()
}

/// The short lines where credits stand: bylines, the first and last paragraphs.
fn ends(reading: &Reading) -> String {
    let mut ends = String::new();
    let mut add = |text: &str| {
        if text.split_whitespace().count() <= CREDIT {
            ends.push_str(&text.to_lowercase());
            ends.push('\n');
        }
    };
    let beside = |role| matches!(role, Role::Byline | Role::DateLine | Role::Other | Role::Legal);
    for line in reading.other.iter().filter(|o| beside(o.role)).flat_map(|o| o.text.lines()) {
        add(line);
    }
    for author in &reading.authors {
        add(author);
    }
    for block in reading.blocks.iter().take(1).chain(reading.blocks.iter().rev().take(2)) {
        add(block.span.of(&reading.text));
    }
    ends
}

/// How outlets of a language tell that their own people saw something.
struct Eyewitness {
    /// Words for "our".
    our: FxHashSet<&'static str>,
    /// Words for its people.
    who: FxHashSet<&'static str>,
    /// Words for seeing.
    saw: FxHashSet<&'static str>,
}

static EYEWITNESS: ByLanguage<Arc<Eyewitness>> =
    ByLanguage::new(|language| Arc::new(Eyewitness::from_tables(language)));

impl Eyewitness {
    fn from_tables(language: Language) -> Self {
        let those = |kind: &str| words(language, "eyewitness", kind);
        Self { our: those("our"), who: those("who"), saw: those("saw") }
    }

    /// Whether a sentence says first that it was one of ours, then that he saw. The outlet is known by the last word of
    /// its name.
    fn tells(&self, text: &Analysis<'_>, mut tokens: Range<usize>, outlet: Option<&str>) -> bool {
        let first = tokens.start;
        let ours = |i: usize| {
            let before = i.checked_sub(1).filter(|b| *b >= first).map(|b| text.lower(b));
            before.is_some_and(|b| self.our.contains(b) || outlet == Some(b))
        };
        tokens.any(|i| self.who.contains(text.lower(i)) && ours(i))
            && tokens.any(|i| self.saw.contains(text.lower(i)))
    }
}

/// How the first event of a sentence stands.
fn standing(reading: &Reading, sentence: Span) -> (Status, Option<Denied>) {
    let event = reading.events.iter().find(|e| sentence.contains(e.span));
    event.map_or((Status::Happened, None), |e| (e.status, Denied::of(e.status, &e.reason)))
}

/// A sentence without the place, day and agency in front: "VELM, May 6 (Harbour Wire) - ".
pub fn without_dateline(sentence: &str) -> &str {
    let Some(first) = sentence.split([',', ' ']).next() else { return sentence };
    let shouted =
        first.chars().filter(|c| c.is_alphabetic()).count() > 1 && !first.chars().any(char::is_lowercase);
    let dash = [" - ", " – ", " — "].iter().filter_map(|d| Some((sentence.find(d)?, d.len()))).min();
    match dash {
        Some((at, length)) if shouted && at <= DATELINE => sentence[at + length..].trim_start(),
        _ => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::without_dateline;

    #[test]
    fn datelines_are_left_out() {
        let check = |sentence: &str, want: &str| assert_eq!(without_dateline(sentence), want);
        check("SKARN, May 6 (Osprey Wire) - The ferry sank.", "The ferry sank.");
        check("SKARN (Osprey Wire) — The ferry sank.", "The ferry sank.");
        check("The ferry - an old one - sank.", "The ferry - an old one - sank.");
        check("A ferry - an old one - sank.", "A ferry - an old one - sank.");
        check("", "");
    }
}
