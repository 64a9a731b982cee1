//! The dated developments of a story: what happened, is to happen or was called off, one entry a date.
//!
//! Dates come from the events of all articles and from the acts of saying that brought the story forward: the first
//! report of a claim, its denial, its confirmation. How an entry stands is told by the articles known last.

#[cfg(test)]
mod tests;

use crate::{
    Claim, DatedBy, Denial, Development, Member, Observation, Stance, saying::without_dateline,
    wording::Wording,
};
use jiff::{civil::Date, tz::TimeZone};
use reportedly_read::Reading;
use reportedly_said::{Party, PartyKind, Statement, Status};
use reportedly_text::{Analysis, ByLanguage, Span, rows, split};
use reportedly_time::TimexKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::{collections::BTreeMap, sync::Arc};

/// Entries a timeline has, whatever the number of articles.
const ENTRIES: usize = 10;
/// Articles that bring one more entry.
const ARTICLES_AN_ENTRY: usize = 2;
/// Entries a timeline never exceeds.
const MOST: usize = 30;
/// Likeness from which on two entries of one date are about one matter.
const ALIKE: f32 = 0.2;
/// Likeness from which on a later article that calls something off means this entry.
const CALLS_OFF: f32 = 0.25;
/// What a saying that brings the story forward gains over other entries of its date.
const BRINGS_FORWARD: f32 = 0.35;
/// What an article more that tells of a date adds to the date's weight.
const TOLD_AGAIN: f32 = 0.25;
/// Sentences that open an article.
const OPENING: usize = 3;
/// What standing in an article's opening adds.
const OPENS: f32 = 0.2;
/// Articles that must tell of a month or a year.
const SEVERAL: usize = 3;
/// Characters of a sentence that reads well in a timeline.
const READABLE: std::ops::RangeInclusive<usize> = 30..=260;
/// Days from which on a date without a year is nearer in another year.
const HALF_A_YEAR: i32 = 183;
/// Events of one article that are looked at.
const EVENTS: usize = 400;

/// One date as one sentence has it.
struct Entry {
    date: String,
    dated_by: DatedBy,
    status: Status,
    /// The article's place in the story.
    place: usize,
    text: String,
    words: Wording,
    weight: f32,
    /// Whether it is an act of saying that brought the story forward.
    forward: bool,
    /// Whether it is only a negated sentence.
    negated: bool,
    /// How that stands which is said, where it is an act of saying.
    said: Option<Status>,
    /// The days that it says it of, as far as they lie ahead.
    days: Vec<String>,
    /// In what way it is denied, where it is.
    denial: Option<Denial>,
}

/// Something that was called off, or moved to another day.
struct Off {
    /// The article's place in the story.
    place: usize,
    words: Wording,
    day: Meant,
    denial: Denial,
    /// Whether all of that day is off ("the evening of 5 April was cancelled").
    whole_day: bool,
}

impl Off {
    /// Whether what an entry tells of this day, and says in these words, is what is off.
    fn means(&self, date: &str, words: &Wording) -> bool {
        self.day.is(date) && (self.whole_day || self.words.likeness(words) >= CALLS_OFF)
    }
}

/// The day for which something is off.
enum Meant {
    /// This one, as far as it is known.
    When(Option<String>),
    /// One of these, the days to come that stand beside the new one; where there are none, any before the new one.
    Days { days: Vec<String>, to: Option<String> },
}

impl Meant {
    fn is(&self, date: &str) -> bool {
        match self {
            Self::When(when) => when.as_deref().is_none_or(|w| w.starts_with(date)),
            Self::Days { days, to } if days.is_empty() => to.as_deref().is_none_or(|to| date < to),
            Self::Days { days, .. } => days.iter().any(|day| day == date),
        }
    }
}

/// In what way words deny what they are said of.
static DENIALS: ByLanguage<FxHashMap<&'static str, Denial>> = ByLanguage::new(|language| {
    let mut denials = FxHashMap::default();
    for row in rows(Some(language), "denials") {
        let denial = match row.get(1).copied() {
            Some("off") => Denial::CalledOff,
            Some("refused") => Denial::Refused,
            _ => continue,
        };
        denials.insert(row[0], denial);
    }
    denials
});

