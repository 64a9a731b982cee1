//! NDJSON records: one page a line.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
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
            fetched: given(line.fetched).and_then(|f| f.parse().ok()),
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
