//! When a page was published: all evidence, weighed; bounds always where anything bounds it.
//!
//! The page's own candidates come first. Where they make no date, the text may: what it tells as past bounds it
//! from below, and "X reported on March 2" dates a page whose fetch fixes the year.

mod zone;

use jiff::{civil::Date, tz::TimeZone};
use reportedly_page::{Bearing, DateCandidate, Input, When};
use reportedly_text::{Analysis, ByLanguage, Rule, Span, VerbForm, rows};
use reportedly_time::{Anchor, Calendar, Expression, Mention, Year};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use zone::Zones;

/// One piece of evidence for the publication date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What found it.
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    pub rule: Rule,
    /// The words it was found in.
    pub text: String,
    /// Where they stand in the reading's text, for those that stand there.
    pub span: Option<Span>,
    /// The day or instant it speaks of.
    pub says: When,
    /// What it is evidence for.
    pub bearing: Bearing,
}

/// A publication date as an interval with its evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Published {
    /// The date, where it is known.
    pub best: Option<When>,
    /// Not before this day.
    pub earliest: Option<Date>,
    /// Not after this day.
    pub latest: Option<Date>,
    /// What it rests on, strongest first.
    pub evidence: Vec<Evidence>,
}

// Weights and limits, in the candidates' measure. Set by hand with the dates figures of `cargo xtask gate`.

/// Candidates below this weight do not make a date by themselves.
const ENOUGH: u32 = 40;
/// A further candidate of a kind that was heard adds this share (in per cent) of its weight.
const AGAIN: u32 = 60;
/// Where a page prints one day only, it is believed from this weight on.
const ALONE: u32 = 12;
/// Candidates from this weight on are named as evidence where they make no date.
const HEARD: u8 = 20;
/// The rule of the month in an address.
const ADDRESS_MONTH: &str = "url-month";
/// The rule of the first comment.
const COMMENT: &str = "comment";
/// The rule of a copyright year.
const COPYRIGHT: &str = "copyright";
/// Print of less weight does not stand near the headline.
const WEAK_PRINT: u32 = 45;
/// A day other than the best is kept within the bounds from this weight on.
const RIVAL: u32 = 45;
/// A printed day of this weight stands by itself under the headline.
const OWN_LINE: u8 = 80;
/// A day of a last change is within the bounds from this weight on.
const CHANGE: u8 = 40;
/// What is believed no more than this is no publication where it comes after the last change.
const AFTER_CHANGE: u8 = 55;
/// A last change that is known well enough for that.
const SURE_CHANGE: u8 = 70;
/// A printed last change counts this share (in per cent) as the publication date where nothing better is there.
const CHANGED: u32 = 70;
/// Paragraphs of a text whose reports date it.
const FIRST_PARAGRAPHS: usize = 4;
/// The rule of a page dated by the report it passes on.
const REPORTED_ON: &str = "reported-on";
/// The rule of a past date in the text.
const PAST_DATE: &str = "past-date";