/// The verbs that put off.
static MOVING: ByLanguage<Arc<FxHashSet<&'static str>>> = ByLanguage::new(|language| {
    let moving = rows(Some(language), "governors").filter(|r| r.get(2) == Some(&"moved"));
    Arc::new(moving.filter_map(|r| r.first().copied()).collect())
});

/// The timeline of one story, in order of date.
pub(crate) fn of_story(
    observations: &[Observation],
    articles: &[Member],
    analyses: &[Analysis<'_>],
    claims: &[Claim],
) -> Vec<Development> {
    let readings: Vec<&Reading> = articles.iter().map(|m| &observations[m.article].reading).collect();
    let heads = Heads::of(&readings, analyses, articles);
    let mut entries = Vec::new();
    let mut called_off: Vec<Off> = Vec::new();
    for (place, (reading, text)) in readings.iter().zip(analyses).enumerate() {
        // A copy tells nothing that its original does not, and its own date would only mislead.
        if articles[place].copy_of.is_some() {
            continue;
        }
        let moving = MOVING.of(text.language);
        for event in reading.events.iter().take(EVENTS) {
            let at = sentence_at(text, event.span);
            let negated = event.status == Status::Denied && event.reason.starts_with("negation");
            let moved = event.reason.strip_prefix("verb:").is_some_and(|verb| moving.contains(verb));
            let denial = denial(text, event.status, &event.reason);
            let off = event.status == Status::Denied && !negated;
            let dated = event.when.as_deref().and_then(calendar).and_then(|when| {
                let nearest = nearest_year(reading, text, at, when, known(&articles[place]));
                let when = nearest.unwrap_or_else(|| when.to_owned());
                let act = reading.statements.iter().find(|s| s.cue.is_some_and(|c| c.overlaps(event.span)));
                let tells = (act.is_none() || at < OPENING) && !lasts(reading, text, at, &when);
                tells.then_some((when, act))
            });
            // Most events have no day and were not called off.
            if dated.is_none() && !off && !moved {
                continue;
            }
            let Some(s) = Sentence::of(reading, text, at, &heads) else { continue };
            if off {
                let when = event.when.as_deref().and_then(calendar).map(str::to_owned);
                let whole_day = when.as_ref().is_some_and(|w| w.len() == 10)
                    && reading.times[reading.times.partition_point(|t| t.span.end <= event.span.start)..]
                        .first()
                        .is_some_and(|t| t.span.start <= event.span.start && event.span.end <= t.span.end);
                let day = Meant::When(when);
                let denial = denial.unwrap_or(Denial::CalledOff);
                called_off.push(Off { place, words: s.words.clone(), day, denial, whole_day });
            } else if moved {
                let to = event.when.clone();
                let days = days_to_come(reading, text, at, known(&articles[place]));
                let days = days.into_iter().filter(|day| Some(day) != to.as_ref()).collect();
                let (words, day) = (s.words.clone(), Meant::Days { days, to });
                called_off.push(Off { place, words, day, denial: Denial::Postponed, whole_day: false });
            }
            let Some((when, act)) = dated else { continue };
            let status = not_before_its_day(event.status, &when, known(&articles[place]));
            let mut entry = s.entry(&when, DatedBy::Event, status, place, at);
            entry.negated = negated;
            entry.denial = denial;
            entry.saying(act, reading, text, at, known(&articles[place]));
            entries.push(entry);
        }
        // The act of saying in an opening sentence is news itself.
        for statement in reading.statements.iter().filter(|s| !s.relays.iter().any(is_outlet)) {
            let Some(first) = statement.content.first() else { continue };
            let at = sentence_at(text, *first);
            let Some(date) = act_date(reading, text, at, &statement.content) else { continue };
            if at < OPENING
                && let Some(s) = Sentence::of(reading, text, at, &heads)
            {
                let mut entry = s.entry(&date, DatedBy::Event, Status::Happened, place, at);
                entry.saying(Some(statement), reading, text, at, known(&articles[place]));
                entries.push(entry);
            }
        }
    }
    entries.extend(forward(articles, &readings, analyses, claims, &heads));
    let mut dates: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for e in entries {
        dates.entry(e.date.clone()).or_default().push(e);
    }
    let mut told: Vec<(f32, Development)> = Vec::new();
    for (date, entries) in &dates {
        told.extend(one_date(date, entries, articles, &called_off));
    }
    for (_, development) in &mut told {
        with_copies(development, articles);
    }
    // A day says more than its month, and a month more than its year.
    let all: Vec<String> = told.iter().map(|t| t.1.date.clone()).collect();
    told.retain(|(_, d)| {
        d.date.len() == 10 || !all.iter().any(|o| o.len() > d.date.len() && o.starts_with(&d.date))
    });
    let most = (ENTRIES + articles.len() / ARTICLES_AN_ENTRY).min(MOST);
    told.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.date.cmp(&b.1.date)));
    told.truncate(most);
    let mut timeline: Vec<Development> = told.into_iter().map(|t| t.1).collect();
    timeline.sort_by(|a, b| a.date.cmp(&b.date));
    timeline
}

