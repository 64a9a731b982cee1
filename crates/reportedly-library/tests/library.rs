//! A library against runs over pages at hand: in whatever order and batches it was filled, it gives the same answers.

use reportedly_gather::{article_id, given_time, load, walk};
use reportedly_library::{Error, Library, Sight, ToldStory, Which, Writer};
use reportedly_story::{Observation, Question, tell_apart};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn newsroom() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/newsroom")
}

/// The pages of the example newsroom, read, with their bytes.
fn pages() -> Vec<(Observation, Vec<u8>)> {
    let files = walk(&[newsroom()]).files;
    let read = |path: &PathBuf| {
        let mut record = load(path).expect("a page");
        // A page of unknown date is known from when it was fetched, which a run over pages does not know by itself.
        record.fetched = record.fetched.or(given_time("2031-06-01"));
        let reading = reportedly_read::read(&record.input());
        let id = article_id(reading.url.as_deref(), &record.bytes);
        (Observation { id, state: 1, path: Some(path.display().to_string()), reading }, record.bytes)
    };
    files.iter().map(read).collect()
}

fn observations() -> Vec<Observation> {
    pages().into_iter().map(|p| p.0).collect()
}

/// What a run over the pages gives.
fn of_pages(observations: Vec<Observation>, as_of: Option<&str>) -> String {
    of_pages_as_asked(observations, &Question { as_of: as_of.and_then(given_time), strict: false })
}

fn of_pages_as_asked(mut observations: Vec<Observation>, question: &Question) -> String {
    observations.retain(|o| o.reading.kind.is_article());
    tell_apart(&mut observations, question.strict);
    let stories = reportedly_story::stories(&observations, question);
    let stories: Vec<String> = stories
        .iter()
        .map(|s| serde_json::to_string_pretty(&reportedly_answer::story(s, &observations)).expect("JSON"))
        .collect();
    stories.join("\n")
}

/// What a library gives.
fn of_library(folder: &Path, as_of: Option<&str>) -> String {
    let library = Library::open(folder).expect("a library");
    let view = library.view(as_of.and_then(given_time)).expect("a view");
    let found = view.newest(None).expect("stories");
    assert_eq!(view.stories().expect("a number"), found.len());
    as_json(view.tell_all(&found))
}

fn as_json(told: impl Iterator<Item = Result<ToldStory, Error>>) -> String {
    let story = |told: Result<ToldStory, Error>| {
        let told = told.expect("a story");
        serde_json::to_string_pretty(&reportedly_answer::story(&told.story, &told.observations))
            .expect("JSON")
    };
    told.map(story).collect::<Vec<_>>().join("\n")
}

const DATES: [Option<&str>; 6] = [
    None,
    Some("2031-01-01"),
    Some("2031-02-01"),
    Some("2031-02-20"),
    Some("2031-04-01"),
    Some("2020-01-01"),
];

fn shuffled(mut observations: Vec<Observation>, seed: u64) -> Vec<Observation> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for i in (1..observations.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        observations.swap(i, (state % (i as u64 + 1)) as usize);
    }
    observations
}

fn filled(observations: Vec<Observation>, batch: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let mut left = observations.into_iter().peekable();
    while left.peek().is_some() {
        writer.add_readings(left.by_ref().take(batch).collect()).expect("added");
    }
    folder
}

#[test]
fn in_any_order_and_batches_a_library_tells_what_a_run_over_the_pages_tells() {
    let all = observations();
    let wanted: Vec<String> = DATES.iter().map(|d| of_pages(all.clone(), *d)).collect();
    assert!(wanted[0].len() > 10_000, "the newsroom has stories");
    let mut reversed = all.clone();
    reversed.reverse();
    for (order, batch) in [(all.clone(), 1000), (reversed, 7), (shuffled(all, 3), 1)] {
        let folder = filled(order, batch);
        for (date, wanted) in DATES.iter().zip(&wanted) {
            let got = of_library(folder.path(), *date);
            assert!(got == *wanted, "as of {date:?}, in batches of {batch}:\n{}", difference(wanted, &got));
        }
        let report = Library::open(folder.path()).expect("a library").check(true).expect("a check");
        assert_eq!(report.faults, []);
    }
}

