//! When a page was published: all evidence, weighed; bounds always where anything bounds it.
//!
//! The page's own candidates come first. Where they make no date, the text may: what it tells as past bounds it
//! from below, and "X reported on March 2" dates a page whose fetch fixes the year.

use jiff::{civil::Date, tz::TimeZone};
use reportedly_page::{Bearing, DateCandidate, Input, When};
use reportedly_text::{Analysis, ByLanguage, Span, VerbForm, rows};
use reportedly_time::{Anchor, Calendar, Expression, Mention, Year};
use rustc_hash::FxHashSet;

/// One piece of evidence for the publication date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What found it.
    pub rule: &'static str,
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

// Weights and limits, in the candidates' measure. Set by hand with `xtask bench pages dates`.

/// Candidates below this weight do not make a date by themselves.
const ENOUGH: u32 = 40;
/// A further candidate of a kind that was heard adds this share (in per cent) of its weight.
const AGAIN: u32 = 60;
/// Where a page prints one day only, it is believed from this weight on.
const ALONE: u32 = 12;
/// A day other than the best is kept within the bounds from this weight on.
const RIVAL: u32 = 45;
/// A last change counts this share (in per cent) as a publication date where nothing better is there.
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
        .max_by_key(|c| (c.weight, exactness(&c.says)))
        .map(|c| c.says.clone());
    let evidence = |c: &DateCandidate| Evidence {
        rule: c.rule,
        text: c.text.clone(),
        span: c.span,
        says: c.says.clone(),
        bearing: c.bearing,
    };
    let mut published = Published {
        evidence: candidates.iter().filter(|c| c.bearing != Bearing::Updated).map(evidence).collect(),
        ..Published::default()
    };
    if let Some(given) = candidates.iter().find(|c| c.rule == "given" && c.bearing == Bearing::Published) {
        published.best = Some(given.says.clone());
        (published.earliest, published.latest) = (Some(given.says.day()), Some(given.says.day()));
        return (published, updated);
    }
    let days = days(candidates, fetched);
    let best = days.first().filter(|d| d.weight >= if days.len() == 1 { ALONE } else { ENOUGH });
    if let Some(best) = best {
        published.best = Some(best.form.says.clone());
        let rivals = days.iter().filter(|d| d.weight >= RIVAL && d.published).map(|d| d.day);
        published.earliest = rivals.clone().chain([best.day]).min();
        published.latest = rivals.chain([best.day]).max();
        // Strongest first: what speaks for the best day.
        published.evidence.sort_by_key(|e| e.says.day() != best.day);
        if !best.published {
            published.evidence.insert(0, evidence(best.form));
        }
        return (published, updated);
    }
    let latest = candidates
        .iter()
        .filter(|c| matches!(c.bearing, Bearing::NotAfter | Bearing::Updated))
        .map(|c| c.says.day())
        .chain(fetched)
        .min();
    let fits = |day: &Date| latest.is_none_or(|l| *day <= l);
    let mut earliest = candidates
        .iter()
        .filter(|c| c.bearing == Bearing::NotBefore)
        .map(|c| c.says.day())
        .filter(fits)
        .max();
    let masthead = candidates.iter().any(|c| c.bearing == Bearing::NotAfter);
    // The fetch fixes the year of a day and month; a masthead is the day of some visit, which may be any.
    if let Some(l) = fetched.filter(|_| !masthead)
        && let Some(report) = reported_on(mentions, analysis, earliest, latest.unwrap_or(l))
    {
        published.best = Some(report.says.clone());
        earliest = Some(report.says.day());
        published.evidence.insert(0, report);
    } else if let Some(past) = last_past_date(mentions, analysis, earliest, latest) {
        earliest = Some(past.says.day());
        published.evidence.push(past);
    }
    (published.earliest, published.latest) = (earliest, latest);
    (published, updated)
}

/// A day with all that speaks for it.
struct Day<'c> {
    day: Date,
    weight: u32,
    form: &'c DateCandidate,
    /// Whether anything says "published", not only "updated".
    published: bool,
    /// The kinds of evidence, each with its largest weight.
    kinds: Vec<(Kind, u32)>,
}

/// Kinds of evidence that are independent of each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    Print,
    Address,
    Text,
}

fn kind(rule: &str) -> Kind {
    match rule {
        "json-ld" | "meta" => Kind::Data,
        "url" => Kind::Address,
        "dateline" => Kind::Text,
        _ => Kind::Print,
    }
}

/// The days that candidates speak for, the strongest first; of two alike the earlier.
fn days(candidates: &[DateCandidate], fetched: Option<Date>) -> Vec<Day<'_>> {
    let latest = candidates
        .iter()
        .filter(|c| c.bearing == Bearing::NotAfter)
        .map(|c| c.says.day())
        // A fetch recorded in UTC may be a day behind the page's own zone.
        .chain(fetched.and_then(|f| f.tomorrow().ok()))
        .min();
    let is_said = candidates.iter().any(|c| c.bearing == Bearing::Published && u32::from(c.weight) >= ENOUGH);
    let mut days: Vec<Day<'_>> = Vec::new();
    for c in candidates {
        let weight = match c.bearing {
            Bearing::Published => u32::from(c.weight),
            // What was changed was published before: the change dates it only where nothing else does.
            Bearing::Updated if !is_said => u32::from(c.weight) * CHANGED / 100,
            _ => continue,
        };
        let day = c.says.day();
        if latest.is_some_and(|l| day > l) {
            continue;
        }
        let published = c.bearing == Bearing::Published;
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
            None => days.push(Day { day, weight, form: c, published, kinds: vec![(kind(c.rule), weight)] }),
        }
    }
    days.sort_by_key(|d| (std::cmp::Reverse(d.weight), d.day));
    days
}

fn exactness(when: &When) -> u8 {
    match when {
        When::Day(_) => 0,
        When::Local(_) => 1,
        When::Instant(..) => 2,
    }
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

/// Whether the sentence around a date tells of the past: a finite past, and nothing that looks ahead.
fn is_past(analysis: &Analysis<'_>, date: Span) -> bool {
    let at = analysis.tokens_in(date).start;
    let Some(sentence) = analysis.sentence_of(at).and_then(|s| analysis.sentences.get(s)) else {
        return false;
    };
    let forms = || sentence.tokens.clone().filter_map(|i| analysis.tokens.get(i).map(|t| t.form));
    let ahead = sentence.tokens.clone().any(|i| {
        matches!(
            analysis.lower(i),
            "will" | "would" | "plan" | "plans" | "planned" | "scheduled" | "until" | "by" | "due"
        )
    });
    forms().any(|f| f == VerbForm::Past) && !forms().any(|f| f == VerbForm::Modal) && !ahead
}