/// Weighs the page's and the text's evidence.
///
/// Candidates for the same day add up; the strongest day that the bounds allow is `best`, with the most exact
/// form among its candidates. A date that the caller gives wins.
pub fn bounds(
    input: &Input<'_>,
    candidates: &[DateCandidate],
    mentions: &[Mention],
    analysis: &Analysis<'_>,
) -> (Published, Option<When>) {
    let fetched = input.fetched.map(|f| f.to_zoned(TimeZone::UTC).date());
    let updated = candidates
        .iter()
        .filter(|c| c.bearing == Bearing::Updated)
        .rev()
        .max_by_key(|c| (c.weight, exactness(&c.says)))
        .map(|c| c.says.clone());
    let evidence = |c: &DateCandidate| Evidence {
        rule: c.rule,
        text: c.text.clone(),
        span: c.span,
        says: c.says.clone(),
        bearing: c.bearing,
    };
    // Days of little weight are other items' days.
    let heard = |c: &&DateCandidate| c.bearing != Bearing::Updated && c.weight >= HEARD;
    let mut published = Published {
        evidence: candidates.iter().filter(heard).map(evidence).collect(),
        ..Published::default()
    };
    if let Some(given) = candidates.iter().find(|c| c.rule == "given" && c.bearing == Bearing::Published) {
        published.best = Some(given.says.clone());
        (published.earliest, published.latest) = (Some(given.says.day()), Some(given.says.day()));
        return (published, updated);
    }
    // A page whose data give the last change and no more keeps the publication to itself.
    let is_told = |c: &DateCandidate| c.bearing == Bearing::Updated && kind(c.rule) == Kind::Data;
    let changed = if candidates.iter().any(is_told) { 0 } else { CHANGED };
    let zones = Zones::of(input.url, analysis.language);
    let days = days(candidates, fetched, changed, zones);
    // Of two days that equally little in print speaks for, neither is known.
    let is_weak = |d: &Weighed<'_>| d.kinds.iter().all(|(k, most)| *k == Kind::Print && *most < WEAK_PRINT);
    let is_tied = |d: &Weighed<'_>| days.get(1).is_some_and(|s| s.weight == d.weight) && is_weak(d);
    let best =
        days.first().filter(|d| d.weight >= if days.len() == 1 { ALONE } else { ENOUGH } && !is_tied(d));
    if let Some(best) = best {
        let (form, first, last) = zone::settle(best.form, best.day, candidates, zones);
        published.best = Some(form);
        let filed = Filed::of(candidates);
        let last_change = LastChange::of(candidates);
        let late = candidates.iter().filter(|c| {
            c.bearing == Bearing::Published
                && u32::from(c.weight) >= RIVAL
                && (last_change.is_before(c) || !filed.allows(c.says.day()))
        });
        let rivals = days.iter().filter(|d| d.weight >= RIVAL && d.published).map(|d| d.day);
        let rivals = rivals.chain(late.map(|c| c.says.day()));
        let filed = [filed.first, filed.last].into_iter().flatten().filter(|_| !filed.allows(best.day));
        let rivals = rivals.chain(filed);
        // Where a page was changed, its text as it stands may be as young as that; and what was changed before the
        // day that it is dated was there before.
        let changes = candidates.iter().filter(|c| c.bearing == Bearing::Updated && c.weight >= CHANGE);
        let days = rivals.chain([best.day, first, last]).chain(changes.map(|c| c.says.day()));
        // What was changed on a day was published by then; how long before, nobody says.
        published.earliest = days.clone().min().filter(|_| !is_change(best, candidates));
        let seen = fetched.map(|f| f.max(best.day));
        published.latest = days.filter(|d| seen.is_none_or(|s| *d <= s)).max();
        // Strongest first: what speaks for the best day; then what else stretches the bounds.
        let within = |day: Date| {
            published.earliest.is_none_or(|e| day >= e) && published.latest.is_none_or(|l| day <= l)
        };
        let day_of = |c: &DateCandidate| zone::local_day(c, candidates, zones);
        let (own, others): (Vec<_>, Vec<_>) = candidates
            .iter()
            .filter(|c| c.bearing == Bearing::Published)
            .partition(|c| day_of(c) == best.day);
        let first = (!best.published).then_some(best.form);
        let others = others.into_iter().filter(|c| u32::from(c.weight) >= RIVAL && within(c.says.day()));
        let bounding = candidates.iter().filter(|c| {
            c.bearing == Bearing::NotAfter && !matches!(c.rule, COPYRIGHT | COMMENT | ADDRESS_MONTH)
        });
        let change = candidates
            .iter()
            .filter(|c| c.bearing == Bearing::Updated && published.latest > Some(best.day))
            .find(|c| Some(c.says.day()) == published.latest);
        published.evidence =
            first.into_iter().chain(own).chain(others).chain(bounding).chain(change).map(evidence).collect();
        return (published, updated);
    }
    let latest = candidates
        .iter()
        .filter(|c| matches!(c.bearing, Bearing::NotAfter | Bearing::Updated) && c.rule != COPYRIGHT)
        .map(|c| c.says.day())
        .chain(fetched)
        .min()
        // A footer's year may be old; it is asked where nothing else is there, and where the text does not belie it.
        .or_else(|| {
            let notice = candidates.iter().find(|c| c.rule == COPYRIGHT).map(|c| c.says.day())?;
            (!looks_back_on(mentions, analysis, notice)).then_some(notice)
        });
    let fits = |day: &Date| latest.is_none_or(|l| *day <= l);
    // What a changed text tells may be younger than its publication.
    let was_changed = candidates.iter().any(|c| c.bearing == Bearing::Updated);
    let mut earliest = candidates
        .iter()
        .filter(|c| c.bearing == Bearing::NotBefore && (!was_changed || c.rule == ADDRESS_MONTH))
        .map(|c| c.says.day())
        .filter(fits)
        .max();
    // A dateline is the article's own: whatever bounds the page fixes its year.
    if let Some(l) = latest
        && let Some(line) = dateline(mentions, analysis, earliest, l)
    {
        (published.earliest, published.latest) = (Some(line.says.day()), Some(line.says.day()));
        published.best = Some(line.says.clone());
        published.evidence.insert(0, line);
        return (published, updated);
    }
    let masthead = candidates.iter().any(|c| c.rule == "masthead");
    // The fetch fixes the year of a day and month; a masthead is the day of some visit, which may be any.
    if let Some(l) = fetched.filter(|_| !masthead)
        && let Some(report) = reported_on(mentions, analysis, earliest, latest.unwrap_or(l))
    {
        published.best = Some(report.says.clone());
        earliest = Some(report.says.day());
        published.evidence.insert(0, report);
    } else if !was_changed && let Some(past) = last_past_date(mentions, analysis, earliest, latest) {
        earliest = Some(past.says.day());
        published.evidence.push(past);
    }
    (published.earliest, published.latest) = (earliest, latest);
    (published, updated)
}

