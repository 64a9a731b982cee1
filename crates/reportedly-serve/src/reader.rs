//! Who reads: in which zone times are shown, how the pages look, and what is new to whoever comes back. All of it comes
//! with the request, in cookies, so that nothing is kept of anybody on the server.

use crate::dates;
use axum::http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Who comes back within this time has not been away.
const AWAY: SignedDuration = SignedDuration::from_mins(30);
/// What a cookie may be long.
const LONGEST: usize = 128;
/// A year, in seconds: as long as browsers keep what they are told here.
pub const YEAR: u32 = 365 * 24 * 3600;

/// How the pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is set.
    #[default]
    System,
    Light,
    Dark,
}

/// What counts as new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fresh {
    /// What came in since the last visit.
    #[default]
    Visit,
    /// What became known in the last 24 hours.
    Day,
    /// In the last seven days.
    Week,
}

/// What somebody had seen: the library's observations are numbered as they come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    /// The last observation that was there at the visit before this one.
    before: i64,
    /// The last that was there when the news was last looked at.
    last: i64,
    /// When that was, in seconds since 1970.
    at: i64,
}

/// Somebody who reads.
#[derive(Clone, Debug)]
pub struct Reader {
    pub zone: TimeZone,
    pub theme: Theme,
    pub fresh: Fresh,
    seen: Option<Seen>,
    now: Timestamp,
}

impl Theme {
    /// Its name, in cookies and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The one with this name.
    pub fn named(word: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|t| t.word() == word)
    }
}

impl Fresh {
    /// Its name, in cookies and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// The one with this name.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Visit, Self::Day, Self::Week].into_iter().find(|f| f.word() == word)
    }
}

/// The cookie with this name, if it is of a size that ours have.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, value)| *n == name && value.len() <= LONGEST).map(|(_, value)| value)
}

/// The zone with this name of the time zone database.
pub fn zone(name: &str) -> Option<TimeZone> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    (!name.is_empty() && name.chars().all(plain)).then(|| TimeZone::get(name).ok()).flatten()
}

impl Reader {
    /// Whoever sent these headers; what they do not say is as on the machine.
    pub fn of(headers: &HeaderMap, now: Timestamp) -> Self {
        Self {
            zone: cookie(headers, "zone").and_then(zone).unwrap_or_else(TimeZone::system),
            theme: cookie(headers, "theme").and_then(Theme::named).unwrap_or_default(),
            fresh: cookie(headers, "new").and_then(Fresh::named).unwrap_or_default(),
            seen: cookie(headers, "seen").and_then(Seen::read).map(|seen| seen.at_visit(now)),
            now,
        }
    }

    /// What pages depend on that are the same for all whose key is the same.
    pub fn key(&self) -> String {
        format!("{} {}", self.zone.iana_name().unwrap_or("-"), self.theme.word())
    }

    /// The name of the zone, as the time zone database has it.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// Whether something is new: by the observation that it came in with, and when it was known.
    pub fn is_new(&self, came: i64, known: Timestamp) -> bool {
        let within = |hours| self.now - SignedDuration::from_hours(hours) <= known && known <= self.now;
        match self.fresh {
            Fresh::Visit => self.seen.is_some_and(|seen| came > seen.before),
            Fresh::Day => within(24),
            Fresh::Week => within(7 * 24),
        }
    }

    /// The cookie that remembers this visit, when the news is looked at and ends with this observation.
    pub fn visit(&self, last: i64) -> String {
        let at = self.now.as_second();
        format!("{}.{last}.{at}", self.seen.map_or(last, |seen| seen.before))
    }

    /// A moment, as precise as it is known.
    pub fn moment(&self, at: &Timestamp) -> String {
        dates::moment(*at, &self.zone)
    }

    /// An instant to the minute, with its zone.
    pub fn instant(&self, at: &Timestamp) -> String {
        dates::instant(*at, &self.zone)
    }
}

impl Seen {
    /// The same, where this is the next visit: what had been seen by the end of the last one is old now.
    fn at_visit(self, now: Timestamp) -> Self {
        let away = now.as_second().saturating_sub(self.at) > AWAY.as_secs();
        if away { Self { before: self.last, ..self } } else { self }
    }

    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|n| n.parse().ok().filter(|n| *n >= 0));
        let mut next = || numbers.next().flatten();
        Some(Self { before: next()?, last: next()?, at: next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(cookies: &str, now: &str) -> Reader {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookies.parse().expect("a header"));
        Reader::of(&headers, now.parse().expect("an instant"))
    }

    #[test]
    fn what_came_since_the_last_visit_is_new_until_the_next() {
        let first = reader("", "2031-03-04T08:00:00Z");
        let known = "2031-03-04T07:00:00Z".parse().expect("an instant");
        assert!(!first.is_new(9, known), "who comes for the first time has no last visit");
        let cookie = format!("theme=dark; seen={}", first.visit(9));
        let still = reader(&cookie, "2031-03-04T08:20:00Z");
        assert!(still.is_new(10, known) && !still.is_new(9, known));
        let cookie = format!("seen={}", still.visit(12));
        let back = reader(&cookie, "2031-03-05T08:00:00Z");
        assert!(back.is_new(13, known) && !back.is_new(12, known));
        let cookie = format!("seen={}", back.visit(15));
        let reloaded = reader(&cookie, "2031-03-05T08:01:00Z");
        assert!(reloaded.is_new(13, known) && !reloaded.is_new(12, known));
    }

    #[test]
    fn what_cookies_hold_is_taken_only_where_it_makes_sense() {
        let odd = reader("zone=../../etc/passwd; theme=<b>; new=; seen=-1.2.x", "2031-03-04T08:00:00Z");
        assert_eq!((odd.theme, odd.fresh, odd.seen), (Theme::System, Fresh::Visit, None));
        let set = reader("zone=Europe/Lisbon; theme=dark; new=week", "2031-03-04T08:00:00Z");
        assert_eq!((set.theme, set.fresh, set.zone_name()), (Theme::Dark, Fresh::Week, "Europe/Lisbon"));
        let july = "2031-07-01T08:05:00Z".parse().expect("an instant");
        assert_eq!(set.instant(&july), "1 July 2031, 09:05 WEST");
    }
}