/// A page of an outlet as it was read on a day of May 2031.
fn seen(id: &str, outlet: &str, day: u8, title: &str, text: &str) -> Observation {
    let published = format!("2031-05-{day:02}");
    let input = reportedly_read::Input {
        bytes: text.as_bytes(),
        form: reportedly_read::Form::Text,
        title: Some(title),
        outlet: Some(outlet),
        published: Some(&published),
        ..reportedly_read::Input::default()
    };
    let reading = reportedly_read::read(&input);
    Observation { id: id.to_owned(), state: 1, path: None, reading }
}

/// A report, another outlet's copy of it, the report as it was corrected, and another report.
fn corrected() -> Vec<Observation> {
    let text = |day: &str, most: &str| {
        format!(
            "The Corrow ferry line will be sold to Blackfen on {day} May 2031 for {most} million crowns, mayor Ilse \
             Marran said on Friday. The line carries a thousand passengers a day between Corrow and the islands. \
             Its nine ships were built in the yards of Tern and are known on the whole coast."
        )
    };
    vec![
        seen("sale", "Tern Gazette", 2, "Corrow ferry line to be sold in a fortnight", &text("26", "40")),
        seen("reprint", "Isle Post", 3, "Corrow ferry line to be sold in a fortnight", &text("26", "40")),
        seen("sale", "Tern Gazette", 4, "Corrow ferry line to be sold on Tuesday", &text("27", "45")),
        seen(
            "tickets",
            "Quay Herald",
            5,
            "Blackfen keeps tickets of Corrow ferry line",
            "Blackfen, which is to buy the Corrow ferry line, will keep its tickets, chairman Otto Varr told the Quay \
             Herald. The sale of the ferry line between Corrow and the islands was announced by mayor Ilse Marran.",
        ),
    ]
}

#[test]
fn a_changed_article_is_one_article_of_its_story_in_its_newest_state() {
    // As of a date: the story's articles, each with what it is a copy of, and what must and must not be told.
    let check = |as_of: Option<&str>, articles: &[(&str, Option<&str>)], told: &[&str], gone: &[&str]| {
        for strict in [false, true] {
            let question = Question { as_of: as_of.and_then(given_time), strict };
            let json = of_pages_as_asked(corrected(), &question);
            let story: serde_json::Value = serde_json::from_str(&json).expect("one story");
            assert_eq!(story["id"], "sale", "{json}");
            let listed = story["articles"].as_array().expect("articles").iter();
            let listed: Vec<_> =
                listed.map(|a| (a["id"].as_str().expect("an id"), a["copy_of"].as_str())).collect();
            assert_eq!(listed, articles, "as of {as_of:?}");
            for words in told {
                assert!(json.contains(words), "as of {as_of:?} without {words}:\n{json}");
            }
            for words in gone {
                assert!(!story["timeline"].to_string().contains(words), "{words}:\n{json}");
                assert!(!story["title"].to_string().contains(words), "{words}:\n{json}");
            }
            for (order, batch) in [(corrected(), 1), (shuffled(corrected(), 5), 2)] {
                let folder = filled(order, batch);
                let got = if strict {
                    let library = Library::open(folder.path()).expect("a library");
                    let known = library.strict(question.as_of).expect("folded");
                    assert_eq!(known.articles(), articles.len());
                    as_json(known.tell_all(&known.newest(None)))
                } else {
                    let library = Library::open(folder.path()).expect("a library");
                    let view = library.view(question.as_of).expect("a view");
                    assert_eq!(view.articles().expect("a number"), articles.len());
                    of_library(folder.path(), as_of)
                };
                assert!(got == json, "as of {as_of:?}:\n{}", difference(&json, &got));
            }
        }
    };
    check(
        Some("2031-05-03"),
        &[("sale", None), ("reprint", Some("sale"))],
        &["in a fortnight", "26 May", "2031-05-26"],
        &["27 May", "2031-05-27", "Tuesday"],
    );
    check(
        None,
        &[("sale-2", None), ("reprint", Some("sale-2")), ("tickets", None)],
        &["on Tuesday", "27 May", "2031-05-27"],
        &["26 May", "2031-05-26", "fortnight"],
    );
}

