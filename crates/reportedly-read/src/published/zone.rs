//! Instants in UTC on pages that print their own zone's day.
//!
//! Programs give the moment of publication in UTC; people read it in the outlet's zone, where the day may be the
//! next or the one before. What the page prints tells which; else the zones of its country, as its address gives it,
//! or of its language tell what is possible.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan, tz::Offset};
use reportedly_page::{DateCandidate, When};
use reportedly_text::{Language, rows};

/// Printed days of less weight say nothing about the zone: they are other items' days.
const PRINTED: u8 = 24;
/// Hours that the day of a zone may be ahead of UTC and behind it.
const AHEAD: i64 = 14;
const BEHIND: i64 = 12;
/// Clock times of print and data are of one moment if they differ by whole quarters of an hour, give or take these seconds.
const SLACK: i64 = 120;

/// The zones in which a page may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Zones {
    /// Hours that the westernmost of them is ahead of UTC, and the easternmost.
    likely: (i64, i64),
    /// The same of those in which it may be at all.
    possible: (i64, i64),
}

impl Zones {
    /// Those of the country that the page's address names; without one, those where its language is at home, and
    /// every one is possible.
    pub(super) fn of(url: Option<&str>, language: Language) -> Self {
        let host = url.and_then(|u| u.split_once("://")).map(|(_, rest)| rest);
        let host = host.and_then(|h| h.split(['/', '?', '#', ':']).next());
        let ending = host.and_then(|h| h.rsplit('.').next()).map(str::to_ascii_lowercase);
        let country = ending.and_then(|e| hours("domain_zones", &e));
        let likely = country.or_else(|| hours("language_zones", language.code()));
        let all = (-BEHIND, AHEAD);
        Self { likely: likely.unwrap_or(all), possible: country.unwrap_or(all) }
    }

    /// Whether a moment falls on a day in one of the possible zones.
    fn is_possible(self, instant: Timestamp, day: Date) -> bool {
        let on = |offset: i64| {
            instant.checked_add(offset.hours()).is_ok_and(|t| Offset::UTC.to_datetime(t).date() == day)
        };
        on(self.possible.1) || on(self.possible.0) || on(0)
    }
}

/// The row of a table of zones.
fn hours(table: &str, key: &str) -> Option<(i64, i64)> {
    rows(None, table)
        .find(|row| row.first() == Some(&key))
        .and_then(|row| Some((row.get(1)?.parse().ok()?, row.get(2)?.parse().ok()?)))
}

/// The day on which a candidate lies in the page's own zone: the printed one, where that is next to a day in UTC.
pub(super) fn local_day(candidate: &DateCandidate, candidates: &[DateCandidate], zones: Zones) -> Date {
    let day = candidate.says.day();
    let When::Instant(instant, 0) = candidate.says else { return day };
    let printed =
        || candidates.iter().filter(|c| c.bearing == candidate.bearing && c.weight >= PRINTED && is_local(c));
    if printed().any(|c| c.says.day() == day) {
        return day;
    }
    let mut near = printed().map(|c| c.says.day()).filter(|d| zones.is_possible(instant, *d));
    near.next().unwrap_or(day)
}

/// Whether a candidate gives a day as it is in the page's own zone: with an offset of its own, or in print. Days in
/// data are cut from moments in UTC as often as not.
fn is_local(c: &DateCandidate) -> bool {
    match c.says {
        When::Instant(_, offset) => offset != 0,
        When::Day(_) | When::Local(_) => {
            let of_data = matches!(c.rule, "json-ld" | "meta" | "microdata" | "script-data");
            let listed = c.rule.starts_with("feed-") || c.rule.starts_with("sitemap-");
            !of_data && !listed
        }
    }
}

