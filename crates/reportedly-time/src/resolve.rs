//! Values of expressions: against the publication date, and against the dates that the text spoke of before.

use crate::calendar::{days, plus_days, plus_months, week_value, weekday as weekday_of};
use crate::expression::{Calendar, Expression, Origin, TimeOfDay, Unit, Which, Year};
use crate::tense::{Tense, tense};
use crate::{Anchor, Mention, Timex};
use jiff::civil::Date;
use reportedly_text::{Analysis, Pos, VerbForm};

/// A text tells history where at least so many years are given in full …
const HISTORY_YEARS: usize = 3;
/// … of which this share (in per cent) lie at least [`HISTORY_DISTANCE`] years before publication.
const HISTORY_SHARE: usize = 70;
/// See [`HISTORY_SHARE`]. All three: `xtask bench time`, wikiwars against timebank.
const HISTORY_DISTANCE: i16 = 3;

/// So many weeks are counted to the day.
const COUNTED_WEEKS: i32 = 4;

/// In a history, a year this far from the middle of its years is an aside.
const ASIDE_YEARS: i16 = 15;
/// In a history, a month so many months before the last one spoken of belongs to the next year.
const NEXT_YEAR_MONTHS: u8 = 7;

/// News is so many days old at most.
const NEWS_DAYS: i32 = 7;

/// A day without a year that lies at most so many days from publication is the one meant, whatever the tense
/// (same command, timebank and aquaint).
const CLOSE_DAYS: i32 = 90;

/// Gives each expression its value; one for each mention, in order.
///
/// Where the anchor's day is not known, what depends on it stays without a value ("yesterday"), except that a
/// day and month without a year take their year from the bounds when only one fits.
pub fn resolve(mentions: &[Mention], analysis: &Analysis<'_>, anchor: &Anchor) -> Vec<Timex> {
    let mut resolver = Resolver {
        analysis,
        anchor: *anchor,
        history: tells_history(mentions, anchor),
        middle_year: middle_year(mentions),
        spoken: Spoken::default(),
    };
    mentions
        .iter()
        .map(|m| Timex { span: m.span, kind: m.kind, value: resolver.value(m), rule: m.rule })
        .collect()
}

/// Whether a text speaks of a past far from its publication: years left out are then those spoken of before.
fn tells_history(mentions: &[Mention], anchor: &Anchor) -> bool {
    let Some(published) = anchor.best.or(anchor.latest) else { return false };
    let (mut given, mut far) = (0, 0);
    for mention in mentions {
        let Expression::Point { date, .. } = &mention.expression else { continue };
        // Each weekday or "yesterday" speaks for news as a year does.
        if matches!(
            date,
            Calendar::Weekday { .. }
                | Calendar::Shift { origin: Origin::Published, .. }
                | Calendar::Unit { which: Which::Last | Which::This | Which::Next, .. }
        ) {
            given += 1;
        }
        let (Calendar::Day { year, .. }
        | Calendar::Month { year, .. }
        | Calendar::Year(year)
        | Calendar::Season { year, .. }
        | Calendar::Quarter { year, .. }) = date
        else {
            continue;
        };
        if let Year::Given(year) = year {
            given += 1;
            far += usize::from(published.year() - year >= HISTORY_DISTANCE);
        }
    }
    far >= HISTORY_YEARS && far * 100 >= given * HISTORY_SHARE
}

/// The median of the years that a text gives in full.
fn middle_year(mentions: &[Mention]) -> Option<i16> {
    let mut years: Vec<i16> = mentions
        .iter()
        .filter_map(|m| match &m.expression {
            Expression::Point {
                date:
                    Calendar::Day { year: Year::Given(year), .. }
                    | Calendar::Month { year: Year::Given(year), .. }
                    | Calendar::Season { year: Year::Given(year), .. }
                    | Calendar::Year(Year::Given(year)),
                ..
            } => Some(*year),
            _ => None,
        })
        .collect();
    years.sort_unstable();
    years.get(years.len() / 2).copied()
}