#[test]
fn strictly_as_well_a_library_tells_what_a_run_over_the_pages_tells() {
    let all = observations();
    let folder = filled(shuffled(all.clone(), 9), 13);
    let library = Library::open(folder.path()).expect("a library");
    let mut differs = 0;
    for date in DATES {
        let question = Question { as_of: date.and_then(given_time), strict: true };
        let wanted = of_pages_as_asked(all.clone(), &question);
        let known = library.strict(question.as_of).expect("folded");
        let found = known.newest(None);
        assert_eq!(known.stories(), found.len());
        let got = as_json(known.tell_all(&found));
        assert!(got == wanted, "as of {date:?}:\n{}", difference(&wanted, &got));
        differs += usize::from(got != of_library(folder.path(), date));
        assert_eq!(known.newest(Some(1)), found[..found.len().min(1)]);
    }
    assert!(differs > 0, "the newsroom has pages whose date is not certain");
}

#[test]
fn of_a_page_that_two_articles_share_one_sight_can_be_taken_out() {
    let (mut observation, page) = pages().remove(0);
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    for id in ["one", "other"] {
        observation.id = id.to_owned();
        let sight = Sight {
            observation: observation.clone(),
            page: Some(&page),
            told: None,
            headers: None,
            archive: None,
        };
        let row = reportedly_library::Row::of(&sight, true).expect("packed");
        writer.add_rows(&[row]).expect("added");
    }
    writer.fold().expect("folded");
    damage(folder.path(), "UPDATE reading SET body = x'00' WHERE seq = 1");
    let library = Library::open(folder.path()).expect("a library");
    let report = library.check(false).expect("a check");
    assert_eq!((report.faults.len(), report.pages), (1, 1));
    assert_eq!(writer.remove_damaged(&report).expect("removed"), 1);
    let report = library.check(true).expect("a check");
    assert_eq!((report.faults, report.pages), (Vec::new(), 1), "the other one's page stays");
    assert_eq!(library.articles().expect("ids"), ["other"]);
}

#[test]
fn an_outlet_is_forgotten_however_its_name_is_written() {
    let folder = with_pages();
    let writer = Writer::open(folder.path()).expect("a library");
    let would =
        |name: &str| writer.would_forget(&Which::Outlet(name.to_owned())).expect("a list").articles.len();
    assert!(would("Harbour Wire") > 1);
    assert_eq!(would(" harbour  WIRE"), would("Harbour Wire"));
    assert_eq!(would("Harbour"), 0);
}

fn difference(wanted: &str, got: &str) -> String {
    let at = wanted.lines().zip(got.lines()).position(|(a, b)| a != b).unwrap_or_default();
    let line = |text: &str| text.lines().nth(at).unwrap_or("").to_owned();
    format!("line {}:\n  wanted {}\n  got    {}", at + 1, line(wanted), line(got))
}

/// All that is folded, as text.
fn projections(folder: &Path) -> String {
    let connection = rusqlite::Connection::open(folder.join("library.db")).expect("the database");
    let mut out = String::new();
    for table in ["placed", "merged", "family_merged", "outlet"] {
        let mut rows = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).expect("a table");
        let columns = rows.column_count();
        let mut rows = rows.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let values: Vec<String> =
                (0..columns).map(|c| format!("{:?}", row.get_ref(c).expect("a value"))).collect();
            let _ = writeln!(out, "{table}: {}", values.join(" "));
        }
    }
    out
}

#[test]
fn rebuilding_makes_the_same_again() {
    let folder = filled(shuffled(observations(), 5), 11);
    let before = (projections(folder.path()), of_library(folder.path(), None));
    assert!(before.0.lines().count() > 50);
    let mut writer = Writer::open(folder.path()).expect("a library");
    let again = writer.rebuild().expect("rebuilt");
    assert_eq!(again.steps, again.again);
    assert_eq!((projections(folder.path()), of_library(folder.path(), None)), before);
}

#[test]
fn what_is_there_is_not_added_twice() {
    let all = observations();
    let folder = filled(all.clone(), 1000);
    let before = projections(folder.path());
    let mut writer = Writer::open(folder.path()).expect("a library");
    let added = writer.add_readings(all.clone()).expect("added");
    assert_eq!((added.added, added.known), (0, all.len()));
    assert_eq!(projections(folder.path()), before);
}