/// A day with all that speaks for it.
struct Weighed<'c> {
    day: Date,
    weight: u32,
    form: &'c DateCandidate,
    /// Whether anything says "published", not only "updated".
    published: bool,
    /// The kinds of evidence, each with its largest weight.
    kinds: Vec<(Kind, u32)>,
}

/// Whether a day is known as that of a change, and hardly otherwise.
fn is_change(day: &Weighed<'_>, candidates: &[DateCandidate]) -> bool {
    let mut of_day = candidates.iter().filter(|c| c.says.day() == day.day);
    !day.published
        || of_day.clone().any(|c| c.bearing == Bearing::Updated)
            && !of_day.any(|c| c.bearing == Bearing::Published && u32::from(c.weight) >= ENOUGH)
}

/// Kinds of evidence that are independent of each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    Print,
    Address,
    Text,
    Listing,
}

fn kind(rule: &str) -> Kind {
    match rule {
        "json-ld" | "meta" | "script-data" => Kind::Data,
        "url" => Kind::Address,
        "dateline" => Kind::Text,
        "feed-published" | "feed-updated" | "sitemap-published" | "sitemap-updated" => Kind::Listing,
        _ => Kind::Print,
    }
}

/// The days that candidates speak for, the strongest first; of two alike the earlier. A change counts `changed` per cent.
fn days(candidates: &[DateCandidate], fetched: Option<Date>, changed: u32, zones: Zones) -> Vec<Weighed<'_>> {
    let latest = candidates
        .iter()
        .filter(|c| c.bearing == Bearing::NotAfter && !matches!(c.rule, ADDRESS_MONTH | COPYRIGHT | COMMENT))
        .map(|c| c.says.day())
        // A fetch recorded in UTC may be a day behind the page's own zone.
        .chain(fetched.and_then(|f| f.tomorrow().ok()))
        .min();
    let last_change = LastChange::of(candidates);
    let is_said = candidates.iter().any(|c| {
        c.bearing == Bearing::Published && u32::from(c.weight) >= ENOUGH && !last_change.is_before(c)
    });
    let changed_at_fetch =
        candidates.iter().any(|c| c.bearing == Bearing::Updated && Some(c.says.day()) == fetched);
    let before_fetch = !changed_at_fetch
        && candidates.iter().any(|c| {
            c.bearing == Bearing::Published
                && u32::from(c.weight) > ENOUGH
                && kind(c.rule) != Kind::Print
                && fetched.is_some_and(|f| c.says.day() < f)
        });
    let commented = candidates.iter().find(|c| c.rule == COMMENT).map(|c| c.says.day());
    let filed = Filed::of(candidates);
    let mut days: Vec<Weighed<'_>> = Vec::new();
    for c in candidates {
        let weight = match c.bearing {
            // Print that gives the day of the fetch gives that of any visit, where the data know better.
            Bearing::Published
                if before_fetch
                    && kind(c.rule) == Kind::Print
                    && c.weight < OWN_LINE
                    && Some(c.says.day()) == fetched =>
            {
                u32::from(c.weight) / 4
            }
            Bearing::Published => u32::from(c.weight),
            // What was changed was published before: the change dates it only where nothing else does, and nobody
            // commented on it before.
            Bearing::Updated if !is_said && changed > 0 && commented.is_none_or(|d| d >= c.says.day()) => {
                u32::from(c.weight) * changed / 100
            }
            _ => continue,
        };
        // What is printed outside the month that the address files the page under is not its publication.
        let weight =
            if kind(c.rule) == Kind::Print && !filed.allows(c.says.day()) { weight / 8 } else { weight };
        let day = zone::local_day(c, candidates, zones);
        let published = c.bearing == Bearing::Published;
        if latest.is_some_and(|l| day > l) || published && last_change.is_before(c) {
            continue;
        }
        match days.iter_mut().find(|d| d.day == day) {
            Some(d) => {
                // What is said twice in the same way is little more than said once.
                let known = d.kinds.iter_mut().find(|k| k.0 == kind(c.rule));
                match known {
                    Some((_, most)) => {
                        d.weight += weight.min(*most) * AGAIN / 100 + weight.saturating_sub(*most);
                        *most = weight.max(*most);
                    }
                    None => {
                        d.weight += weight;
                        d.kinds.push((kind(c.rule), weight));
                    }
                }
                d.published |= published;
                if exactness(&c.says) > exactness(&d.form.says) {
                    d.form = c;
                }
            }
            None => {
                days.push(Weighed { day, weight, form: c, published, kinds: vec![(kind(c.rule), weight)] });
            }
        }
    }
    days.sort_by_key(|d| (std::cmp::Reverse(d.weight), d.day));
    days
}

