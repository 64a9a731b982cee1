//! What an expression says before it is known when it was said.

use crate::calendar::Holiday;
use std::fmt::Write as _;

/// The meaning of a temporal expression, still without its anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A point or period on the calendar, with a time of day perhaps.
    Point {
        /// The date.
        date: Calendar,
        /// The time of day.
        time: Option<TimeOfDay>,
    },
    /// A value that depends on nothing: durations, sets, references to past, present and future.
    Fixed(String),
}

/// A date as far as the words tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// A day of a month.
    Day {
        /// Its year.
        year: Year,
        /// Its month, 1 to 12.
        month: u8,
        /// Its day, 1 to 31.
        day: u8,
        /// Its weekday, where the text names it: ISO number, Monday is 1.
        weekday: Option<u8>,
    },
    /// The week that holds a day.
    WeekOf {
        /// Its year.
        year: Year,
        /// Its month, 1 to 12.
        month: u8,
        /// Its day, 1 to 31.
        day: u8,
    },
    /// A day whose month is that of the last date spoken of ("the 28th of that month").
    DayOfMonth(u8),
    /// A month.
    Month {
        /// Its year.
        year: Year,
        /// The month, 1 to 12.
        month: u8,
    },
    /// A quarter of a year.
    Quarter {
        /// Its year.
        year: Year,
        /// The quarter, 1 to 4.
        quarter: u8,
    },
    /// Half a year.
    Half {
        /// Its year.
        year: Year,
        /// The half, 1 or 2.
        half: u8,
    },
    /// A season.
    Season {
        /// Its year.
        year: Year,
        /// The season.
        season: Season,
    },
    /// A year.
    Year(Year),
    /// A decade, as the year without its last digit.
    Decade(i16),
    /// A century, as the year without its last two digits.
    Century(i16),
    /// A holiday.
    Holiday {
        /// Its year.
        year: Year,
        /// The holiday.
        holiday: Holiday,
    },
    /// A day of the week.
    Weekday {
        /// Which of them.
        which: Which,
        /// ISO number, Monday is 1.
        weekday: u8,
    },
    /// A whole unit of the calendar: "this week", "last year", "the following month".
    Unit {
        /// Which of them.
        which: Which,
        /// The unit.
        unit: Unit,
    },
    /// So many units before (negative) or after the origin; `None` where the number is not told.
    Shift {
        /// What is counted from.
        origin: Origin,
        /// How many.
        amount: Option<i32>,
        /// Of what.
        unit: Unit,
    },
    /// The words give a time of day only.
    Unsaid,
}

/// What relative expressions are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The publication date.
    Published,
    /// The last date that the text spoke of.
    Mentioned,
}

/// The year of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Year {
    /// Not given.
    Unsaid,
    /// Given in full.
    Given(i16),
    /// "of last year", "this year's": the year is spoken of, by its relation.
    Of(Which),
    /// "last April", "this summer": the thing itself is related.
    Which(Which),
}