/// The dates last spoken of, each as precise as the text was.
#[derive(Clone, Copy, Debug, Default)]
struct Spoken {
    day: Option<Date>,
    month: Option<(i16, u8)>,
    quarter: Option<(i16, u8)>,
    year: Option<i16>,
    /// The paragraph and the sentence in which the day was spoken of.
    paragraph: usize,
    sentence: usize,
    /// The first day spoken of that lies at most [`NEWS_DAYS`] before publication: that of a report's own news.
    news: Option<Date>,
}

struct Resolver<'a, 't> {
    analysis: &'a Analysis<'t>,
    anchor: Anchor,
    history: bool,
    /// The year around which a history turns.
    middle_year: Option<i16>,
    spoken: Spoken,
}

impl Resolver<'_, '_> {
    fn value(&mut self, mention: &Mention) -> Option<String> {
        let Expression::Point { date, time } = &mention.expression else {
            return match &mention.expression {
                Expression::Fixed(value) => Some(value.clone()),
                Expression::Point { .. } => None,
            };
        };
        let value = self.date(*date, mention)?;
        self.remember(&value, *date, mention);
        Some(match time {
            Some(TimeOfDay::Clock { hour: 24, .. }) => format!("{value}T24:00"),
            Some(time) => value + &time.value(),
            None => value,
        })
    }

    fn remember(&mut self, value: &str, date: Calendar, mention: &Mention) {
        let Some((first, last)) = days(value) else { return };
        // Comparisons ("a year earlier", "the 1988 period") do not change what a report is about.
        let compared = matches!(
            date,
            Calendar::Unit { which: Which::YearAgo, .. }
                | Calendar::Quarter { year: Year::Of(Which::YearAgo | Which::Last), .. }
                | Calendar::Quarter { quarter: 0, .. }
                | Calendar::Shift { unit: Unit::Year, amount: Some(-1), .. }
        );
        if compared && value.contains("-Q") {
            return;
        }
        // What lay so many years before is an aside as well.
        if matches!(
            date,
            Calendar::Shift { unit: Unit::Year | Unit::Decade | Unit::Century, amount: Some(..0), .. }
        ) {
            return;
        }
        // What is counted from publication is aside from the story that is told.
        if self.history && matches!(date, Calendar::Shift { origin: Origin::Published, .. }) {
            return;
        }
        // So is a year far from all others.
        if self.history && self.middle_year.is_some_and(|m| (m - first.year()).abs() > ASIDE_YEARS) {
            return;
        }
        self.spoken.year = Some(first.year());
        if first == last {
            self.spoken.day = Some(first);
            self.spoken.month = Some((first.year(), first.month() as u8));
            self.spoken.paragraph = self.paragraph(mention);
            self.spoken.sentence = self.sentence(mention);
            let recent =
                self.anchor.best.is_some_and(|best| (0..=NEWS_DAYS).contains(&(best - first).get_days()));
            if recent && self.spoken.news.is_none() {
                self.spoken.news = Some(first);
            }
        } else if value.contains("-Q") {
            self.spoken.quarter = Some((first.year(), (first.month() as u8 - 1) / 3 + 1));
        } else if value.len() == 7
            && !value.contains("-S")
            && !value.contains("-H")
            && first.month() == last.month()
        {
            self.spoken.month = Some((first.year(), first.month() as u8));
            self.spoken.day = None;
        } else if value.len() == 4 && self.spoken.month.is_some_and(|(y, _)| y != first.year()) {
            self.spoken.month = None;
            self.spoken.day = None;
        }
    }

    fn paragraph(&self, mention: &Mention) -> usize {
        self.analysis.paragraphs.partition_point(|p| p.end <= mention.span.start)
    }

    fn sentence(&self, mention: &Mention) -> usize {
        self.analysis.sentences.partition_point(|s| s.span.end <= mention.span.start)
    }

    /// The day that "the same day" means: one spoken of in this sentence or the one before, else that of the news.
    fn same_day(&self, mention: &Mention) -> Option<Date> {
        let near = self.history || self.spoken.sentence + 1 >= self.sentence(mention);
        self.spoken.day.filter(|_| near).or(self.spoken.news).or_else(|| self.spoken_day())
    }

