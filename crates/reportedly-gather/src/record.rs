//! NDJSON records: one page a line.

use crate::lines::CODED_BYTES;
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use reportedly_read::{Form, Input, Listing, ListingKind};
use serde::{
    Deserialize, Deserializer,
    de::{self, Unexpected, value::MapAccessDeserializer},
};
use std::{borrow::Cow, fmt};

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
    /// `listing.kind` is neither.
    #[error("\"kind\" of \"listing\" is neither \"feed\" nor \"sitemap\": \"{0}\"")]
    Listing(String),
    /// None of the four is there, nor what a feed says.
    #[error("none of \"html\", \"html_base64\", \"flat\", \"text\", \"listing\" is given")]
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
    /// What a feed or a sitemap says of it.
    pub listing: Option<Listing>,
    /// The headers that it came with, one a line; in archives only.
    pub headers: Option<String>,
    /// What is to be said about how it was come by, for the reading's diagnostics.
    pub notes: Vec<String>,
}

/// Base64 as it is met: with its padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: Option<Raw<'l>>,
    #[serde(borrow)]
    html: Option<Raw<'l>>,
    #[serde(borrow)]
    html_base64: Option<Raw<'l>>,
    #[serde(borrow)]
    flat: Option<Raw<'l>>,
    #[serde(borrow)]
    text: Option<Raw<'l>>,
    #[serde(borrow)]
    url: Option<Raw<'l>>,
    #[serde(borrow)]
    content_type: Option<Raw<'l>>,
    #[serde(borrow)]
    title: Option<Raw<'l>>,
    #[serde(borrow)]
    outlet: Option<Raw<'l>>,
    #[serde(borrow)]
    published: Option<Raw<'l>>,
    #[serde(borrow)]
    fetched: Option<Raw<'l>>,
    #[serde(borrow, default, deserialize_with = "object")]
    listing: Option<ListingLine<'l>>,
}

/// What a feed says, within a record.
#[derive(Deserialize)]
struct ListingLine<'l> {
    #[serde(borrow)]
    kind: Option<Raw<'l>>,
    #[serde(borrow)]
    title: Option<Raw<'l>>,
    #[serde(borrow)]
    text: Option<Raw<'l>>,
    whole: Option<bool>,
    #[serde(borrow)]
    published: Option<Raw<'l>>,
    #[serde(borrow)]
    updated: Option<Raw<'l>>,
    #[serde(borrow)]
    authors: Option<Vec<Raw<'l>>>,
    #[serde(borrow)]
    source: Option<Raw<'l>>,
    #[serde(borrow)]
    source_url: Option<Raw<'l>>,
    #[serde(borrow)]
    credits: Option<Vec<Raw<'l>>>,
    #[serde(borrow)]
    outlet: Option<Raw<'l>>,
    #[serde(borrow)]
    language: Option<Raw<'l>>,
}

impl ListingLine<'_> {
    fn listing(self) -> Result<Listing, RecordError> {
        let names = |list: Option<Vec<Raw<'_>>>| {
            list.into_iter().flatten().map(Raw::text).filter(|name| !name.is_empty()).collect()
        };
        Ok(Listing {
            kind: match given(self.kind).as_deref() {
                None | Some("feed") => ListingKind::Feed,
                Some("sitemap") => ListingKind::Sitemap,
                Some(other) => return Err(RecordError::Listing(other.to_owned())),
            },
            title: given(self.title),
            text: given(self.text),
            whole: self.whole.unwrap_or_default(),
            published: given(self.published),
            updated: given(self.updated),
            authors: names(self.authors),
            source: given(self.source),
            source_url: given(self.source_url),
            credits: names(self.credits),
            outlet: given(self.outlet),
            language: given(self.language),
        })
    }
}

/// An object, and no list of its values, which would do as well by their order.
fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ListingLine<'de>>, D::Error> {
    struct Visitor;
    impl<'de> de::Visitor<'de> for Visitor {
        type Value = Option<ListingLine<'de>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("\"listing\" to be an object")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            if text.is_empty() { Ok(None) } else { Err(E::invalid_type(Unexpected::Str(text), &self)) }
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            ListingLine::deserialize(MapAccessDeserializer::new(map)).map(Some)
        }
    }
    deserializer.deserialize_any(Visitor)
}

/// What was given, if it was.
fn given(text: Option<Raw<'_>>) -> Option<String> {
    text.map(Raw::text).filter(|s| !s.is_empty())
}

/// A string that may hold anything: bytes that are no UTF-8, half a surrogate pair.
struct Raw<'l>(Cow<'l, [u8]>);

impl<'de: 'l, 'l> Deserialize<'de> for Raw<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Raw<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Raw<'de>, E> {
                Ok(Raw(Cow::Borrowed(bytes)))
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Raw<'de>, E> {
                Ok(Raw(Cow::Owned(bytes.to_vec())))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

impl Raw<'_> {
    /// The bytes, half a surrogate pair become U+FFFD.
    fn bytes(self) -> Vec<u8> {
        let mut bytes = self.0.into_owned();
        let mut from = 0;
        while let Some(at) = memchr::memchr(0xed, &bytes[from..]).map(|at| from + at) {
            if let Some([_, 0xa0..=0xbf, 0x80..=0xbf]) = bytes.get(at..at + 3) {
                bytes[at..at + 3].copy_from_slice("\u{fffd}".as_bytes());
            }
            from = at + 1;
        }
        bytes
    }

    fn text(self) -> String {
        String::from_utf8(self.bytes()).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
    }

    fn decoded(&self) -> Result<Vec<u8>, base64::DecodeError> {
        let coded = self.0.trim_ascii();
        if !coded.iter().any(u8::is_ascii_whitespace) {
            return BASE64.decode(coded);
        }
        // Broken into lines as in mail. What was cut may end within a group of four.
        let mut coded: Vec<u8> = coded.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        if self.0.len() >= CODED_BYTES {
            coded.truncate(coded.len() / 4 * 4);
        }
        BASE64.decode(coded)
    }
}

