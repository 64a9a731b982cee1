//! Dates in figures whose day and month could stand either way round ("02/03/2031").

use super::markup::NAMED;
use super::{candidate, printed};
use crate::{DateCandidate, When};
use jiff::civil::Date;
use reportedly_text::{Language, rows};

/// The other reading of such a date: enough to stretch the bounds, in the measure of `dates`.
const OTHER_ORDER: u8 = 45;

/// Where day and month could stand either way round, the way round that other dates of the page bear out, or that the
/// country of its address writes. Where nothing tells, the other reading is a candidate too. `short` are the page's short
/// lines.
pub(crate) fn settle<'t>(
    found: &mut Vec<DateCandidate>,
    short: impl Iterator<Item = &'t str>,
    url: Option<&str>,
    language: Option<Language>,
) {
    let mut sure: Vec<Date> =
        found.iter().filter(|c| !printed::is_ambiguous(&c.text)).map(|c| c.says.day()).collect();
    // With full stops the day comes first nearly everywhere: such dates are settled first, and bear out the others.
    for stopped in [true, false] {
        for c in found.iter_mut().filter(|c| c.text.contains('.') == stopped) {
            if let Some(turned) = other_reading(c, &sure)
                && sure.contains(&turned)
            {
                c.says = When::Day(turned);
            }
        }
        sure.extend(found.iter().filter(|c| c.text.contains('.')).map(|c| c.says.day()));
    }
    if !found.iter().any(|c| other_reading(c, &sure).is_some()) {
        return;
    }
    let mut told: Vec<bool> = short.filter_map(printed::is_month_first).collect();
    told.dedup();
    let month_first = if let [told] = told[..] { Some(told) } else { url.and_then(country_order) };
    // In other languages the day comes first.
    let is_english = language.is_none_or(|l| l == Language::EN);
    let mut others = Vec::new();
    for c in found.iter_mut() {
        let Some(turned) = other_reading(c, &sure) else { continue };
        let day = c.says.day();
        let figures =
            [format!("{}/{}/", day.month(), day.day()), format!("{:02}/{:02}/", day.month(), day.day())];
        let reads_month_first = figures.iter().any(|f| c.text.replace('-', "/").contains(f));
        match month_first {
            Some(first) if first != reads_month_first => c.says = When::Day(turned),
            Some(_) => {}
            None if c.weight >= NAMED && !c.text.contains('.') && is_english => {
                others.push(candidate("other-order", &c.text, When::Day(turned), c.bearing, OTHER_ORDER));
            }
            None => {}
        }
    }
    found.append(&mut others);
}

/// The day with day and month turned, where they could stand either way round and nothing says that they do not.
fn other_reading(c: &DateCandidate, sure: &[Date]) -> Option<Date> {
    let day = c.says.day();
    // Moments in UTC may lie a day apart.
    let is_sure = |day: Date| sure.iter().any(|s| (*s - day).get_days().abs() <= 1);
    let is_open = matches!(c.says, When::Day(_)) && !is_sure(day) && printed::is_ambiguous(&c.text);
    Date::new(day.year(), day.day(), day.month()).ok().filter(|turned| is_open && *turned != day)
}

/// Whether the month comes first in dates in figures, by the country that an address names.
fn country_order(url: &str) -> Option<bool> {
    let host = url.split_once("://")?.1.split(['/', '?', '#', ':']).next()?;
    let ending = host.rsplit('.').next()?.to_ascii_lowercase();
    let row = rows(None, "domain_zones").find(|row| row.first() == Some(&ending.as_str()))?;
    match row.get(3) {
        Some(&"day") => Some(false),
        Some(&"month") => Some(true),
        _ => None,
    }
}