    /// "the deadly Oct. 7 flood": between an article and a noun a day belongs to the noun, not to the clause.
    fn tells_which(&self, mention: &Mention) -> bool {
        let tokens = self.analysis.tokens_in(mention.span);
        let token = |i: usize| self.analysis.tokens.get(i);
        let describes = |i: usize| {
            token(i).is_some_and(|t| {
                matches!(t.pos, Pos::Adj | Pos::Adv)
                    || matches!(t.form, VerbForm::Gerund | VerbForm::PastParticiple)
            })
        };
        let first = (0..tokens.start).rev().find(|i| !describes(*i));
        token(tokens.end).is_some_and(|t| t.pos == Pos::Noun)
            && first.and_then(token).is_some_and(|t| t.pos == Pos::Det)
    }

    fn tense(&self, mention: &Mention) -> Tense {
        tense(self.analysis, self.analysis.tokens_in(mention.span).start)
    }

    /// The day that "Mentioned" distances are counted from.
    fn spoken_day(&self) -> Option<Date> {
        self.spoken.day.or(if self.history { None } else { self.anchor.best })
    }

    fn spoken_month(&self) -> Option<(i16, u8)> {
        self.spoken.month.or_else(|| {
            let day = self.anchor.best.filter(|_| !self.history)?;
            Some((day.year(), day.month() as u8))
        })
    }

    fn spoken_year(&self) -> Option<i16> {
        self.spoken.year.or_else(|| self.anchor.best.map(Date::year))
    }

    fn date(&self, date: Calendar, mention: &Mention) -> Option<String> {
        match date {
            Calendar::Day { year, month, day, weekday } => {
                let at = |year| {
                    let day = Date::new(year, month as i8, day as i8).ok()?;
                    Some((day, day))
                };
                let fits =
                    |year: i16| at(year).is_some_and(|(d, _)| weekday.is_none_or(|w| weekday_of(d) == w));
                let year = self.year(year, mention, &at, &fits)?;
                at(year).map(|(day, _)| day.to_string())
            }
            Calendar::WeekOf { year, month, day } => {
                let at = |year| Date::new(year, month as i8, day as i8).ok().map(|d| (d, d));
                let year = self.year(year, mention, &at, &|_| true)?;
                at(year).map(|(day, _)| week_value(day))
            }
            Calendar::DayOfMonth(day) => {
                let (year, month) = self.spoken_month()?;
                Date::new(year, month as i8, day as i8).ok().map(|d| d.to_string())
            }
            Calendar::Month { year, month } => {
                let at = |year| month_days(year, month, 1);
                let year = self.year(year, mention, &at, &|_| true)?;
                Some(format!("{year:04}-{month:02}"))
            }
            Calendar::Season { year, season } => {
                let at = |year| month_days(year, season.month(), 3);
                let year = self.year(year, mention, &at, &|_| true)?;
                Some(format!("{year:04}-{}", season.code()))
            }
            Calendar::Quarter { year, quarter: 0 } => {
                let Year::Given(year) = year else { return None };
                match self.quarter_spoken() {
                    Some((_, quarter)) => Some(format!("{year:04}-Q{quarter}")),
                    None => Some(format!("{year:04}")),
                }
            }
            Calendar::Quarter { year, quarter } => {
                let at = |year| month_days(year, quarter * 3 - 2, 3);
                let year = match year {
                    Year::Unsaid if !self.history => self.quarter_year(quarter, mention)?,
                    year => self.year(year, mention, &at, &|_| true)?,
                };
                Some(format!("{year:04}-Q{quarter}"))
            }
            Calendar::Half { year, half } => {
                let at = |year| month_days(year, half * 6 - 5, 6);
                let year = self.year(year, mention, &at, &|_| true)?;
                Some(format!("{year:04}-H{half}"))
            }
            Calendar::Year(Year::Given(year)) => Some(format!("{year:04}")),
            Calendar::Year(_) => None,
            Calendar::Decade(decade) => Some(format!("{decade:03}")),
            Calendar::Century(century) => Some(format!("{century:02}")),
            Calendar::Holiday { year, holiday } => {
                let at = |year| holiday.day(year).map(|d| (d, d));
                let year = match holiday {
                    crate::calendar::Holiday::Once(year, ..) => year,
                    _ => self.year(year, mention, &at, &|_| true)?,
                };
                at(year).map(|(day, _)| day.to_string())
            }
            Calendar::Weekday { which, weekday } => {
                self.weekday(which, weekday, mention).map(|d| d.to_string())
            }
            Calendar::Unit { which, unit } => self.unit(which, unit, mention),
            Calendar::Shift { origin, amount, unit } => self.shift(origin, amount?, unit),
            Calendar::Unsaid => {
                let near = self
                    .spoken
                    .day
                    .filter(|_| self.history || self.spoken.paragraph == self.paragraph(mention));
                near.or(self.anchor.best).map(|d| d.to_string())
            }
        }
    }

