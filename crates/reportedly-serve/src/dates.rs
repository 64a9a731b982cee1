//! Dates as people write them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// "17 March 2031", "March 2031", "2031"; a value that is no date as it stands.
pub fn long(value: &str) -> String {
    let written = match value.len() {
        7 => format!("{value}-01").parse::<Date>().map(|d| d.strftime("%B %Y").to_string()),
        _ => value.parse::<Date>().map(day),
    };
    written.unwrap_or_else(|_| value.to_owned())
}

/// "17 March 2031".
pub fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// "17 March 2031, 14:05 UTC".
pub fn instant(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %B %Y, %H:%M %Z").to_string()
}

/// The day of an instant, in UTC, as all days are that are asked about.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The day of a moment in a zone; where only the day is known, that.
pub fn day_in(at: Timestamp, zone: &TimeZone) -> String {
    day(if is_day(at) { day_of(at) } else { at.to_zoned(zone.clone()).date() })
}

/// Whether only the day is known: what was published some time on a day is known from its end on.
pub fn is_day(at: Timestamp) -> bool {
    let time = at.to_zoned(TimeZone::UTC);
    (time.hour(), time.minute()) == (23, 59)
}

/// A moment as precise as it is known.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    if is_day(at) { day(day_of(at)) } else { instant(at, zone) }
}
