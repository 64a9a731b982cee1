//! Rules for how long things are kept, as they stand in the configuration.

use super::{Value, nearest};
use jiff::{Span, Timestamp, tz::TimeZone};
use reportedly_library::{Goes, Rule};
use serde_json::json;
use std::{ffi::OsStr, fmt, path::Path};

/// The rules, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention(pub Vec<Keep>);

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    goes: Goes,
    after: Age,
    outlet: Option<String>,
    developing: Option<Age>,
}

/// A length of time, counted in a unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Age {
    count: i32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// The keys of a rule.
const KEYS: [&str; 4] = ["drop", "after", "outlet", "developing"];
/// What may be dropped.
const DROPPED: [(&str, Goes); 2] = [("pages", Goes::Pages), ("articles", Goes::Articles)];
/// Nobody keeps anything for longer.
const MOST: i32 = 5_000;

impl Unit {
    const ALL: [(Self, &str); 4] =
        [(Self::Day, "day"), (Self::Week, "week"), (Self::Month, "month"), (Self::Year, "year")];
}

impl Age {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (count, unit) = (words.next()?, words.next()?);
        let count = count.parse().ok().filter(|n| (0..=MOST).contains(n))?;
        let (unit, _) =
            Unit::ALL.into_iter().find(|(_, word)| unit == *word || unit.strip_suffix('s') == Some(word))?;
        words.next().is_none().then_some(Self { count, unit })
    }

    /// So long before a time.
    fn before(self, now: Timestamp) -> Timestamp {
        let span = match self.unit {
            Unit::Day => Span::new().days(self.count),
            Unit::Week => Span::new().weeks(self.count),
            Unit::Month => Span::new().months(self.count),
            Unit::Year => Span::new().years(self.count),
        };
        now.to_zoned(TimeZone::UTC).checked_sub(span).map_or(Timestamp::MIN, |z| z.timestamp())
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Unit::ALL.iter().find(|(unit, _)| *unit == self.unit).map_or("", |(_, word)| word);
        write!(f, "{} {word}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

impl Keep {
    fn parse(value: &toml::Value) -> Result<Self, String> {
        let Some(table) = value.as_table() else {
            return Err("a rule is a table: { drop = \"pages\", after = \"90 days\" }".to_owned());
        };
        if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let hint = match nearest(unknown, KEYS.iter().map(|k| (*k).to_owned())) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("there are {}", KEYS.join(", ")),
            };
            return Err(format!("unknown key {unknown:?}: {hint}"));
        }
        let word = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.as_str())),
            Some(other) => Err(format!("{key} = {other}: give some words in quotes")),
        };
        let age = |key: &str| {
            let age = word(key)?.map(|text| {
                Age::parse(text).ok_or_else(|| {
                    format!("{key} = {text:?}: give a number of days, weeks, months or years: \"90 days\"")
                })
            });
            age.transpose()
        };
        let dropped = word("drop")?.unwrap_or_default();
        let goes = DROPPED.iter().find(|(word, _)| *word == dropped);
        let (_, goes) = goes.ok_or("drop: give \"pages\" or \"articles\"")?;
        Ok(Self {
            goes: *goes,
            after: age("after")?.ok_or("after: say after how long: \"90 days\"")?,
            outlet: word("outlet")?.map(str::to_owned),
            developing: age("developing")?,
        })
    }

    /// The rule at a time.
    pub fn at(&self, now: Timestamp) -> Rule {
        Rule {
            goes: self.goes,
            before: self.after.before(now),
            outlet: self.outlet.clone(),
            developing: self.developing.map(|age| age.before(now)),
        }
    }

    /// As it stands in the configuration.
    pub fn shown(&self) -> serde_json::Value {
        let (word, _) = DROPPED.iter().find(|(_, goes)| *goes == self.goes).unwrap_or(&DROPPED[0]);
        let mut shown = json!({"drop": word, "after": self.after.to_string()});
        if let Some(outlet) = &self.outlet {
            shown["outlet"] = json!(outlet);
        }
        if let Some(developing) = self.developing {
            shown["developing"] = json!(developing.to_string());
        }
        shown
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, _) = DROPPED.iter().find(|(_, goes)| *goes == self.goes).unwrap_or(&DROPPED[0]);
        f.write_str(word)?;
        if let Some(outlet) = &self.outlet {
            write!(f, " of {outlet}")?;
        }
        write!(f, " after {}", self.after)?;
        if let Some(developing) = self.developing {
            write!(f, ", but for stories heard of within {developing}")?;
        }
        Ok(())
    }
}

impl Retention {
    fn parse(value: &toml::Value) -> Result<Self, (usize, String)> {
        let Some(rules) = value.as_array() else { return Err((0, "give a list of rules".to_owned())) };
        let rules = rules.iter().enumerate().map(|(i, rule)| Keep::parse(rule).map_err(|what| (i, what)));
        rules.collect::<Result<_, _>>().map(Self)
    }

    /// As they stand in the configuration.
    pub fn shown(&self) -> serde_json::Value {
        self.0.iter().map(Keep::shown).collect()
    }
}

impl Value for Retention {
    fn from_text(text: &OsStr) -> Option<Self> {
        let table: toml::Table = toml::from_str(&format!("rules = {}", text.to_str()?)).ok()?;
        Self::parse(table.get("rules").filter(|_| table.len() == 1)?).ok()
    }

    fn from_toml(value: &toml::Value, _file: &Path) -> Option<Self> {
        Self::parse(value).ok()
    }

    fn wrong(value: &toml::Value) -> Option<(usize, String)> {
        value.is_array().then(|| Self::parse(value).err()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::{Keep, Retention};
    use crate::config::Value;
    use std::ffi::OsStr;

    fn rule(text: &str) -> Result<Keep, String> {
        let table: toml::Table = toml::from_str(&format!("rule = {text}")).expect("TOML");
        Keep::parse(&table["rule"])
    }

    #[test]
    fn rules_are_told_as_they_are_meant_and_counted_by_the_calendar() {
        let now = "2031-03-31T10:00:00Z".parse().expect("an instant");
        for (text, told, before) in [
            ("{ drop = 'pages', after = '90 days' }", "pages after 90 days", "2030-12-31T10:00:00Z"),
            ("{ drop = 'pages', after = '1 month' }", "pages after 1 month", "2031-02-28T10:00:00Z"),
            (
                "{ drop = 'articles', after = '2 years', outlet = 'Velm Post', developing = '2 weeks' }",
                "articles of Velm Post after 2 years, but for stories heard of within 2 weeks",
                "2029-03-31T10:00:00Z",
            ),
        ] {
            let rule = rule(text).expect(text);
            assert_eq!(rule.to_string(), told);
            assert_eq!(rule.at(now).before.to_string(), before);
            let shown = format!("[{}]", toml::Value::try_from(rule.shown()).expect("TOML"));
            assert_eq!(Retention::from_text(OsStr::new(&shown)), Some(Retention(vec![rule])), "{shown}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, says) in [
            ("{ drop = 'pages' }", "after how long"),
            ("{ after = '90 days' }", "\"pages\" or \"articles\""),
            ("{ drop = 'texts', after = '90 days' }", "\"pages\" or \"articles\""),
            ("{ drop = 'pages', after = 90 }", "in quotes"),
            ("{ drop = 'pages', after = '90' }", "a number of days"),
            ("{ drop = 'pages', after = '-1 days' }", "a number of days"),
            ("{ drop = 'pages', after = '90 days', outlets = 'a' }", "did you mean outlet?"),
            ("'pages'", "a rule is a table"),
        ] {
            let error = rule(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