/// The month under which the address files a page.
#[derive(Clone, Copy, Default)]
struct Filed {
    first: Option<Date>,
    last: Option<Date>,
}

impl Filed {
    fn of(candidates: &[DateCandidate]) -> Self {
        let day = |bearing: Bearing| {
            let month = candidates.iter().find(|c| c.rule == ADDRESS_MONTH && c.bearing == bearing);
            month.map(|c| c.says.day())
        };
        Self { first: day(Bearing::NotBefore), last: day(Bearing::NotAfter) }
    }

    /// Whether a page filed so can be of this day; in some zone the month begins or ends a day apart.
    fn allows(self, day: Date) -> bool {
        self.first.is_none_or(|f| day >= f.yesterday().unwrap_or(f))
            && self.last.is_none_or(|l| day <= l.tomorrow().unwrap_or(l))
    }
}

/// The page's last change: the printed one, or else that of the data.
#[derive(Clone, Copy)]
struct LastChange<'c>(Option<&'c DateCandidate>);

impl<'c> LastChange<'c> {
    fn of(candidates: &'c [DateCandidate]) -> Self {
        let sure = || candidates.iter().filter(|c| c.bearing == Bearing::Updated && c.weight >= SURE_CHANGE);
        let printed = sure().filter(|c| kind(c.rule) == Kind::Print).max_by_key(|c| c.says.day());
        Self(printed.or_else(|| sure().max_by_key(|c| c.says.day())))
    }

