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
pub fn instant(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// The day of an instant, in UTC.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// A moment as precise as it is known: what is known from the end of a day on was published some time on that day.
pub fn moment(at: Timestamp) -> String {
    let time = at.to_zoned(TimeZone::UTC);
    if (time.hour(), time.minute()) == (23, 59) { day(time.date()) } else { instant(at) }
}
