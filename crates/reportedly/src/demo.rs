//! The example newsroom, built into the program: a library to look at before there is one's own.

use anyhow::{Context, Result};
use jiff::Timestamp;
use reportedly_follow::{read, row};
use reportedly_gather::load_stream;
use reportedly_library::Writer;
use tempfile::TempDir;

mod pages {
    include!(concat!(env!("OUT_DIR"), "/newsroom.rs"));
}

/// The end of the day on which all of its pages were seen: 1 June 2031.
const SEEN: Timestamp = Timestamp::constant(1_938_124_799, 999_999_999);

/// A library with the example newsroom, in a folder that goes with the value.
pub fn library() -> Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("reportedly-demo-").tempdir();
    let folder = folder.context("there is no temporary folder for the example")?;
    let mut writer = Writer::open(folder.path())?;
    let mut rows = Vec::with_capacity(pages::PAGES.len());
    for (name, bytes) in pages::PAGES {
        let mut record = load_stream(*bytes)?;
        record.fetched = Some(SEEN);
        let (observation, _) = read(&mut record, Some((*name).to_owned()));
        rows.push(row(&record, observation, true)?);
    }
    writer.add_rows(&rows)?;
    writer.fold()?;
    writer.index(|_| {})?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reportedly_library::Library;

    #[test]
    fn the_example_is_whole_and_goes_with_its_value() {
        let library = library().expect("a library");
        let folder = library.path().to_path_buf();
        let open = Library::open(&folder).expect("open");
        let view = open.view(None).expect("a view");
        assert!(view.articles().expect("counted") > 50);
        let newest = view.newest(Some(1)).expect("stories");
        assert!(newest.first().is_some_and(|story| story.last <= SEEN));
        assert_eq!(SEEN.to_string(), "2031-06-01T23:59:59.999999999Z");
        drop(library);
        assert!(!folder.exists());
    }
}