    /// The year of something that comes once a year; `at` gives its days in a year.
    fn year(
        &self,
        year: Year,
        mention: &Mention,
        at: &dyn Fn(i16) -> Option<(Date, Date)>,
        fits: &dyn Fn(i16) -> bool,
    ) -> Option<i16> {
        let which = match year {
            Year::Given(year) => return Some(year),
            Year::Of(which) => return self.year_which(which),
            Year::Unsaid => Which::Unsaid,
            Year::Which(which) => which,
        };
        match which {
            Which::Same => return self.spoken_year(),
            Which::Before => {
                let spoken = self.spoken_first()?;
                return (spoken.year() - 1..=spoken.year())
                    .rev()
                    .find(|y| at(*y).is_some_and(|d| d.1 < spoken));
            }
            Which::After => {
                let spoken = self.spoken_first()?;
                return (spoken.year()..=spoken.year() + 1).find(|y| at(*y).is_some_and(|d| d.0 > spoken));
            }
            Which::Unsaid if self.history && self.spoken.year.is_some() => {
                let spoken = self.spoken.year?;
                let month = at(spoken)?.0.month() as u8;
                let turned = self
                    .spoken
                    .month
                    .is_some_and(|(year, last)| year == spoken && month + NEXT_YEAR_MONTHS <= last);
                return Some(if turned { spoken + 1 } else { spoken });
            }
            _ => {}
        }
        let Some(best) = self.anchor.best else {
            // One year only may lie between the bounds.
            let (earliest, latest) = (self.anchor.earliest?, self.anchor.latest?);
            let near = earliest.year() - 1..=latest.year() + 1;
            let mut candidates =
                near.filter(|y| fits(*y) && at(*y).is_some_and(|d| d.1 >= earliest && d.0 <= latest));
            return candidates.next().filter(|_| candidates.next().is_none());
        };
        let around = best.year() - 1..=best.year() + 1;
        let past = || around.clone().rev().find(|y| fits(*y) && at(*y).is_some_and(|d| d.0 <= best));
        let future = || around.clone().find(|y| fits(*y) && at(*y).is_some_and(|d| d.1 >= best));
        let near = || {
            around.clone().filter(|y| fits(*y)).min_by_key(|y| at(*y).map_or(i32::MAX, |d| distance(d, best)))
        };
        match which {
            Which::Last | Which::Latest => {
                around.clone().rev().find(|y| at(*y).is_some_and(|d| d.1 < best)).or_else(past)
            }
            Which::Next => around.clone().find(|y| at(*y).is_some_and(|d| d.0 > best)),
            Which::This => Some(best.year()),
            Which::YearAgo => Some(best.year() - 1),
            _ => {
                let nearest = near()?;
                let a_day = at(nearest).is_some_and(|(first, last)| first == last);
                let away = at(nearest).map_or(0, |d| distance(d, best));
                match self.tense(mention) {
                    // A day that tells which of several lies where it may.
                    _ if a_day && self.tells_which(mention) => Some(nearest),
                    // A day close by is meant even where the verb seems to say otherwise.
                    _ if a_day && away <= CLOSE_DAYS => Some(nearest),
                    Tense::Future => future(),
                    Tense::Past => past(),
                    _ => Some(nearest),
                }
            }
        }
        .or_else(near)
    }

