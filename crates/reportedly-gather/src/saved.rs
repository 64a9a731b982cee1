//! What a saved page itself records of its address and of the time it was fetched.

use crate::Record;
use jiff::{Timestamp, fmt::rfc2822, fmt::strtime};
use mail_parser::{MessageParser, MimeHeaders};
use reportedly_read::Form;

/// Programs that save pages write their record at the very top or (the Wayback Machine) at the very end.
const LOOK_BYTES: usize = 4096;

/// Whether bytes begin like an MHTML file: mail headers with a multipart body.
pub fn is_mhtml(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOK_BYTES)]).to_ascii_lowercase();
    (head.starts_with("from:") || head.starts_with("mime-version:")) && head.contains("multipart/related")
}

/// The page in an MHTML file: the HTML part at `Snapshot-Content-Location`, else the first one.
pub fn from_mhtml(bytes: &[u8]) -> Option<Record> {
    let mail = MessageParser::default().parse(bytes)?;
    let header = |name: &str| mail.header_raw(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    let address = header("Snapshot-Content-Location");
    let fetched = header("Date").and_then(|d| rfc2822::parse(&d).ok()).map(|z| z.timestamp());
    let is_html = |p: &&mail_parser::MessagePart<'_>| {
        p.content_type().is_some_and(|t| t.ctype() == "text" && t.subtype() == Some("html"))
    };
    let part = mail
        .parts
        .iter()
        .filter(is_html)
        .find(|p| address.is_some() && p.content_location() == address.as_deref())
        .or_else(|| mail.parts.iter().find(is_html))?;
    let url = address.or_else(|| part.content_location().map(str::to_owned));
    // The parser gives text parts decoded, as UTF-8.
    Some(Record {
        bytes: part.contents().to_vec(),
        form: Form::Html,
        content_type: Some("text/html; charset=utf-8".to_owned()),
        url,
        fetched,
        ..Record::default()
    })
}

/// Takes over a page's own record of its address and time, where it has one.
pub fn own_record(record: &mut Record) {
    let bytes = &record.bytes;
    let top = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOK_BYTES)]).into_owned();
    let end = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(LOOK_BYTES)..]).into_owned();
    for rule in [browser, singlefile, httrack] {
        if let Some((url, fetched)) = rule(&top) {
            record.url = url.or(record.url.take());
            record.fetched = fetched.or(record.fetched);
        }
    }
    if record.fetched.is_none() {
        record.fetched = wayback(&end);
    }
}

/// `<!-- saved from url=(0042)https://… -->`
fn browser(top: &str) -> Option<(Option<String>, Option<Timestamp>)> {
    let rest = top.split_once("saved from url=(")?.1;
    let (_, rest) = rest.split_once(')')?;
    Some((address(rest), None))
}

/// `<!-- Page saved with SingleFile url: https://… saved date: Tue Mar 04 2031 10:00:00 GMT+0100 (…) -->`
fn singlefile(top: &str) -> Option<(Option<String>, Option<Timestamp>)> {
    let rest = top.split_once("Page saved with SingleFile")?.1.split("-->").next()?;
    let url = rest.split_once("url:").and_then(|(_, r)| address(r.trim_start()));
    let date = rest.split_once("saved date:").and_then(|(_, r)| {
        let date = r.split('(').next()?.lines().next()?.trim();
        let (_, time) = strtime::BrokenDownTime::parse_prefix("%a %b %d %Y %H:%M:%S GMT%z", date)
            .ok()
            .map(|(t, n)| (n, t))?;
        time.to_timestamp().ok()
    });
    Some((url, date))
}

/// `<!-- Mirrored from www.example.net/a.html by HTTrack Website Copier/3.x [XR&CO'2014], Tue, 04 Mar 2031 10:00:00 GMT -->`
fn httrack(top: &str) -> Option<(Option<String>, Option<Timestamp>)> {
    let rest = top.split_once("<!-- Mirrored from ")?.1.split("-->").next()?;
    let (page, rest) = rest.split_once(" by HTTrack")?;
    let date = rest.split_once("], ").and_then(|(_, d)| rfc2822::parse(d.trim()).ok());
    Some((Some(format!("https://{}", page.trim())), date.map(|z| z.timestamp())))
}

/// `FILE ARCHIVED ON 10:00:00 Mar 04, 2031 AND RETRIEVED FROM THE INTERNET ARCHIVE …`
fn wayback(end: &str) -> Option<Timestamp> {
    let rest = end.split_once("FILE ARCHIVED ON ")?.1;
    let date = rest.split_once(" AND RETRIEVED")?.0;
    let time = strtime::parse("%H:%M:%S %b %d, %Y", date.trim()).ok()?.to_datetime().ok()?;
    time.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
}

fn address(text: &str) -> Option<String> {
    let url: &str = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>')).next()?;
    (url.starts_with("http://") || url.starts_with("https://")).then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, url: Option<&str>, fetched: Option<&str>) {
        let mut record = Record { bytes: page.as_bytes().to_vec(), ..Record::default() };
        own_record(&mut record);
        assert_eq!(record.url.as_deref(), url, "{page}");
        assert_eq!(record.fetched.map(|f| f.to_string()).as_deref(), fetched, "{page}");
    }

    #[test]
    fn pages_remember_where_and_when_they_were_saved() {
        check(
            "<!DOCTYPE html>\n<!-- saved from url=(0034)https://wire.example/a?b=1 -->\n<html>",
            Some("https://wire.example/a?b=1"),
            None,
        );
        check(
            "<!DOCTYPE html><html><!--\n Page saved with SingleFile \n url: https://wire.example/quay \n saved date: Tue Mar 04 2031 10:00:00 GMT+0100 (Central European Standard Time)\n-->",
            Some("https://wire.example/quay"),
            Some("2031-03-04T09:00:00Z"),
        );
        check(
            "<html><!-- Mirrored from wire.example/a.html by HTTrack Website Copier/3.x [XR&CO'2014], Tue, 04 Mar 2031 10:00:00 GMT -->",
            Some("https://wire.example/a.html"),
            Some("2031-03-04T10:00:00Z"),
        );
        check(
            "<html></html><!--\n     FILE ARCHIVED ON 10:00:00 Mar 04, 2031 AND RETRIEVED FROM THE\n     INTERNET ARCHIVE ON 11:00:00 May 01, 2031. -->",
            None,
            Some("2031-03-04T10:00:00Z"),
        );
        check("<p>saved from url=(nothing", None, None);
    }

    #[test]
    fn an_mhtml_file_gives_its_page_address_and_time() {
        let file = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://wire.example/quay\r\nSubject: Quay\r\nDate: Tue, 4 Mar 2031 10:00:00 -0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"--b\"\r\n\r\n----b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: https://wire.example/quay\r\n\r\n<p>The quay =\r\nreopens =E2=80=93 at last.</p>\r\n----b--\r\n";
        assert!(is_mhtml(file.as_bytes()));
        let record = from_mhtml(file.as_bytes()).expect("a page");
        assert_eq!(record.url.as_deref(), Some("https://wire.example/quay"));
        assert_eq!(record.fetched.map(|f| f.to_string()).as_deref(), Some("2031-03-04T10:00:00Z"));
        assert!(String::from_utf8_lossy(&record.bytes).contains("reopens – at last"));
    }
}