/// Relation to the publication date, or to the last date spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// None told: the tense decides.
    Unsaid,
    /// The one before publication.
    Last,
    /// The one of publication.
    This,
    /// The one after publication.
    Next,
    /// The one before the last date spoken of.
    Before,
    /// The one of the last date spoken of.
    Same,
    /// The one after the last date spoken of.
    After,
    /// The most recent that is over.
    Latest,
    /// The same one a year before the one spoken of.
    YearAgo,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeOfDay {
    /// By the clock.
    Clock {
        /// 0 to 24.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
    /// A part of the day by its TIMEX3 code.
    Part(&'static str),
}

impl TimeOfDay {
    /// Its part of a TIMEX3 value, from the T on.
    pub fn value(self) -> String {
        match self {
            Self::Clock { hour, minute } => format!("T{hour:02}:{minute:02}"),
            Self::Part(code) => format!("T{code}"),
        }
    }
}

/// Units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Second.
    Second,
    /// Minute.
    Minute,
    /// Hour.
    Hour,
    /// Day.
    Day,
    /// Week.
    Week,
    /// Weekend.
    Weekend,
    /// Two weeks.
    Fortnight,
    /// Month.
    Month,
    /// Quarter of a year.
    Quarter,
    /// Year.
    Year,
    /// Ten years.
    Decade,
    /// A hundred years.
    Century,
    /// A period that only its context names.
    Period,
}

impl Unit {
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "S" => Self::Second,
            "MIN" => Self::Minute,
            "H" => Self::Hour,
            "D" => Self::Day,
            "W" => Self::Week,
            "WE" => Self::Weekend,
            "2W" => Self::Fortnight,
            "M" => Self::Month,
            "Q" => Self::Quarter,
            "Y" => Self::Year,
            "E" => Self::Decade,
            "C" => Self::Century,
            "P" => Self::Period,
            _ => return None,
        })
    }

    /// Whether it divides the day.
    pub const fn is_clock(self) -> bool {
        matches!(self, Self::Second | Self::Minute | Self::Hour)
    }

    /// The TIMEX3 duration of so many of these; `None` for a number that is not told.
    pub fn duration(self, amount: Option<Amount>) -> String {
        let (prefix, letter, times) = match self {
            Self::Second => ("PT", 'S', 1),
            Self::Minute => ("PT", 'M', 1),
            Self::Hour => ("PT", 'H', 1),
            Self::Day => ("P", 'D', 1),
            Self::Weekend => ("P", 'D', 2),
            Self::Week => ("P", 'W', 1),
            Self::Fortnight => ("P", 'W', 2),
            Self::Month => ("P", 'M', 1),
            Self::Quarter => ("P", 'Q', 1),
            Self::Year => ("P", 'Y', 1),
            Self::Decade => ("P", 'Y', 10),
            Self::Century => ("P", 'Y', 100),
            Self::Period => return "PXX".to_owned(),
        };
        let Some(amount) = amount else {
            return match self {
                Self::Decade => "PXE".to_owned(),
                Self::Century => "PXC".to_owned(),
                _ => format!("{prefix}X{letter}"),
            };
        };
        let mut value = prefix.to_owned();
        let whole = u64::from(amount.whole) * times;
        let half = match (self, amount.half) {
            (_, false) => None,
            (Self::Minute, _) => Some("30S"),
            (Self::Hour, _) => Some("30M"),
            (Self::Day, _) => Some("T12H"),
            (Self::Year, _) => Some("6M"),
            (Self::Decade, _) => Some(""),
            _ => Some(".5"),
        };
        // Writing to a string cannot fail.
        let _ = match half {
            None => write!(value, "{whole}{letter}"),
            Some("") => write!(value, "{}{letter}", whole + 5),
            Some(".5") => write!(value, "{whole}.5{letter}"),
            Some(rest) if whole == 0 => write!(value, "{rest}"),
            Some(rest) => write!(value, "{whole}{letter}{rest}"),
        };
        value
    }
}

/// A number of units, to the half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Whole units.
    pub whole: u32,
    /// And a half.
    pub half: bool,
}

impl Amount {
    /// A whole number.
    pub const fn whole(whole: u32) -> Self {
        Self { whole, half: false }
    }
}

/// Seasons of the northern year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Season {
    /// March to May.
    Spring,
    /// June to August.
    Summer,
    /// September to November.
    Autumn,
    /// December to February; named by the year it begins in.
    Winter,
}

impl Season {
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "SP" => Self::Spring,
            "SU" => Self::Summer,
            "FA" => Self::Autumn,
            "WI" => Self::Winter,
            _ => return None,
        })
    }

    /// Its TIMEX3 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Spring => "SP",
            Self::Summer => "SU",
            Self::Autumn => "FA",
            Self::Winter => "WI",
        }
    }

    /// Its first month.
    pub const fn month(self) -> u8 {
        match self {
            Self::Spring => 3,
            Self::Summer => 6,
            Self::Autumn => 9,
            Self::Winter => 12,
        }
    }
}