/// Adds the copies of those who tell of a development.
fn with_copies(development: &mut Development, articles: &[Member]) {
    let tellers = development.articles.clone();
    let is_told = |m: &Member| {
        tellers.contains(&m.article) || m.copy_of.is_some_and(|original| tellers.contains(&original))
    };
    development.articles = articles.iter().filter(|m| is_told(m)).map(|m| m.article).collect();
}

/// How that stands which a statement says, where saying so does not make it happen: it is to come, or somebody
/// rejects it.
fn said(statement: &Statement) -> Option<Status> {
    match statement.status {
        Status::Planned | Status::Possible => Some(statement.status),
        Status::Denied if statement.reason.starts_with("cue") => Some(Status::Denied),
        Status::Denied | Status::Happened => None,
    }
}

/// The days to come that one of a report's sentences names: where it is somebody's word, that word, for the day on which
/// it was said is the report's own.
fn days_to_come(reading: &Reading, text: &Analysis<'_>, at: usize, known: Option<Date>) -> Vec<String> {
    let Some(sentence) = text.sentences.get(at).map(|s| s.span) else { return Vec::new() };
    let from = reading.times.partition_point(|t| t.span.start < sentence.start);
    let known = known.map(|k| k.to_string()).unwrap_or_default();
    let said = || reading.statements.iter().flat_map(|s| &s.content).filter(|s| s.overlaps(sentence));
    let is_said = said().next().is_some();
    reading.times[from..]
        .iter()
        .take_while(|t| t.span.end <= sentence.end)
        .filter(|t| !is_said || said().any(|s| s.overlaps(t.span)))
        .filter_map(|t| t.value.as_deref().and_then(calendar))
        .filter(|day| day.len() == 10 && **day >= *known)
        .map(str::to_owned)
        .collect()
}

fn is_outlet(party: &Party) -> bool {
    party.kind == PartyKind::Outlet
}

/// Whether a date in a sentence is a stretch of time rather than a day ("last week" is none of its days), or the end
/// of one ("until Saturday").
fn lasts(reading: &Reading, text: &Analysis<'_>, at: usize, when: &str) -> bool {
    let Some(sentence) = text.sentences.get(at).map(|s| s.span) else { return false };
    let from = reading.times.partition_point(|t| t.span.start < sentence.start);
    let mut dated = reading.times[from..]
        .iter()
        .take_while(|t| t.span.end <= sentence.end)
        .filter_map(|t| Some((t, t.days()?)))
        .filter(|(_, (first, _))| when.len() == 10 && first.to_string() == when)
        .peekable();
    dated.peek().is_some()
        && dated.all(|(t, (first, last))| {
            let before = text.tokens_in(t.span).start.checked_sub(1);
            first != last || before.is_some_and(|b| is_until(text, b))
        })
}

