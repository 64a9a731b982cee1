//! What is found in a library, however its articles came in.

use jiff::Timestamp;
use reportedly_library::search::{Ask, Query};
use reportedly_library::{Again, Answer, Library, Writer};
use reportedly_read::{Form, Input, read};
use reportedly_story::Observation;
use std::path::Path;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An article as it was seen on a day.
fn seen(id: &str, day: &str, title: &str, text: &str) -> Observation {
    let reading = read(&Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        title: Some(title),
        outlet: Some("Harbour Wire"),
        published: Some(day),
        fetched: Some(instant(&format!("{day}T12:00:00Z"))),
        ..Input::default()
    });
    Observation { id: id.to_owned(), state: 1, path: None, reading }
}

/// Reports of three matters over a month; some articles were changed and seen again.
fn month() -> Vec<Observation> {
    let matters = [
        (
            "strike",
            "Dockers in Ruddock strike over wages",
            "The dockers of Ruddock went on strike over wages, Petra Lomax said.",
        ),
        (
            "ferry",
            "The Tarn ferry is late",
            "The ferry across the Tarn came late because of the storm, Odile Varga said.",
        ),
        (
            "mill",
            "Old mill burns in Hallow",
            "The old mill in Hallow burned down at night. Nobody was hurt, Agnes Thorne said.",
        ),
    ];
    let mut all = Vec::new();
    for day in 1..=28 {
        let (matter, title, text) = matters[day % 3];
        let date = format!("2031-03-{day:02}");
        let more = format!("{text} It was day {day} of the matter, and the board met in room {}.", day * 7);
        all.push(seen(&format!("{matter}-{day}"), &date, title, &more));
        if day % 5 == 0 {
            let later = format!("2031-03-{:02}", (day + 2).min(28));
            let more = format!("{more} The report was corrected, and wages of {day} crowns were named.");
            all.push(seen(&format!("{matter}-{day}"), &later, title, &more));
        }
    }
    all
}

/// A query, what it found, and how many articles match.
type Found = (String, Vec<(String, Option<String>, usize, String)>, usize);

fn answers(folder: &Path) -> Vec<Found> {
    let library = Library::open(folder).unwrap();
    let searchable = library.searchable().unwrap().expect("an index that can be used");
    assert_eq!(searchable.behind, 0);
    let mut all = Vec::new();
    for as_of in [None, Some("2031-03-09T23:59:59Z"), Some("2031-03-17T12:00:00Z")] {
        let as_of = as_of.map(instant);
        let view = library.view(as_of).unwrap();
        for query in
            ["strike", "ferry OR mill", "said:lomax(wages)", "\"corrected and wages\"", "-strike", "crowns"]
        {
            let ask = Ask { as_of, now: instant("2031-04-01T00:00:00Z"), limit: 50, offset: 0 };
            let Answer { articles, found, .. } =
                view.search(&searchable, &Query::parse(query).unwrap(), &ask).unwrap();
            let found = found.into_iter().map(|f| {
                let shown = f.snippet.span.of(&f.observation.reading.text).to_owned();
                (f.observation.id, f.story, f.others, shown)
            });
            all.push((format!("{query} as of {as_of:?}"), found.collect(), articles));
        }
    }
    all
}

fn add(writer: &mut Writer, observations: Vec<Observation>) {
    writer.add_readings(observations).unwrap();
    writer.index(|_| {}).unwrap();
}