#[test]
fn one_writes_and_others_read_meanwhile() {
    let all = observations();
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(Library::open(folder.path()), Err(Error::Missing(_))));
    let mut writer = Writer::open(folder.path()).expect("a library");
    let second = Writer::open(folder.path()).expect_err("one writer");
    assert!(second.to_string().contains(&format!("(process {})", std::process::id())), "{second}");
    let library = Library::open(folder.path()).expect("a library");
    let before = library.view(None).expect("a view");
    writer.add_readings(all).expect("added");
    assert_eq!(before.articles().expect("a number"), 0, "a view does not change");
    drop(before);
    assert!(library.view(None).expect("a view").articles().expect("a number") > 20);
    drop(writer);
    assert!(Writer::open(folder.path()).is_ok());
}

#[test]
fn who_reads_misses_nothing_while_what_was_undone_is_done_again() {
    let mut all = observations();
    // By when they were known: what is taken out of the middle comes late.
    all.sort_by_key(|o| reportedly_story::known_at(&o.reading, false));
    let late: Vec<Observation> = all.iter().skip(1).step_by(5).cloned().collect();
    let early = all.iter().filter(|o| late.iter().all(|l| l.id != o.id)).cloned().collect();
    let folder = filled(early, 1000);
    let library = Library::open(folder.path()).expect("a library");
    let articles = || library.view(None).expect("a view").articles().expect("a number");
    let before = articles();
    assert!(before > 20);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut writer = Writer::open(folder.path()).expect("a library");
            for one in late {
                writer.add_readings(vec![one]).expect("added");
                writer.rebuild().expect("rebuilt");
            }
        });
        let mut least = before;
        while !writing.is_finished() {
            let there = articles();
            assert!(there >= least, "{there} of {least} articles are there");
            least = there;
        }
        writing.join().expect("written");
    });
    assert!(articles() > before);
}

/// A library of the newsroom with its pages.
fn with_pages() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let rows: Vec<_> = pages()
        .into_iter()
        .map(|(observation, page)| {
            let sight = Sight { observation, page: Some(&page), told: None, headers: None, archive: None };
            reportedly_library::Row::of(&sight, true).expect("packed")
        })
        .collect();
    writer.add_rows(&rows).expect("added");
    writer.fold().expect("folded");
    folder
}

fn damage(folder: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(folder.join("library.db")).expect("the database");
    assert!(connection.execute(sql, []).expect("changed") > 0, "{sql}");
}

#[test]
fn another_programs_database_is_left_as_it_is() {
    for version in 0..=3 {
        let folder = tempfile::tempdir().expect("a folder");
        let theirs = rusqlite::Connection::open(folder.path().join("library.db")).expect("a database");
        theirs
            .execute_batch(&format!("CREATE TABLE mine (a); PRAGMA user_version = {version};"))
            .expect("made");
        drop(theirs);
        let before = fs::read(folder.path().join("library.db")).expect("read");
        let refused = Writer::open(folder.path()).expect_err("no library");
        assert!(refused.to_string().contains("another program's"), "{refused}");
        let refused = Library::open(folder.path()).expect_err("no library");
        assert!(refused.to_string().contains("another program's"), "{refused}");
        assert!(fs::read(folder.path().join("library.db")).expect("read") == before);
    }
}