impl Record {
    /// Reads one line.
    pub fn parse(line: &[u8]) -> Result<Self, RecordError> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        // A list of values would do for a record as well, by their order.
        if line.trim_ascii_start().first() == Some(&b'[') {
            return Err(RecordError::Json(de::Error::custom("a list instead of an object")));
        }
        let line: Line<'_> = serde_json::from_slice(line)?;
        let holds = |s: &Raw<'_>| !s.0.is_empty();
        let listing = line.listing.map(ListingLine::listing).transpose()?;
        let (bytes, form) = if let Some(html) = line.html.filter(holds) {
            (html.bytes(), Form::Html)
        } else if let Some(coded) = line.html_base64.filter(holds) {
            (coded.decoded()?, Form::Html)
        } else if let Some(flat) = line.flat.filter(holds) {
            (flat.bytes(), Form::Flat)
        } else if let Some(text) = line.text {
            (text.bytes(), Form::Text)
        } else if listing.is_some() {
            (Vec::new(), Form::Html)
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
            listing,
            headers: None,
            notes: Vec::new(),
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
            listing: self.listing.as_ref(),
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
    // The last day of the calendar ends after the last instant there is.
    Some(day.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |z| z.timestamp()))
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
            (
                r#"["a",null,null,null,"text",null,null,null,null,null,null,null]"#,
                "a list instead of an object",
            ),
            ("{", "not a record"),
            (r#"{"html_base64":"?"}"#, "not base64"),
            (r#"{"text":["a"]}"#, "expected a string"),
            (r#"{"text":1}"#, "expected a string"),
            (r#"{"text":"a","fetched":"yesterday"}"#, "neither an instant"),
            (r#"{"html":"<p>","listing":["feed"]}"#, "expected \"listing\" to be an object"),
            (r#"{"html":"<p>","listing":"a"}"#, "expected \"listing\" to be an object"),
            (r#"{"html":"<p>","listing":{"authors":"Ada Quill"}}"#, "expected a sequence"),
            (r#"{"html":"<p>","listing":{"kind":"blog"}}"#, "neither \"feed\" nor \"sitemap\""),
            (r#"{"id":"x","listing":null}"#, "none of"),
        ] {
            let error = form(line).expect_err(line);
            assert!(error.contains(says), "{line}: {error}");
        }
    }

    #[test]
    fn what_a_feed_says_goes_along_and_may_be_all_there_is() {
        let line = r#"{"url":"https://gazette.example/crane","listing":{"title":"Crane falls","text":"<p>It fell.",
            "published":"Tue, 04 Mar 2031 10:00:00 GMT","authors":["Ada Quill","",null],"source":"Harbour Wire",
            "credits":null,"language":"","colour":"red"}}"#;
        assert!(Record::parse(line.as_bytes()).is_err(), "null is no name");
        let record = Record::parse(line.replace(",null]", "]").as_bytes()).expect("a record");
        assert_eq!((record.form, record.bytes.len()), (Form::Html, 0));
        let listing = record.input().listing.expect("a listing").clone();
        let want = Listing {
            title: Some("Crane falls".to_owned()),
            text: Some("<p>It fell.".to_owned()),
            published: Some("Tue, 04 Mar 2031 10:00:00 GMT".to_owned()),
            authors: vec!["Ada Quill".to_owned()],
            source: Some("Harbour Wire".to_owned()),
            ..Listing::default()
        };
        assert_eq!(listing, want);
        for nothing in ["null", "\"\""] {
            let line = format!("{{\"html\":\"<p>\",\"listing\":{nothing}}}");
            assert!(Record::parse(line.as_bytes()).expect("a record").listing.is_none());
        }
    }

    #[test]
    fn strings_may_hold_anything() {
        let page = |line: &[u8]| Record::parse(line).map(|r| String::from_utf8_lossy(&r.bytes).into_owned());
        for (line, holds) in [
            (&br#"{"text":"a\ud800b\udc00"}"#[..], "a\u{fffd}b\u{fffd}"),
            (br#"{"text":"\ud83d\ude00"}"#, "\u{1f600}"),
            ("{\"text\":\"한 \\ud55c\"}".as_bytes(), "한 한"),
            (b"{\"flat\":\"gr\xfcn\"}", "gr\u{fffd}n"),
            (b"\xef\xbb\xbf{\"text\":\"after a mark\"}\r", "after a mark"),
            (br#"{"html_base64":"PHA+\r\nb25l"}"#, "<p>one"),
            (br#"{"html_base64":"PHA+bw"}"#, "<p>o"),
        ] {
            assert_eq!(page(line).expect("a record"), holds);
        }
        let record = Record::parse(br#"{"text":"","id":"\ud800","url":"a\ud800"}"#).expect("a record");
        assert_eq!((record.id.as_deref(), record.url.as_deref()), (Some("\u{fffd}"), Some("a\u{fffd}")));
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