fn is_until(text: &Analysis<'_>, token: usize) -> bool {
    rows(Some(text.language), "lasting").any(|r| r.first() == Some(&text.lower(token)))
}

/// The sayings that brought the story forward: of the leading claim and its denials, the first from each origin.
fn forward(
    articles: &[Member],
    readings: &[&Reading],
    analyses: &[Analysis<'_>],
    claims: &[Claim],
    heads: &Heads,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    let place = |article: usize| articles.iter().position(|m| m.article == article);
    let denied = |c: &Claim| c.articles.iter().any(|a| a.stance == Stance::Denies);
    for (i, claim) in claims.iter().enumerate().filter(|(i, c)| *i == 0 || denied(c)) {
        // What each origin said first, in order of becoming known.
        let mut firsts: Vec<(usize, usize, bool)> = Vec::new();
        for origin in &claim.origins {
            // The origin's own outlet before those who have it from there.
            let carriers = claim.articles.iter().filter(|c| origin.articles.contains(&c.article));
            let mut carriers: Vec<(bool, usize, usize)> =
                carriers.filter_map(|c| Some((c.chain.len() > 2, place(c.article)?, c.statement?))).collect();
            carriers.sort_unstable();
            let named = matches!(origin.kind, Some(PartyKind::Person | PartyKind::Org | PartyKind::Document));
            firsts.extend(carriers.first().map(|c| (c.1, c.2, named)));
        }
        firsts.sort_unstable();
        firsts.dedup();
        let mut best: Option<Status> = None;
        let mut heard_named = false;
        for (place, statement, named) in firsts {
            let (reading, text) = (readings[place], &analyses[place]);
            let Some(statement) = reading.statements.get(statement) else { continue };
            let Some(first) = statement.content.first() else { continue };
            let at = sentence_at(text, *first);
            let status = statement.status;
            // One more who says what was said before moves nothing, unless he is the first who gives his name.
            let moves = best.is_none_or(|b| b == Status::Possible && status != Status::Possible)
                || named && !heard_named
                || denied(claim);
            let open = status == Status::Possible && !denied(claim);
            let explicit = act_date(reading, text, at, &statement.content)
                .or_else(|| statement.relays.is_empty().then(|| opening_date(reading, text)).flatten());
            let dated_by_report = open || denied(claim) || claim.articles.len() > 1;
            let day = day_of(reading, &articles[place]).filter(|_| dated_by_report);
            // What is told of an earlier act of saying ("a month later the paper reported") is no report's own news.
            let day = day.filter(|day| !is_said_at_another_time(reading, text, at, &statement.content, *day));
            let date = explicit.or_else(|| day.map(|d| d.to_string()));
            best = Some(if open { best.unwrap_or(status) } else { status });
            heard_named |= named;
            let (true, Some(date), Some(s)) = (moves, date, Sentence::of(reading, text, at, heads)) else {
                continue;
            };
            let status = if open && i == 0 { Status::Possible } else { Status::Happened };
            let mut entry = s.entry(&date, DatedBy::Report, status, place, at);
            entry.forward = true;
            entry.saying(Some(statement), reading, text, at, known(&articles[place]));
            entries.push(entry);
        }
    }
    entries
}

/// The day of the first act of saying in an article's opening that is no other outlet's.
fn opening_date(reading: &Reading, text: &Analysis<'_>) -> Option<String> {
    let own = reading.statements.iter().filter(|s| !s.relays.iter().chain(&s.source).any(is_outlet));
    own.filter_map(|s| Some((sentence_at(text, s.content.first()?.to_owned()), s)))
        .take_while(|(at, _)| *at <= OPENING)
        .find_map(|(at, s)| act_date(reading, text, at, &s.content))
}

/// What one date comes to.
fn one_date(
    date: &str,
    entries: &[Entry],
    articles: &[Member],
    called_off: &[Off],
) -> Option<(f32, Development)> {
    let weight = |e: &Entry| {
        let told = entries
            .iter()
            .filter(|o| {
                o.place != e.place
                    && articles[o.place].copy_of.is_none()
                    && o.words.likeness(&e.words) >= ALIKE
            })
            .map(|o| o.place)
            .collect::<std::collections::BTreeSet<_>>()
            .len();
        let copy = if articles[e.place].copy_of.is_some() { 0.3 } else { 0.0 };
        e.weight + TOLD_AGAIN * (told as f32).min(6.0) + if e.forward { BRINGS_FORWARD } else { 0.0 } - copy
    };
    let mut ranked: Vec<(f32, &Entry)> = entries.iter().map(|e| (weight(e), e)).collect();
    ranked.sort_by(|a, b| {
        b.0.total_cmp(&a.0).then(a.1.place.cmp(&b.1.place)).then_with(|| a.1.text.cmp(&b.1.text))
    });
    let (best, chosen) = *ranked.first()?;
    let mut alike: Vec<&Entry> = entries
        .iter()
        .filter(|e| std::ptr::eq(*e, chosen) || e.words.likeness(&chosen.words) >= ALIKE)
        .collect();
    alike.sort_by_key(|e| (articles[e.place].turn, e.place));
    let tellers: std::collections::BTreeSet<usize> = alike.iter().map(|e| e.place).collect();
    let texts = tellers.iter().filter(|p| articles[**p].copy_of.is_none()).count();
    // A whole month or year is worth an entry only where several texts tell of it.
    if date.len() < 10 && (texts < SEVERAL || chosen.status != Status::Happened) {
        return None;
    }
    // What did not happen on a day is told only of what was to happen.
    if alike.iter().all(|e| e.negated) {
        return None;
    }
    // An article that was changed may know more than one that came after it.
    let turn = |place: usize| articles[place].turn;
    let later = |off: &&Off| turn(off.place) > turn(chosen.place);
    let mut status = chosen.status;
    let mut denial = chosen.denial;
    let mut dated_by = chosen.dated_by;
    let mut words = chosen;
    if !chosen.forward {
        for e in &alike {
            if e.status != status && stands_over(e.status, status) && turn(e.place) >= turn(words.place) {
                status = e.status;
                denial = e.denial;
                dated_by = e.dated_by;
                words = e;
            }
        }
        let in_time =
            |off: &&Off| known(&articles[off.place]).is_some_and(|k| k.to_string().as_str() <= date);
        if matches!(status, Status::Planned | Status::Possible)
            && let Some(off) =
                called_off.iter().filter(later).filter(in_time).find(|off| off.means(date, &chosen.words))
        {
            status = Status::Denied;
            denial = Some(off.denial);
        }
    }
    let mut said = words.said.filter(|_| status == Status::Happened);
    // What somebody said is to come is off when it is called off; what is only put off was rightly said.
    if said == Some(Status::Planned)
        && let Some(off) = called_off
            .iter()
            .filter(|off| off.denial == Denial::CalledOff && turn(off.place) > turn(words.place))
            .find(|off| words.days.iter().any(|day| off.means(day, &words.words)))
    {
        said = Some(Status::Denied);
        denial = Some(off.denial);
    }
    let known = tellers.iter().filter_map(|p| known(&articles[*p])).min();
    let development = Development {
        date: date.to_owned(),
        dated_by,
        known,
        text: words.text.clone(),
        status,
        denial: denial.filter(|_| said.unwrap_or(status) == Status::Denied),
        said,
        articles: tellers.into_iter().map(|p| articles[p].article).collect(),
    };
    Some((best, development))
}

/// Whether a later word on an event overrides what was known: what took place or was called off stays so.
const fn stands_over(new: Status, old: Status) -> bool {
    matches!(old, Status::Planned | Status::Possible) || matches!(new, Status::Happened | Status::Denied)
}

/// A day and month without a year mean the year that is nearest to the report: in news, what is meant is near.
/// `None` where the date stands as it is.
fn nearest_year(
    reading: &Reading,
    text: &Analysis<'_>,
    at: usize,
    when: &str,
    known: Option<Date>,
) -> Option<String> {
    let (date, known) = (when.parse::<Date>().ok()?, known?);
    let distance = |d: Date| known.until(d).map_or(i32::MAX, |s| s.get_days().abs());
    if distance(date) <= HALF_A_YEAR {
        return None;
    }
    let sentence = text.sentences.get(at)?.span;
    let year = when.get(..4)?;
    let from = reading.times.partition_point(|t| t.span.start < sentence.start);
    let said = reading.times[from..]
        .iter()
        .take_while(|t| t.span.end <= sentence.end)
        .any(|t| t.value.as_deref() == Some(year));
    let numbered = text.tokens_in(sentence).any(|i| text.lower(i).parse() == Ok(date.day()));
    if said || !numbered || sentence.of(&reading.text).contains(year) {
        return None;
    }
    let moved = [-1, 1]
        .iter()
        .filter_map(|n| Date::new(date.year() + n, date.month(), date.day()).ok())
        .min_by_key(|d| distance(*d))?;
    (distance(moved) < HALF_A_YEAR).then(|| moved.to_string())
}

/// What has not come yet has not happened, however it is put.
fn not_before_its_day(status: Status, when: &str, known: Option<Date>) -> Status {
    match known {
        Some(known)
            if status == Status::Happened && when.get(..10).is_some_and(|w| *w > *known.to_string()) =>
        {
            Status::Planned
        }
        _ => status,
    }
}

/// A sentence as a timeline could show it.
struct Sentence {
    text: String,
    words: Wording,
    weight: f32,
}

impl Sentence {
    fn of(reading: &Reading, text: &Analysis<'_>, at: usize, heads: &Heads) -> Option<Self> {
        let span = text.sentences.get(at)?.span;
        let plain = without_dateline(span.of(&reading.text)).split_whitespace().collect::<Vec<_>>().join(" ");
        let words = Wording::of(text, &[span], &reading.times);
        let characters = plain.chars().count();
        let mut weight = heads.part(&words);
        if !READABLE.contains(&characters) || !plain.ends_with(['.', '!', '?', '"', '”', '»', '。']) {
            weight -= 0.3;
        }
        // A sentence that leans on the one before does not stand by itself.
        if text.sentences[at]
            .tokens
            .clone()
            .next()
            .is_some_and(|t| text.tokens[t].pos == reportedly_text::Pos::Pron)
        {
            weight -= 0.15;
        }
        Some(Self { text: plain, words, weight })
    }

    fn entry(self, date: &str, dated_by: DatedBy, status: Status, place: usize, at: usize) -> Entry {
        let weight = self.weight + if at < OPENING { OPENS } else { 0.0 };
        Entry {
            date: date.to_owned(),
            dated_by,
            status,
            place,
            text: self.text,
            words: self.words,
            weight,
            forward: false,
            negated: false,
            said: None,
            days: Vec::new(),
            denial: None,
        }
    }
}

impl Entry {
    /// Takes down what somebody says in it, if anybody does.
    fn saying(
        &mut self,
        act: Option<&Statement>,
        reading: &Reading,
        text: &Analysis<'_>,
        at: usize,
        known: Option<Date>,
    ) {
        self.said = act.and_then(said);
        if self.said.is_some() {
            self.days = days_to_come(reading, text, at, known);
            self.denial = act.and_then(|s| denial(text, s.status, &s.reason)).or(self.denial);
        }
    }
}

/// In what way something is denied that stands so for this reason.
fn denial(text: &Analysis<'_>, status: Status, reason: &str) -> Option<Denial> {
    if status != Status::Denied {
        return None;
    }
    let Some((kind, words)) = reason.split_once(':') else { return Some(Denial::Negated) };
    let listed = || DENIALS.get(text.language)?.get(words).copied();
    Some(match kind {
        "verb" | "noun" => listed().unwrap_or(Denial::Negated),
        "cue" => Denial::Refused,
        _ => Denial::Negated,
    })
}

/// The words of a story's headlines and openings, each by the share of articles that have it.
struct Heads {
    shares: FxHashMap<u64, f32>,
}

/// Words of the headlines that a sentence about the story's matter has.
const MATTER: f32 = 2.0;

impl Heads {
    fn of(readings: &[&Reading], analyses: &[Analysis<'_>], articles: &[Member]) -> Self {
        let mut shares: FxHashMap<u64, f32> = FxHashMap::default();
        let mut all: f32 = 0.0;
        for ((reading, text), member) in readings.iter().zip(analyses).zip(articles) {
            if member.copy_of.is_some() {
                continue;
            }
            let mut head = reading.title.as_deref().map_or_else(Wording::default, |t| {
                let title = split(t, text.language);
                Wording::of(&title, &[Span::new(0, t.len())], &[])
            });
            let opening: Vec<Span> = text.sentences.iter().take(2).map(|s| s.span).collect();
            head.add(&Wording::of(text, &opening, &reading.times), 0.7);
            for (term, weight) in head.terms() {
                *shares.entry(*term).or_default() += weight;
            }
            all += 1.0;
        }
        for share in shares.values_mut() {
            *share /= all.max(1.0);
        }
        Self { shares }
    }

    /// How much of the story's matter a sentence has, 0 to 1.
    fn part(&self, words: &Wording) -> f32 {
        let sum: f32 = words.terms().iter().filter_map(|(t, _)| self.shares.get(t)).sum();
        (sum / MATTER).min(1.0)
    }
}

/// The sentence that holds a span's start, as an index.
fn sentence_at(text: &Analysis<'_>, span: Span) -> usize {
    text.sentences.partition_point(|s| s.span.end <= span.start)
}

/// The day an act of saying is dated by in its sentence, outside of what is said.
fn act_date(reading: &Reading, text: &Analysis<'_>, at: usize, content: &[Span]) -> Option<String> {
    let sentence = text.sentences.get(at)?.span;
    let from = reading.times.partition_point(|t| t.span.start < sentence.start);
    reading.times[from..]
        .iter()
        .take_while(|t| t.span.end <= sentence.end)
        .filter(|t| matches!(t.kind, TimexKind::Date | TimexKind::Time))
        .filter(|t| !content.iter().any(|c| c.overlaps(t.span)))
        .find_map(|t| t.value.as_deref().and_then(calendar).filter(|d| d.len() == 10).map(str::to_owned))
}

/// Whether an act of saying is dated in its sentence, outside of what is said, by a month, a year or a week that the
/// day of the report does not lie in.
fn is_said_at_another_time(
    reading: &Reading,
    text: &Analysis<'_>,
    at: usize,
    content: &[Span],
    day: Date,
) -> bool {
    let Some(sentence) = text.sentences.get(at).map(|s| s.span) else { return false };
    let from = reading.times.partition_point(|t| t.span.start < sentence.start);
    reading.times[from..]
        .iter()
        .take_while(|t| t.span.end <= sentence.end)
        .filter(|t| t.kind == TimexKind::Date && !content.iter().any(|c| c.overlaps(t.span)))
        .filter_map(reportedly_time::Timex::days)
        .any(|(first, last)| day < first || last < day)
}

/// The calendar part of a value: a day, a month or a year.
fn calendar(value: &str) -> Option<&str> {
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let day = value.split('T').next()?;
    let mut parts = day.split('-');
    let (year, month, date) = (parts.next()?, parts.next(), parts.next());
    let two = |s: Option<&str>| s.is_none_or(|s| s.len() == 2 && digits(s));
    (year.len() == 4 && digits(year) && two(month) && two(date) && parts.next().is_none()).then_some(day)
}

fn known(member: &Member) -> Option<Date> {
    member.known_at.map(|k| k.to_zoned(TimeZone::UTC).date())
}

/// The day a report is of.
fn day_of(reading: &Reading, member: &Member) -> Option<Date> {
    reading.published.best.as_ref().map(reportedly_read::When::day).or_else(|| known(member))
}