#[test]
fn damage_is_named_with_its_cure() {
    let flipped = |table: &str, row: &str| {
        format!(
            "UPDATE {table} SET body = CAST(substr(body, 1, 60) || x'00' || substr(body, 62) AS BLOB) WHERE {row}"
        )
    };
    for (what, damaged, says) in [
        ("a reading", flipped("reading", "seq = 3"), "(observation 3) is damaged"),
        ("a page", flipped("page", "id = 4"), "the page of article"),
        ("a reading gone", "DELETE FROM reading WHERE seq = 5".to_owned(), "is missing"),
        ("a page gone", "DELETE FROM page WHERE id = 5".to_owned(), "is missing"),
        (
            "another reading",
            "UPDATE reading SET body = (SELECT body FROM reading WHERE seq = 7) WHERE seq = 8".to_owned(),
            "is not the one that was stored",
        ),
        ("the log", "DELETE FROM placed WHERE step = 9".to_owned(), "log of stories"),
        (
            "a story",
            "UPDATE placed SET story = place WHERE story <> place".to_owned(),
            "is not what folding gives",
        ),
    ] {
        let folder = with_pages();
        let before = of_library(folder.path(), None);
        damage(folder.path(), &damaged);
        let library = Library::open(folder.path()).expect("a library");
        let report = library.check(true).expect("a check");
        let [fault] = report.faults.as_slice() else { panic!("{what}: {:?}", report.faults) };
        assert!(fault.what.contains(says), "{what}: {}", fault.what);
        drop(library);
        let mut writer = Writer::open(folder.path()).expect("a library");
        if fault.cure.contains("--remove-damaged") {
            assert_eq!(writer.remove_damaged(&report).expect("removed"), 1);
            let rows: Vec<_> = pages()
                .into_iter()
                .map(|(observation, page)| {
                    let sight =
                        Sight { observation, page: Some(&page), told: None, headers: None, archive: None };
                    reportedly_library::Row::of(&sight, true).expect("packed")
                })
                .collect();
            writer.add_rows(&rows).expect("added");
            writer.fold().expect("folded");
        } else {
            writer.rebuild().expect("rebuilt");
        }
        drop(writer);
        assert_eq!(Library::open(folder.path()).expect("a library").check(true).expect("a check").faults, []);
        assert!(of_library(folder.path(), None) == before, "{what}: as before once it is cured");
    }
}

#[test]
fn a_damaged_reading_is_never_passed_over_in_silence() {
    let folder = with_pages();
    damage(
        folder.path(),
        "UPDATE reading SET body = CAST(substr(body, 1, 60) || x'00' || substr(body, 62) AS BLOB)",
    );
    let library = Library::open(folder.path()).expect("a library");
    let view = library.view(None).expect("a view");
    let found = view.newest(Some(1)).expect("stories");
    let error = view.tell(&found[0]).expect_err("damage").to_string();
    assert!(error.contains("the reading of article") && error.contains("reportedly check"), "{error}");
}

#[test]
fn what_is_forgotten_is_gone_and_stays_gone() {
    let all = pages();
    let folder = with_pages();
    let (gone, _) = all.iter().find(|p| p.0.reading.kind.is_article()).expect("an article");
    let without: Vec<Observation> = all.iter().map(|p| p.0.clone()).filter(|o| o.id != gone.id).collect();
    let body = |table: &str, row: &str| -> Vec<u8> {
        let connection = rusqlite::Connection::open(folder.path().join("library.db")).expect("the database");
        let sql = format!(
            "SELECT body FROM {table} WHERE {row} = (SELECT {row} FROM observation JOIN reading USING (seq) WHERE article = ?1)"
        );
        connection
            .query_row(
                &sql.replace("page WHERE hash = (SELECT hash", "page WHERE hash = (SELECT page_hash"),
                [&gone.id],
                |r| r.get(0),
            )
            .expect("a body")
    };
    let (reading, page) = (body("reading", "seq"), body("page", "hash"));
    let held = |what: &[u8]| {
        fs::read_dir(folder.path()).expect("the folder").any(|f| {
            let bytes = fs::read(f.expect("an entry").path()).unwrap_or_default();
            bytes.windows(24).any(|w| w == &what[what.len() / 2..what.len() / 2 + 24])
        })
    };
    assert!(held(&reading) && held(&page));
    let mut writer = Writer::open(folder.path()).expect("a library");
    let state = folder.path().join("checkpoints/of-a-log-that-was-cut");
    fs::write(&state, "what the fold kept of it").expect("written");
    let which = Which::Article(gone.id.clone());
    let would = writer.would_forget(&which).expect("a list");
    assert_eq!(would.observations, 1);
    assert!(held(&reading), "nothing goes before it is ordered");
    assert_eq!(writer.forget(&which).expect("forgotten"), would);
    assert!(!held(&reading) && !held(&page) && !state.exists(), "the bytes are gone");
    assert!(of_library(folder.path(), None) == of_pages(without, None));
    let again = writer.add_readings(vec![gone.clone()]).expect("added");
    assert_eq!((again.added, again.forgotten), (0, 1));
    drop(writer);
    let report = Library::open(folder.path()).expect("a library").check(true).expect("a check");
    assert_eq!((report.faults, report.forgotten), (Vec::new(), 1));
}