    fn year_which(&self, which: Which) -> Option<i16> {
        let published = || self.anchor.best.map(Date::year);
        match which {
            Which::This | Which::Unsaid => published(),
            Which::Last | Which::Latest | Which::YearAgo => Some(published()? - 1),
            Which::Next => Some(published()? + 1),
            Which::Same => self.spoken_year(),
            Which::Before => Some(self.spoken_year()? - 1),
            Which::After => Some(self.spoken_year()? + 1),
        }
    }

    /// The first day of what was last spoken of.
    fn spoken_first(&self) -> Option<Date> {
        self.spoken
            .day
            .or_else(|| self.spoken.month.and_then(|(y, m)| Date::new(y, m as i8, 1).ok()))
            .or_else(|| self.spoken.year.and_then(|y| Date::new(y, 1, 1).ok()))
            .or(self.anchor.best)
    }

    /// Reports speak of quarters that are over or running; only a future tense reaches ahead.
    fn quarter_year(&self, quarter: u8, mention: &Mention) -> Option<i16> {
        let best = self.anchor.best?;
        let current = (best.month() as u8 - 1) / 3 + 1;
        if quarter <= current {
            return Some(best.year());
        }
        Some(if self.tense(mention) == Tense::Future { best.year() } else { best.year() - 1 })
    }

    /// The quarter spoken of, else the last that was over on publication.
    fn quarter_spoken(&self) -> Option<(i16, u8)> {
        let over = |(year, quarter)| {
            let last = month_days(year, quarter * 3 - 2, 3).map(|(_, last)| last);
            self.anchor.best.is_none_or(|best| last.is_some_and(|last| last < best))
        };
        self.spoken.quarter.filter(|q| over(*q)).or_else(|| {
            let best = self.anchor.best.filter(|_| !self.history)?;
            Some(match (best.month() as u8 - 1) / 3 {
                0 => (best.year() - 1, 4),
                q => (best.year(), q),
            })
        })
    }

    fn weekday(&self, which: Which, weekday: u8, mention: &Mention) -> Option<Date> {
        let spoken = || self.spoken_day();
        let before = |day: Date, inclusive: bool| {
            let back = (weekday_of(day) + 7 - weekday) % 7;
            plus_days(day, -i32::from(if back == 0 && !inclusive { 7 } else { back }))
        };
        let after = |day: Date, inclusive: bool| {
            let ahead = (weekday + 7 - weekday_of(day)) % 7;
            plus_days(day, i32::from(if ahead == 0 && !inclusive { 7 } else { ahead }))
        };
        match which {
            Which::Before => before(spoken()?, false),
            Which::After | Which::Same => after(spoken()?, which == Which::Same),
            Which::Last | Which::Latest => before(self.anchor.best?, false),
            Which::Next => after(self.anchor.best?, false),
            Which::Unsaid if self.history && spoken().is_some() => before(spoken()?, true),
            Which::Unsaid | Which::This | Which::YearAgo => match (self.tense(mention), which) {
                (Tense::Future | Tense::Present | Tense::Bound, _) => after(self.anchor.best?, true),
                (Tense::Past, _) | (_, Which::Unsaid) => before(self.anchor.best?, true),
                _ => after(self.anchor.best?, true),
            },
        }
    }

    fn unit(&self, which: Which, unit: Unit, mention: &Mention) -> Option<String> {
        if which == Which::YearAgo && unit == Unit::Year {
            return self.shift(Origin::Published, -1, Unit::Year);
        }
        if matches!(unit, Unit::Quarter | Unit::Period)
            && matches!(which, Which::Unsaid | Which::Latest | Which::Same | Which::YearAgo)
        {
            return self.report_period(which);
        }
        let (base, step) = match which {
            Which::This => (self.anchor.best?, 0),
            Which::Last | Which::Latest | Which::YearAgo => (self.anchor.best?, -1),
            Which::Next => (self.anchor.best?, 1),
            Which::Before => (self.spoken_base(unit)?, -1),
            Which::After => (self.spoken_base(unit)?, 1),
            Which::Same if unit == Unit::Day => (self.same_day(mention)?, 0),
            Which::Same => (self.spoken_base(unit)?, 0),
            Which::Unsaid => {
                let base = if self.history { self.spoken_base(unit)? } else { self.anchor.best? };
                let step = match (unit, self.tense(mention)) {
                    (Unit::Weekend, Tense::Past | Tense::Unknown) if weekday_of(base) < 6 => -1,
                    _ => 0,
                };
                (base, step)
            }
        };
        unit_value(base, unit, step)
    }

