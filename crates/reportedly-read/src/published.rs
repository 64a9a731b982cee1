//! When a page was published: all evidence, weighed; bounds always where anything bounds it.

use jiff::{civil::Date, tz::TimeZone};
use reportedly_page::{Bearing, DateCandidate, Input, When};
use reportedly_text::{Analysis, Span};
use reportedly_time::Mention;

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

/// Candidates below this weight do not make a date by themselves.
const ENOUGH: u32 = 40;

/// Weighs the page's and the text's evidence.
///
/// Candidates for the same day add up; the strongest day that the bounds allow is `best`, with the most exact
/// form among its candidates.
pub fn bounds(
    input: &Input<'_>,
    candidates: &[DateCandidate],
    mentions: &[Mention],
    analysis: &Analysis<'_>,
) -> (Published, Option<When>) {
    let _ = (mentions, analysis);
    let fetched = input.fetched.map(|f| f.to_zoned(TimeZone::UTC).date());
    let mut latest = fetched;
    let mut earliest: Option<Date> = None;
    for c in candidates {
        match c.bearing {
            Bearing::NotAfter => latest = Some(latest.map_or(c.says.day(), |l| l.min(c.says.day()))),
            Bearing::NotBefore => earliest = Some(earliest.map_or(c.says.day(), |e| e.max(c.says.day()))),
            Bearing::Published | Bearing::Updated => {}
        }
    }
    let mut days: Vec<(Date, u32, &DateCandidate)> = Vec::new();
    for c in candidates.iter().filter(|c| c.bearing == Bearing::Published) {
        let day = c.says.day();
        // A fetch recorded in UTC may be a day behind the page's own zone.
        if fetched.is_some_and(|f| day > f.tomorrow().unwrap_or(f)) {
            continue;
        }
        match days.iter_mut().find(|d| d.0 == day) {
            Some(d) => {
                d.1 += u32::from(c.weight);
                if exactness(&c.says) > exactness(&d.2.says) {
                    d.2 = c;
                }
            }
            None => days.push((day, u32::from(c.weight), c)),
        }
    }
    days.sort_by_key(|d| std::cmp::Reverse(d.1));
    let best = days.first().filter(|d| d.1 >= ENOUGH).map(|d| d.2.says.clone());
    if let Some(b) = &best {
        (earliest, latest) = (Some(b.day()), Some(b.day()));
    }
    let updated = candidates.iter().find(|c| c.bearing == Bearing::Updated).map(|c| c.says.clone());
    let evidence = candidates
        .iter()
        .filter(|c| c.bearing != Bearing::Updated)
        .map(|c| Evidence {
            rule: c.rule,
            text: c.text.clone(),
            span: c.span,
            says: c.says.clone(),
            bearing: c.bearing,
        })
        .collect();
    (Published { best, earliest, latest, evidence }, updated)
}

fn exactness(when: &When) -> u8 {
    match when {
        When::Day(_) => 0,
        When::Local(_) => 1,
        When::Instant(..) => 2,
    }
}