#[test]
fn the_index_follows_whatever_order_articles_come_in() {
    let orderly = tempfile::tempdir().unwrap();
    add(&mut Writer::open(orderly.path()).unwrap(), month());
    let want = answers(orderly.path());
    assert!(want.iter().any(|w| w.1.iter().any(|hit| hit.0.ends_with("-2"))), "{want:?}");
    assert!(want.iter().all(|w| w.2 > 0), "{want:?}");

    // Late arrivals change the names of states and the stories of what was there.
    let late = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(late.path()).unwrap();
    let mut rest = month();
    rest.reverse();
    while !rest.is_empty() {
        let batch = rest.drain(..rest.len().min(7)).collect();
        add(&mut writer, batch);
    }
    drop(writer);
    assert_eq!(answers(late.path()), want);
    assert_eq!(Writer::open(late.path()).unwrap().index(|_| {}).unwrap().done, 0);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn segment_file(index: &Path, ending: &str) -> std::path::PathBuf {
    let mut files = std::fs::read_dir(index).unwrap().map(|f| f.unwrap().path());
    files.find(|f| f.extension().is_some_and(|e| e == ending)).unwrap()
}

#[test]
fn damage_that_shows_where_something_is_taken_out_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = month();
    let late = all.remove(0);
    let mut writer = Writer::open(folder.path()).unwrap();
    add(&mut writer, all);
    let terms = segment_file(&folder.path().join("index"), "term");
    let mut bytes = std::fs::read(&terms).unwrap();
    let end = bytes.len() - 200;
    bytes[..end].fill(0xff);
    std::fs::write(&terms, bytes).unwrap();
    let library = Library::open(folder.path()).unwrap();
    let report = library.check(true).unwrap();
    assert!(report.faults.iter().all(|f| f.what.contains("search index")), "{:?}", report.faults);
    assert!(!report.faults.is_empty() && report.observations > 20);
    // It comes before all others, so that they change their places.
    writer.add_readings(vec![late]).unwrap();
    let indexed = writer.index(|_| {}).unwrap();
    assert_eq!(indexed.again, Some(Again::Damaged));
    drop(writer);
    assert_eq!(library.check(true).unwrap().faults, []);
    let orderly = tempfile::tempdir().unwrap();
    add(&mut Writer::open(orderly.path()).unwrap(), month());
    assert_eq!(answers(folder.path()), answers(orderly.path()));
}

#[test]
fn an_index_that_is_behind_ahead_missing_or_damaged_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let (then, now) = (folder.path().join("then"), folder.path().join("now"));
    let mut all = month();
    let rest = all.split_off(20);
    let mut writer = Writer::open(&now).unwrap();
    add(&mut writer, all);
    writer.add_readings(rest).unwrap();
    drop(writer);
    copy(&now, &then);
    let library = Library::open(&now).unwrap();
    assert!(library.searchable().unwrap().unwrap().behind > 0);
    drop(library);
    Writer::open(&now).unwrap().index(|_| {}).unwrap();
    let want = answers(&now);

    // Killed after the index was committed and before the log knew.
    std::fs::remove_dir_all(then.join("index")).unwrap();
    copy(&now.join("index"), &then.join("index"));
    let indexed = Writer::open(&then).unwrap().index(|_| {}).unwrap();
    assert!(indexed.again.is_none() && indexed.done > 0, "{indexed:?}");
    assert_eq!(answers(&then), want);

    let index = now.join("index");
    let mend = |expected: Again| {
        assert!(Library::open(&now).unwrap().searchable().unwrap().is_none());
        let mut told = Vec::new();
        let indexed = Writer::open(&now).unwrap().index(|i| told.push(i.done)).unwrap();
        assert_eq!((indexed.again, told.last()), (Some(expected), Some(&indexed.of)));
        assert_eq!(answers(&now), want);
    };
    std::fs::remove_dir_all(&index).unwrap();
    mend(Again::Missing);
    std::fs::write(index.join("meta.json"), "{").unwrap();
    mend(Again::Damaged);
    // Positions of words, which nothing but phrases looks at.
    std::fs::remove_file(segment_file(&index, "pos")).unwrap();
    mend(Again::Damaged);
    // The index of another state of the library.
    let other = folder.path().join("other");
    let mut writer = Writer::open(&other).unwrap();
    for observation in month().into_iter().take(9) {
        add(&mut writer, vec![observation]);
    }
    drop(writer);
    std::fs::remove_dir_all(&index).unwrap();
    copy(&other.join("index"), &index);
    mend(Again::Damaged);
}