#[test]
fn a_backup_is_a_library_again() {
    let folder = with_pages();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let copy = elsewhere.path().join("copy.db");
    let library = Library::open(folder.path()).expect("a library");
    // While it is written to.
    let writer = Writer::open(folder.path()).expect("a library");
    library.backup(&copy).expect("a copy");
    drop(writer);
    assert!(library.backup(&copy).is_err(), "nothing is overwritten");
    let restored = elsewhere.path().join("restored");
    reportedly_library::restore(&copy, &restored, false).expect("restored");
    assert!(of_library(&restored, None) == of_library(folder.path(), None));
    assert!(reportedly_library::restore(&copy, &restored, false).is_err(), "a library is there");
    reportedly_library::restore(&copy, &restored, true).expect("restored");
    let aside = reportedly_library::restore(&copy, &restored, true).expect("restored");
    assert_eq!(aside, Some(restored.join("library.db.before-restore-2")), "the first one stays");
    assert_eq!(reportedly_library::put_aside_before(&restored).len(), 2);
    fs::write(&copy, b"no library").expect("written");
    assert!(matches!(reportedly_library::restore(&copy, &restored, true), Err(Error::Damaged { .. })));
    assert!(of_library(&restored, None) == of_library(folder.path(), None));
}

#[test]
fn stories_of_a_fold_that_decided_otherwise_are_folded_again() {
    let folder = filled(observations(), 100);
    let then = of_library(folder.path(), None);
    let database = rusqlite::Connection::open(folder.path().join("library.db")).expect("the database");
    database
        .execute("UPDATE setting SET value = value - 1 WHERE name = 'fold'", [])
        .expect("another version");
    // As if that one had put everything into one story.
    database.execute("UPDATE placed SET story = 0", []).expect("other decisions");
    drop(database);
    let mut writer = Writer::open(folder.path()).expect("a library");
    let folded = writer.fold().expect("folded");
    assert!(folded.steps > 0 && folded.again == folded.steps, "{folded:?}");
    assert_eq!(writer.fold().expect("folded").steps, 0, "once is enough");
    drop(writer);
    assert!(of_library(folder.path(), None) == then);
}

/// A library as the first release wrote it: twelve pages of the newsroom. To write it anew, which only an unreleased
/// schema may ask for: `REPORTEDLY_WRITE_FIXTURES=1 cargo test -p reportedly-library --test library`.
#[test]
fn a_library_of_the_first_version_is_read_and_gone_on_with() {
    const ARTICLES: usize = 12;
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/version-1.db.zst");
    if std::env::var_os("REPORTEDLY_WRITE_FIXTURES").is_some() {
        let folder = filled(observations().into_iter().take(ARTICLES).collect(), 5);
        let copy = folder.path().join("copy.db");
        Library::open(folder.path()).expect("a library").backup(&copy).expect("a copy");
        let packed = zstd::encode_all(fs::File::open(copy).expect("the copy"), 19).expect("packed");
        fs::create_dir_all(fixture.parent().expect("a folder")).expect("made");
        fs::write(&fixture, packed).expect("written");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let database = zstd::decode_all(fs::File::open(fixture).expect("the fixture")).expect("unpacked");
    fs::write(folder.path().join("library.db"), database).expect("written");
    let mut writer = Writer::open(folder.path()).expect("brought up to date");
    let all = observations();
    let added = writer.add_readings(all.iter().take(ARTICLES + 6).cloned().collect()).expect("added");
    assert_eq!((added.added, added.known), (6, ARTICLES));
    writer.rebuild().expect("rebuilt");
    drop(writer);
    let library = Library::open(folder.path()).expect("a library");
    assert_eq!(library.check(true).expect("a check").faults, []);
    let ids: std::collections::BTreeSet<String> = all.into_iter().take(ARTICLES + 6).map(|o| o.id).collect();
    assert_eq!(library.articles().expect("ids"), ids.into_iter().collect::<Vec<_>>());
    assert!(of_library(folder.path(), None).len() > 1_000);
}