    /// Whether a day of little weight comes after it. What was written ahead and published later is said to be so by
    /// better evidence.
    fn is_before(self, c: &DateCandidate) -> bool {
        let Some(last) = self.0 else { return false };
        // The day of a moment in UTC may be the next one.
        let in_utc = |c: &DateCandidate| matches!(c.says, When::Instant(_, 0));
        let day = last.says.day();
        let upto = if in_utc(c) || in_utc(last) { day.tomorrow().unwrap_or(day) } else { day };
        c.weight <= AFTER_CHANGE && c.says.day() > upto
    }
}

fn exactness(when: &When) -> u8 {
    match when {
        When::Day(_) => 0,
        When::Local(_) => 1,
        When::Instant(..) => 2,
    }
}

/// A day and month at the head of the text, before its first sentence: "VELM, May 6 (Pylon) - The …",
/// "Sunday, 17 August. The …".
fn dateline(
    mentions: &[Mention],
    analysis: &Analysis<'_>,
    earliest: Option<Date>,
    latest: Date,
) -> Option<Evidence> {
    /// Bytes of the text in which a dateline begins.
    const HEAD: usize = 40;
    let mention = mentions.first().filter(|m| m.span.start <= HEAD)?;
    let (month, day, year, weekday) = day_and_month(mention)?;
    if year.is_some() {
        return None;
    }
    let before = analysis.text.get(..mention.span.start)?;
    let after = analysis.text.get(mention.span.end..)?.lines().next()?.trim_start_matches(',').trim_start();
    // Before it nothing but a place in capitals or a weekday; after it a bracket, a dash or a stop.
    let is_place = |word: &str| word.chars().all(|c| !c.is_lowercase());
    let mut words = before.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let ends = after.starts_with(['(', '-', '–', '—', '/', '.', ':']);
    if !ends || !words.all(is_place) {
        return None;
    }
    let says = year_that_fits(month, day, weekday, earliest, latest)?;
    Some(Evidence {
        rule: "dateline",
        text: mention.span.of(analysis.text).to_owned(),
        span: Some(mention.span),
        says: When::Day(says),
        bearing: Bearing::Published,
    })
}

/// The latest day that one of the first paragraphs says something was reported on, in the last year before the fetch.
fn reported_on(
    mentions: &[Mention],
    analysis: &Analysis<'_>,
    earliest: Option<Date>,
    latest: Date,
) -> Option<Evidence> {
    let end = analysis.paragraphs.get(FIRST_PARAGRAPHS - 1).or(analysis.paragraphs.last())?.end;
    mentions
        .iter()
        .take_while(|m| m.span.end <= end)
        .filter_map(|m| {
            let (month, day, year, weekday) = day_and_month(m)?;
            if year.is_some() {
                return None;
            }
            let verb = reporting_verb_before(analysis, m.span)?;
            let says = year_that_fits(month, day, weekday, earliest, latest)?;
            let span = clause_from(analysis, verb).to(m.span);
            Some(Evidence {
                rule: REPORTED_ON,
                text: span.of(analysis.text).to_owned(),
                span: Some(span),
                says: When::Day(says),
                bearing: Bearing::Published,
            })
        })
        .max_by_key(|e| (e.says.day(), std::cmp::Reverse(e.span)))
}

/// Day and month of a mention, with its year where the text gives it.
fn day_and_month(mention: &Mention) -> Option<(i8, i8, Option<i16>, Option<u8>)> {
    let Expression::Point { date: Calendar::Day { year, month, day, weekday }, .. } = &mention.expression
    else {
        return None;
    };
    let year = match year {
        Year::Given(year) => Some(*year),
        Year::Unsaid => None,
        Year::Of(_) | Year::Which(_) => return None,
    };
    Some((*month as i8, *day as i8, year, *weekday))
}

