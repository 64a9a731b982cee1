//! From a page that was come by to a sight for the library.

use reportedly_gather::{Record, article_id};
use reportedly_library::{Added, Error, Library, Row, Sight, Told, Writer};
use reportedly_read::{PageKind, Reading};
use reportedly_story::Observation;
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Reads one record; its notes become diagnostics. A fault of ours in one page must not cost the others of a long run:
/// it gives an empty reading that says so, and is told beside it.
pub fn read(record: &mut Record, path: Option<String>) -> (Observation, Option<String>) {
    let (mut reading, broken) =
        match catch_unwind(AssertUnwindSafe(|| reportedly_read::read(&record.input()))) {
            Ok(reading) => (reading, None),
            Err(_) => {
                let name = path.as_deref().or(record.id.as_deref()).or(record.url.as_deref());
                let what = format!(
                    "{}: could not be read; this is a fault of reportedly, please report the page",
                    name.unwrap_or("a page")
                );
                let reading = Reading {
                    kind: PageKind::Empty,
                    diagnostics: vec!["internal: reading this page failed".to_owned()],
                    ..Reading::default()
                };
                (reading, Some(what))
            }
        };
    reading.diagnostics.append(&mut record.notes);
    let id = record.id.clone().unwrap_or_else(|| article_id(reading.url.as_deref(), &record.bytes));
    (Observation { id, state: 1, path, reading }, broken)
}

/// What is read, by hash: the page and everything that bears on its reading.
pub fn told(record: &Record) -> Told {
    let text = |t: &Option<String>| t.clone().unwrap_or_default().into_bytes();
    let fetched = record.fetched.map(|f| f.to_string());
    let listing = record.listing.as_ref().and_then(|listing| serde_json::to_string(listing).ok());
    let parts = [
        format!("{:?}", record.form).into_bytes(),
        text(&record.id),
        text(&record.url),
        text(&record.content_type),
        text(&record.title),
        text(&record.outlet),
        text(&record.published),
        text(&fetched),
    ];
    // What nobody lists is hashed as it was before there were listings.
    let parts = parts.into_iter().chain(listing.map(String::into_bytes)).collect::<Vec<_>>();
    Told::of(&record.bytes, parts.iter().map(Vec::as_slice))
}

/// A page and what was read of it, ready for a library; with its bytes where `keep_page` says so.
pub fn row(record: &Record, observation: Observation, keep_page: bool) -> io::Result<Row> {
    let sight = Sight {
        observation,
        page: Some(&record.bytes),
        told: Some(told(record)),
        headers: record.headers.clone(),
        archive: None,
    };
    Row::of(&sight, keep_page)
}

/// Puts one page and what was read of it into a library, unless the article's last state says the same; with its bytes
/// where `keep_page` says so. Folding is the caller's.
pub fn keep(
    writer: &mut Writer,
    library: &Library,
    record: &Record,
    observation: Observation,
    keep_page: bool,
) -> Result<Added, Error> {
    let path = || record.url.clone().unwrap_or_default().into();
    let row = row(record, observation, keep_page).map_err(|source| Error::File { path: path(), source })?;
    if library.says_the_same(&row)? {
        return Ok(Added { known: 1, ..Added::default() });
    }
    Ok(writer.add_rows(&[row])?.0)
}