    /// Quarters and periods as company reports speak of them.
    fn report_period(&self, which: Which) -> Option<String> {
        let (year, quarter) = self.quarter_spoken()?;
        let year = if which == Which::YearAgo { year - 1 } else { year };
        Some(format!("{year:04}-Q{quarter}"))
    }

    /// A day in the unit that was last spoken of.
    fn spoken_base(&self, unit: Unit) -> Option<Date> {
        match unit {
            Unit::Day | Unit::Week | Unit::Weekend => self.spoken_day(),
            Unit::Month | Unit::Quarter => {
                let (year, month) = self.spoken_month()?;
                Date::new(year, month as i8, 1).ok()
            }
            _ => Date::new(self.spoken_year()?, 1, 1).ok(),
        }
    }

    fn shift(&self, origin: Origin, amount: i32, unit: Unit) -> Option<String> {
        if unit == Unit::Year
            && amount == -1
            && self.spoken.quarter.is_some()
            && let Some((year, quarter)) = self.quarter_spoken().filter(|_| !self.history)
        {
            // "a year ago", "a year earlier" beside the figures of a quarter means that quarter.
            return Some(format!("{:04}-Q{quarter}", year - 1));
        }
        let base = match origin {
            Origin::Published => self.anchor.best?,
            Origin::Mentioned => match unit {
                Unit::Day | Unit::Week | Unit::Fortnight | Unit::Weekend => self.spoken_day()?,
                Unit::Month => self.spoken_day().or_else(|| self.spoken_base(unit))?,
                _ => self.spoken_base(unit)?,
            },
        };
        match unit {
            Unit::Decade => unit_value(base, Unit::Year, amount.checked_mul(10)?),
            // "two weeks ago" counts to a day, "six weeks ago" hardly.
            Unit::Week if origin == Origin::Mentioned || amount.abs() <= COUNTED_WEEKS => {
                plus_days(base, amount * 7).map(|d| d.to_string())
            }
            Unit::Fortnight => plus_days(base, amount * 14).map(|d| d.to_string()),
            _ => unit_value(base, unit, amount),
        }
    }
}

/// The value of the unit that is `step` units from the one that holds `base`.
fn unit_value(base: Date, unit: Unit, step: i32) -> Option<String> {
    let years = |n: i32| {
        let year = i32::from(base.year()).checked_add(n.checked_mul(step)?)?;
        i16::try_from(year).ok().filter(|y| (1..=9999).contains(y))
    };
    Some(match unit {
        Unit::Day => plus_days(base, step)?.to_string(),
        Unit::Week => week_value(plus_days(base, step.checked_mul(7)?)?),
        Unit::Weekend => week_value(plus_days(base, step.checked_mul(7)?)?) + "-WE",
        Unit::Fortnight => week_value(plus_days(base, step.checked_mul(14)?)?),
        Unit::Month => {
            let month = plus_months(base, step)?;
            format!("{:04}-{:02}", month.year(), month.month())
        }
        Unit::Quarter => {
            let month = plus_months(base, step.checked_mul(3)?)?;
            format!("{:04}-Q{}", month.year(), (month.month() - 1) / 3 + 1)
        }
        Unit::Year => format!("{:04}", years(1)?),
        Unit::Decade => format!("{:03}", years(10)? / 10),
        Unit::Century => format!("{:02}", years(100)? / 100),
        Unit::Second | Unit::Minute | Unit::Hour | Unit::Period => return None,
    })
}

fn month_days(year: i16, month: u8, count: i32) -> Option<(Date, Date)> {
    let first = Date::new(year, month as i8, 1).ok()?;
    Some((first, plus_days(plus_months(first, count)?, -1)?))
}

/// Days between a period and a day; 0 inside it.
fn distance((first, last): (Date, Date), day: Date) -> i32 {
    let days = |a: Date, b: Date| (b - a).get_days();
    if day < first {
        days(day, first)
    } else if day > last {
        days(last, day)
    } else {
        0
    }
}