/// The last such day up to `latest`; none where it lies before `earliest` or on another weekday than the text says.
fn year_that_fits(
    month: i8,
    day: i8,
    weekday: Option<u8>,
    earliest: Option<Date>,
    latest: Date,
) -> Option<Date> {
    (0..8)
        .filter_map(|back| Date::new(latest.year() - back, month, day).ok())
        .find(|d| *d <= latest && weekday.is_none_or(|w| d.weekday().to_monday_one_offset() as u8 == w))
        .filter(|d| earliest.is_none_or(|e| *d >= e))
}

/// The reporting verb that a date follows: "reported on March 2", "said in a statement on March 2".
fn reporting_verb_before(analysis: &Analysis<'_>, date: Span) -> Option<usize> {
    /// Tokens between verb and date.
    const REACH: usize = 8;
    let verbs = REPORTING.get(analysis.language)?;
    let at = analysis.tokens_in(date).start;
    let sentence = analysis.sentence_of(at)?;
    let start = analysis.sentences.get(sentence)?.tokens.start;
    let preposition = at.checked_sub(1).filter(|&i| i >= start && analysis.lower(i) == "on")?;
    (start.max(preposition.saturating_sub(REACH))..preposition)
        .rev()
        .take_while(|&i| !matches!(analysis.lower(i), ";" | "—" | "–"))
        .find(|&i| verbs.contains(analysis.lower(i)))
}

/// Past forms of the verbs that hand a content over, by language.
static REPORTING: ByLanguage<FxHashSet<&'static str>> = ByLanguage::new(|language| {
    rows(Some(language), "cues")
        .filter(|row| row.get(6) == Some(&"speech"))
        .flat_map(|row| row.get(3).into_iter().flat_map(|past| past.split('|')).collect::<Vec<_>>())
        .collect()
});

/// The words before a verb that are its subject: back to the last comma or the sentence's beginning.
fn clause_from(analysis: &Analysis<'_>, verb: usize) -> Span {
    let start =
        analysis.sentence_of(verb).and_then(|s| analysis.sentences.get(s)).map_or(verb, |s| s.tokens.start);
    let from = (start..verb)
        .rev()
        .find(|&i| matches!(analysis.lower(i), "," | ";" | "\"" | "”" | "—" | "–" | "that"))
        .map_or(start, |i| i + 1);
    analysis.span(from..verb + 1)
}

/// The latest day that the text tells as past.
fn last_past_date(
    mentions: &[Mention],
    analysis: &Analysis<'_>,
    earliest: Option<Date>,
    latest: Option<Date>,
) -> Option<Evidence> {
    let anchor = Anchor { best: None, earliest, latest };
    let times = reportedly_time::resolve(mentions, analysis, &anchor);
    times
        .iter()
        .zip(mentions)
        .filter(|(_, m)| day_and_month(m).is_some_and(|(.., year, _)| year.is_some()))
        .filter_map(|(time, m)| {
            let (first, last) = time.days()?;
            let fits = first == last
                && latest.is_none_or(|l| first <= l)
                && earliest.is_none_or(|e| first > e)
                && is_past(analysis, m.span);
            fits.then(|| Evidence {
                rule: PAST_DATE,
                text: m.span.of(analysis.text).to_owned(),
                span: Some(m.span),
                says: When::Day(first),
                bearing: Bearing::NotBefore,
            })
        })
        .max_by_key(|e| (e.says.day(), std::cmp::Reverse(e.span)))
}

/// Whether a text tells of something past that it dates after a day.
fn looks_back_on(mentions: &[Mention], analysis: &Analysis<'_>, day: Date) -> bool {
    let anchor = Anchor { best: None, earliest: None, latest: None };
    let times = reportedly_time::resolve(mentions, analysis, &anchor);
    times.iter().zip(mentions).any(|(time, m)| {
        let is_later = || time.days().is_some_and(|(first, _)| first > day);
        has_year(m.span.of(analysis.text)) && is_later() && is_past(analysis, m.span)
    })
}