/// The form in which the best day is given, and the days that it may be in the page's zone.
pub(super) fn settle(
    form: &DateCandidate,
    day: Date,
    candidates: &[DateCandidate],
    zones: Zones,
) -> (When, Date, Date) {
    let When::Instant(instant, 0) = form.says else { return (form.says.clone(), day, day) };
    let utc = form.says.day();
    let local =
        || candidates.iter().filter(|c| c.bearing == form.bearing && c.weight >= PRINTED && is_local(c));
    if utc != day {
        // A printed clock time gives the zone away.
        let told = local().filter(|c| c.says.day() == day).find_map(|c| match c.says {
            When::Local(at) => {
                let ahead = Offset::UTC.to_timestamp(at).ok()?.as_second() - instant.as_second();
                let quarters = (ahead as f64 / 900.0).round() as i64;
                let fits =
                    (ahead - quarters * 900).abs() <= SLACK && (-BEHIND * 4..=AHEAD * 4).contains(&quarters);
                fits.then(|| When::Instant(instant, (quarters * 900) as i32))
            }
            _ => None,
        });
        return (told.unwrap_or(When::Day(day)), day.min(utc), day.max(utc));
    }
    let at = |hours: i64| Offset::UTC.to_datetime(instant.checked_add(hours.hours()).unwrap_or(instant));
    let is_midnight = |hours: i64| at(hours).time() == Time::midnight();
    // Midnight to the second is a day without a clock time.
    if is_midnight(0) {
        return (form.says.clone(), day, day);
    }
    let (behind, ahead) = zones.likely;
    if local().any(|c| c.says.day() == day) {
        // So is midnight in the zone of the page's language, whatever a server in UTC then prints.
        let other = [behind, ahead].into_iter().find(|h| is_midnight(*h)).map_or(day, |h| at(h).date());
        return (form.says.clone(), day.min(other), day.max(other));
    }
    let on = |hours: i64| at(hours).date();
    let (first, last) = (on(behind), on(ahead));
    let best = match i32::try_from(behind * 3600) {
        // In every zone where the language is at home it is another day than in UTC.
        Ok(offset) if first == last && first != day => When::Instant(instant, offset),
        _ => form.says.clone(),
    };
    (best, first.min(day), last.max(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reportedly_page::Bearing;

    #[test]
    fn the_zones_of_a_language_tell_the_day() {
        let check_at = |url: Option<&str>, at: &str, language: &str, want: &str| {
            let instant: Timestamp = at.parse().unwrap_or_default();
            let c = DateCandidate {
                rule: "meta",
                text: at.to_owned(),
                span: None,
                says: When::Instant(instant, 0),
                bearing: Bearing::Published,
                weight: 75,
            };
            let language = Language::from_tag(language).unwrap_or(Language::EN);
            let zones = Zones::of(url, language);
            let all = std::slice::from_ref(&c);
            let (best, first, last) = settle(&c, local_day(&c, all, zones), all, zones);
            assert_eq!(format!("{} {first} {last}", best.day()), want, "{at} {language:?}");
        };
        let check = |at: &str, language: &str, want: &str| check_at(None, at, language, want);
        // In all its zones the next day, in some of them, in none.
        check("2031-05-07T23:10:00Z", "de", "2031-05-08 2031-05-07 2031-05-08");
        check("2031-05-07T22:10:00Z", "de", "2031-05-07 2031-05-07 2031-05-08");
        check("2031-05-07T12:10:00Z", "de", "2031-05-07 2031-05-07 2031-05-07");
        check("2031-05-07T16:10:00Z", "ja", "2031-05-08 2031-05-07 2031-05-08");
        check("2031-05-08T02:10:00Z", "en", "2031-05-08 2031-05-07 2031-05-08");
        // Midnight is no clock time.
        check("2031-05-08T00:00:00Z", "en", "2031-05-08 2031-05-08 2031-05-08");
        // The address names the country.
        let canada = Some("https://news.tarn.example.ca/2031/harbour");
        check_at(canada, "2031-05-08T01:10:00Z", "fr", "2031-05-07 2031-05-07 2031-05-08");
        check_at(
            Some("https://tarn.example.au"),
            "2031-05-07T22:10:00Z",
            "en",
            "2031-05-08 2031-05-07 2031-05-08",
        );
    }
}
