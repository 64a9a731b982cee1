//! What headers say about when to come again.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser, tz::TimeZone};
use reqwest::header::{self, AsHeaderName, HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};
use url::Url;

/// Bytes of the longest validator that is kept.
const LONGEST_VALIDATOR: usize = 1024;
/// Seconds of the longest wait that is taken from a header: a year.
const LONGEST_WAIT: u64 = 366 * 24 * 3600;

/// What an answer is marked with, byte for byte as the server gave it, to ask whether it has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The address that gave the answer, after redirects.
    pub url: String,
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

impl Validators {
    pub(super) fn read(url: &Url, headers: &HeaderMap) -> Option<Self> {
        let short = |name: &HeaderName| {
            text(headers, name)
                .filter(|v| v.len() <= LONGEST_VALIDATOR && v.bytes().all(|b| matches!(b, b' '..=b'~')))
        };
        let validators = Self {
            url: url.to_string(),
            etag: short(&header::ETAG),
            last_modified: short(&header::LAST_MODIFIED),
        };
        (validators.etag.is_some() || validators.last_modified.is_some()).then_some(validators)
    }
}

/// How long a server wants to be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// For so long.
    For(Duration),
    /// Until then.
    Until(Timestamp),
}

impl RetryAfter {
    /// When the server may be asked again.
    pub fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::For(wait) => SignedDuration::try_from(wait)
                .ok()
                .and_then(|wait| now.checked_add(wait).ok())
                .unwrap_or(Timestamp::MAX),
            Self::Until(then) => then.max(now),
        }
    }

    /// From the header's value.
    pub fn read(value: &str) -> Option<Self> {
        let value = value.trim();
        if let Some(seconds) = seconds(value) {
            return Some(Self::For(Duration::from_secs(seconds)));
        }
        instant(value).map(Self::Until)
    }
}

impl fmt::Display for RetryAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::For(wait) => write!(f, "for {}", super::fault::words(*wait)),
            Self::Until(then) => write!(f, "until {then}"),
        }
    }
}

/// What a server says about when to come again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// `Retry-After`.
    pub retry_after: Option<RetryAfter>,
    /// How long the answer stays good (`Cache-Control`, else `Expires`); zero where it is not to be kept at all.
    pub fresh_for: Option<Duration>,
}

impl Hints {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let retry_after = text(headers, &header::RETRY_AFTER).and_then(|value| RetryAfter::read(&value));
        let control = text(headers, &header::CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase();
        let age = text(headers, &header::AGE).and_then(|age| seconds(age.trim())).unwrap_or(0);
        let mut fresh = None;
        for directive in control.split(',').map(str::trim) {
            match directive.split_once('=') {
                None if matches!(directive, "no-cache" | "no-store") => fresh = Some(0),
                Some(("max-age", value)) if fresh != Some(0) => {
                    fresh = seconds(value.trim_matches('"')).map(|s| s.saturating_sub(age));
                }
                _ => {}
            }
        }
        let expires = || {
            let at = |name: &HeaderName| text(headers, name).and_then(|value| instant(&value));
            let left = at(&header::EXPIRES)?.as_second() - at(&header::DATE)?.as_second();
            Some(left.clamp(0, LONGEST_WAIT as i64) as u64)
        };
        Self { retry_after, fresh_for: fresh.or_else(expires).map(Duration::from_secs) }
    }
}

/// A header's value; bytes that are no UTF-8 are replaced.
pub(super) fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).trim().to_owned()).filter(|value| !value.is_empty())
}

/// A number of seconds, a fraction left out; negative ones are no wait.
fn seconds(value: &str) -> Option<u64> {
    let whole = value.split('.').next()?;
    if let Some(negative) = whole.strip_prefix('-') {
        return negative.bytes().all(|b| b.is_ascii_digit()).then_some(0).filter(|_| !negative.is_empty());
    }
    let digits = !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit());
    // What has more digits than a number can hold is long enough.
    digits.then(|| whole.parse().unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
}

/// A date as HTTP writes it, in any of its three forms.
fn instant(value: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    let value = value.trim();
    if let Ok(instant) = PARSER.parse_timestamp(value) {
        return Some(instant);
    }
    // What C's asctime gives, and RFC 850 with its two digits of the year.
    ["%a %b %e %H:%M:%S %Y", "%A, %d-%b-%y %H:%M:%S GMT"].iter().find_map(|format| {
        let civil = jiff::fmt::strtime::parse(format, value).ok()?.to_datetime().ok()?;
        civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(lines: &[(&'static str, &str)]) -> Hints {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a value"));
        }
        Hints::read(&headers)
    }

    #[test]
    fn a_server_may_ask_to_be_left_alone_for_a_time_or_until_one() {
        let now: Timestamp = "2031-03-04T10:00:00Z".parse().expect("an instant");
        let at = |value| hints(&[("retry-after", value)]).retry_after.map(|after| after.at(now).to_string());
        for (value, expected) in [
            ("120", Some("2031-03-04T10:02:00Z")),
            (" 1.5 ", Some("2031-03-04T10:00:01Z")),
            ("-5", Some("2031-03-04T10:00:00Z")),
            ("99999999999999999999999", Some("2032-03-04T10:00:00Z")),
            ("Tue, 04 Mar 2031 11:00:00 GMT", Some("2031-03-04T11:00:00Z")),
            ("Mon, 04 Mar 2031 11:00:00 GMT", Some("2031-03-04T11:00:00Z")),
            ("Tuesday, 04-Mar-31 11:00:00 GMT", Some("2031-03-04T11:00:00Z")),
            ("Tue Mar  4 11:00:00 2031", Some("2031-03-04T11:00:00Z")),
            // What is past is no wait.
            ("Tue, 04 Mar 2031 09:00:00 GMT", Some("2031-03-04T10:00:00Z")),
            ("soon", None),
            ("-", None),
        ] {
            assert_eq!(at(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn an_answer_stays_good_as_long_as_its_headers_say() {
        let fresh = |lines: &[(&'static str, &str)]| hints(lines).fresh_for.map(|d| d.as_secs());
        assert_eq!(fresh(&[]), None);
        assert_eq!(fresh(&[("cache-control", "public, max-age=600")]), Some(600));
        assert_eq!(fresh(&[("cache-control", "max-age=\"600\""), ("age", "100")]), Some(500));
        assert_eq!(fresh(&[("cache-control", "max-age=600, no-store")]), Some(0));
        assert_eq!(fresh(&[("cache-control", "no-cache, max-age=600")]), Some(0));
        let dates = [("date", "Tue, 04 Mar 2031 10:00:00 GMT"), ("expires", "Tue, 04 Mar 2031 10:30:00 GMT")];
        assert_eq!(fresh(&dates), Some(1800));
        assert_eq!(fresh(&[("date", "Tue, 04 Mar 2031 10:00:00 GMT"), ("expires", "0")]), None);
        assert_eq!(fresh(&[dates[0], ("expires", "Thu, 01 Jan 1970 00:00:00 GMT")]), Some(0));
    }
}