/// Whether an expression names a year in full.
fn has_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 4)
}

/// Words that look ahead, by language.
static LOOKING_AHEAD: ByLanguage<FxHashSet<&'static str>> = ByLanguage::new(|language| {
    rows(Some(language), "looking_ahead").filter_map(|row| row.first().copied()).collect()
});

/// Whether the sentence around a date tells of the past: a finite past, and nothing that looks ahead.
fn is_past(analysis: &Analysis<'_>, date: Span) -> bool {
    let at = analysis.tokens_in(date).start;
    let Some(sentence) = analysis.sentence_of(at).and_then(|s| analysis.sentences.get(s)) else {
        return false;
    };
    let forms = || sentence.tokens.clone().filter_map(|i| analysis.tokens.get(i).map(|t| t.form));
    let words = LOOKING_AHEAD.get(analysis.language);
    let ahead = sentence.tokens.clone().any(|i| words.is_some_and(|w| w.contains(analysis.lower(i))));
    forms().any(|f| f == VerbForm::Past) && !forms().any(|f| f == VerbForm::Modal) && !ahead
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reportedly_page::Form;
    use reportedly_text::{Language, analyse};

    fn day(text: &str) -> Date {
        text.parse().unwrap_or_default()
    }

    fn candidate(rule: &'static str, says: &str, bearing: Bearing, weight: u8) -> DateCandidate {
        DateCandidate { rule, text: says.to_owned(), span: None, says: When::Day(day(says)), bearing, weight }
    }

    fn weigh(candidates: &[DateCandidate], text: &str, fetched: Option<&str>) -> (Published, Option<When>) {
        let analysis = analyse(text, Language::EN);
        let mentions = reportedly_time::find(&analysis);
        let fetched = fetched.and_then(|f| f.parse().ok());
        let input = Input { form: Form::Flat, fetched, ..Input::default() };
        bounds(&input, candidates, &mentions, &analysis)
    }

    fn told(p: &Published) -> String {
        let show = |d: Option<Date>| d.map_or("-".to_owned(), |d| d.to_string());
        format!("{} {} {}", show(p.best.as_ref().map(When::day)), show(p.earliest), show(p.latest))
    }

    #[test]
    fn candidates_that_agree_outweigh_one_that_does_not() {
        use Bearing::{NotAfter, NotBefore, Published, Updated};
        let check = |candidates: &[DateCandidate], want: &str| {
            assert_eq!(told(&weigh(candidates, "", None).0), want);
        };
        let c = candidate;
        check(&[c("json-ld", "2031-05-07", Published, 80)], "2031-05-07 2031-05-07 2031-05-07");
        // Address and print against data: they win, and the rival stays within the bounds.
        check(
            &[
                c("json-ld", "2031-05-09", Published, 60),
                c("url", "2031-05-07", Published, 45),
                c("date-line", "2031-05-07", Published, 50),
            ],
            "2031-05-07 2031-05-07 2031-05-09",
        );
        // The day of a visit bounds and is no publication; nor is a picture's day.
        check(&[c("masthead", "2031-06-01", NotAfter, 60)], "- - 2031-06-01");
        check(
            &[c("masthead", "2031-06-01", NotAfter, 60), c("caption", "2029-02-03", NotBefore, 50)],
            "- 2029-02-03 2031-06-01",
        );
        // A change dates a page that says nothing else.
        check(&[c("date-line", "2031-05-16", Updated, 70)], "2031-05-16 - 2031-05-16");
        // Where the data give the change and no more, it bounds the page and dates it not.
        check(
            &[c("meta", "2031-05-16", Updated, 75), c("date-line", "2031-05-16", Updated, 70)],
            "- - 2031-05-16",
        );
        // Two days printed in places that mean little: silence.
        check(
            &[c("printed", "2031-05-16", Published, 14), c("printed", "2031-05-20", Published, 14)],
            "- - -",
        );
        // What the caller says wins over all.
        check(
            &[c("given", "2031-01-01", Published, 100), c("masthead", "2030-06-01", NotAfter, 60)],
            "2031-01-01 2031-01-01 2031-01-01",
        );
    }

    #[test]
    fn a_date_after_the_fetch_is_none() {
        let late = [candidate("meta", "2031-08-01", Bearing::Published, 75)];
        let (published, _) = weigh(&late, "", Some("2031-05-07T10:00:00Z"));
        assert_eq!(told(&published), "- - 2031-05-07");
    }

    #[test]
    fn updates_stay_apart() {
        let both = [
            candidate("meta", "2031-05-07", Bearing::Published, 75),
            candidate("meta", "2031-05-09", Bearing::Updated, 75),
        ];
        let (published, updated) = weigh(&both, "", None);
        // The text as it stands may be as young as its last change.
        assert_eq!(told(&published), "2031-05-07 2031-05-07 2031-05-09");
        assert_eq!(updated.map(|u| u.day()), Some(day("2031-05-09")));
    }

    #[test]
    fn a_report_dates_a_page_whose_fetch_fixes_the_year() {
        let text = "The ferry to Lune may be sold, the Tarn Herald reported on May 7, citing two officials.\n\n\
                    The line carried 40,000 people last year.";
        let (published, _) = weigh(&[], text, Some("2032-02-01T00:00:00Z"));
        assert_eq!(told(&published), "2031-05-07 2031-05-07 2032-02-01");
        let first = &published.evidence[0];
        assert_eq!((first.rule, first.text.as_str()), (REPORTED_ON, "the Tarn Herald reported on May 7"));
        assert_eq!(first.span.map(|s| s.of(text)), Some(first.text.as_str()));
        // Without a fetch no year is known.
        assert_eq!(told(&weigh(&[], text, None).0), "- - -");
    }

    #[test]
    fn a_dateline_takes_its_year_from_what_bounds_the_page() {
        let masthead = [candidate("masthead", "2031-11-15", Bearing::NotAfter, 60)];
        let check =
            |text: &str, want: &str| assert_eq!(told(&weigh(&masthead, text, None).0), want, "{text}");
        check("LUNE, May 6 (Pylon) - The quay was sold.", "2031-05-06 2031-05-06 2031-05-06");
        check("LUNE, December 6 (Pylon) - The quay was sold.", "2030-12-06 2030-12-06 2030-12-06");
        check("The quay of Lune was sold on May 6.", "- - 2031-11-15");
    }

    proptest! {
        #[test]
        fn best_lies_within_its_bounds(
            rows in prop::collection::vec((0_usize..5, 0_i32..4000, 0_u8..=100), 0..8),
            text in "([A-Z][a-z]{1,6}|said|on|May|7|2031|,|\\.| ){0,40}",
        ) {
            let candidates: Vec<DateCandidate> = rows
                .into_iter()
                .map(|(kind, days, weight)| {
                    let bearing = [Bearing::Published, Bearing::Updated, Bearing::NotAfter, Bearing::NotBefore][kind % 4];
                    let rule = ["json-ld", "date-line", "masthead", "caption", "url"][kind];
                    let says = When::Day(day("2025-01-01").saturating_add(jiff::Span::new().days(days)));
                    DateCandidate { rule, text: String::new(), span: None, says, bearing, weight }
                })
                .collect();
            let (published, _) = weigh(&candidates, &text, Some("2032-02-01T00:00:00Z"));
            if let Some(best) = published.best.as_ref().map(When::day) {
                prop_assert!(published.earliest.is_none_or(|e| e <= best));
                prop_assert!(published.latest.is_some_and(|l| l >= best));
            }
            if let (Some(e), Some(l)) = (published.earliest, published.latest) {
                prop_assert!(e <= l);
            }
            for e in &published.evidence {
                prop_assert!(e.span.is_none_or(|s| text.get(s.start..s.end).is_some()));
            }
        }
    }
}
