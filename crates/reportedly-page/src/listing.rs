//! What a feed or a sitemap says of a page: evidence from outside, weighed against what the page says itself.

use crate::{When, dates::printed::stamp};
use jiff::{SignedDuration, Timestamp, civil, fmt::rfc2822::DateTimeParser, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Before this there were no feeds: 1970 and 1980 are what programs write that know no date.
pub const FIRST_YEAR: i16 = 1990;
/// How far ahead a server's clock may be and still be believed.
const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(15);
/// How far ahead of UTC a clock on a wall can be.
const EAST: SignedDuration = SignedDuration::from_hours(14);

/// Where a page is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListingKind {
    /// In a feed.
    #[default]
    Feed,
    /// In a news sitemap.
    Sitemap,
}

impl ListingKind {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Sitemap => "sitemap",
        }
    }
}

/// What a feed or a news sitemap says of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Listing {
    /// Where it is listed.
    pub kind: ListingKind,
    /// Its title, as text.
    pub title: Option<String>,
    /// Its text, as HTML that nobody has cleaned.
    pub text: Option<String>,
    /// Whether the text is given as the whole of it, and not as a summary.
    pub whole: bool,
    /// When it was published, in the words in which that is said.
    pub published: Option<String>,
    /// When it was changed, likewise.
    pub updated: Option<String>,
    /// Who wrote it: people, desks, agencies.
    pub authors: Vec<String>,
    /// The name of the outlet that it was taken from (`<source>`).
    pub source: Option<String>,
    /// That outlet's address.
    pub source_url: Option<String>,
    /// To whom it is credited otherwise.
    pub credits: Vec<String>,
    /// Who publishes it.
    pub outlet: Option<String>,
    /// A tag of its language.
    pub language: Option<String>,
}

/// A date as feeds and sitemaps write it: with names of zones, with years of two digits, or as markup has it.
pub fn feed_date(text: &str) -> Option<When> {
    static PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    let text = text.trim();
    match PARSER.parse_zoned(text) {
        Ok(zoned) => Some(When::Instant(zoned.timestamp(), zoned.offset().seconds())),
        Err(_) => stamp(text, None),
    }
}

/// Whether a date that a feed gives can be one on which something was published that was seen at `now`.
pub fn is_believed(date: &When, now: Option<Timestamp>) -> bool {
    let before = |instant: Timestamp, by| instant.checked_sub(by).unwrap_or(Timestamp::MIN);
    let begins = |day: civil::DateTime| {
        day.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| before(zoned.timestamp(), EAST))
    };
    let earliest = match date {
        When::Instant(instant, _) => before(*instant, CLOCK_AHEAD),
        When::Local(time) => begins(*time),
        When::Day(day) => begins(day.at(0, 0, 0, 0)),
    };
    date.day().year() >= FIRST_YEAR && now.is_none_or(|now| earliest <= now)
}
