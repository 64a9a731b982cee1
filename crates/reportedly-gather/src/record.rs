//! NDJSON records: one page a line.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use reportedly_read::{Form, Input};
use serde::Deserialize;

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The line is no JSON object of this shape.
    #[error("not a record: {0}")]
    Json(#[from] serde_json::Error),
    /// `html_base64` does not decode.
    #[error("\"html_base64\" is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// `fetched` is neither an instant nor a day.
    #[error("\"fetched\" is neither an instant (2031-03-04T10:00:00Z) nor a day (2031-03-04): \"{0}\"")]
    Time(String),
    /// None of the four is there.
    #[error("none of \"html\", \"html_base64\", \"flat\", \"text\" is given")]
    NoPage,
}

/// A page on one line of NDJSON, as `house.md` has it. Absent, `null` and `""` mean the same.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The caller's name for it.
    pub id: Option<String>,
    /// The page's bytes.
    pub bytes: Vec<u8>,
    /// What they are.
    pub form: Form,
    /// The page's address.
    pub url: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The title, known from outside.
    pub title: Option<String>,
    /// The outlet, known from outside.
    pub outlet: Option<String>,
    /// The publication date, known from outside.
    pub published: Option<String>,
    /// When it was fetched.
    pub fetched: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    html: Option<String>,
    html_base64: Option<String>,
    flat: Option<String>,
    text: Option<String>,
    url: Option<String>,
    content_type: Option<String>,
    title: Option<String>,
    outlet: Option<String>,
    published: Option<String>,
    fetched: Option<String>,
}

impl Record {
    /// Reads one line.
    pub fn parse(line: &[u8]) -> Result<Self, RecordError> {
        let line: Line = serde_json::from_slice(line)?;
        let given = |s: Option<String>| s.filter(|s| !s.is_empty());
        let (bytes, form) = if let Some(html) = given(line.html) {
            (html.into_bytes(), Form::Html)
        } else if let Some(coded) = given(line.html_base64) {
            (STANDARD.decode(coded.trim())?, Form::Html)
        } else if let Some(flat) = given(line.flat) {
            (flat.into_bytes(), Form::Flat)
        } else if let Some(text) = line.text {
            (text.into_bytes(), Form::Text)
        } else {
            return Err(RecordError::NoPage);
        };
        Ok(Self {
            id: given(line.id),
            bytes,
            form,
            url: given(line.url),
            content_type: given(line.content_type),
            title: given(line.title),
            outlet: given(line.outlet),
            published: given(line.published),
            fetched: match given(line.fetched) {
                Some(f) => Some(given_time(&f).ok_or(RecordError::Time(f))?),
                None => None,
            },
        })
    }

    /// The record as the reader takes it.
    pub fn input(&self) -> Input<'_> {
        Input {
            bytes: &self.bytes,
            form: self.form,
            content_type: self.content_type.as_deref(),
            url: self.url.as_deref(),
            title: self.title.as_deref(),
            outlet: self.outlet.as_deref(),
            published: self.published.as_deref(),
            fetched: self.fetched,
        }
    }
}

/// An instant as it stands, a day as its end in UTC; `None` for anything else.
pub fn given_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    // `Date` parses the date part of longer forms too; what follows it must not be dropped silently.
    let day = text.parse::<Date>().ok().filter(|d| d.to_string() == text)?;
    Some(day.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_takes_one_of_four_forms_and_says_what_is_wrong_with_others() {
        let form = |line: &str| Record::parse(line.as_bytes()).map(|r| r.form).map_err(|e| e.to_string());
        assert_eq!(form(r#"{"html":"<p>"}"#), Ok(Form::Html));
        assert_eq!(form(r#"{"html":"","html_base64":"PHA+","flat":null}"#), Ok(Form::Html));
        assert_eq!(form(r#"{"flat":"a","url":""}"#), Ok(Form::Flat));
        assert_eq!(form(r#"{"text":""}"#), Ok(Form::Text));
        for (line, says) in [
            (r#"{"id":"x"}"#, "none of"),
            ("[1]", "not a record"),
            ("{", "not a record"),
            (r#"{"html_base64":"?"}"#, "not base64"),
            (r#"{"text":"a","fetched":"yesterday"}"#, "neither an instant"),
        ] {
            let error = form(line).expect_err(line);
            assert!(error.contains(says), "{line}: {error}");
        }
    }

    #[test]
    fn a_day_means_its_end() {
        assert_eq!(given_time("2031-03-04").map(|t| t.to_string()).as_deref(), Some("2031-03-04T23:59:59Z"));
        assert_eq!(
            given_time("2031-03-04T10:00:00+02:00").map(|t| t.to_string()).as_deref(),
            Some("2031-03-04T08:00:00Z")
        );
        for wrong in ["2031-3-4", "2031-03-04T10:00", "tomorrow", ""] {
            assert_eq!(given_time(wrong), None, "{wrong}");
        }
    }
}
