//! Observations from elsewhere, retention and subscriptions.

use jiff::Timestamp;
use reportedly_library::{
    Error, Goes, Imported, Kept, Library, Offered, Rule, Subscription, Visit, Wanted, Which, Writer,
};
use reportedly_read::{Form, Input, read};
use std::{fs, path::Path};
use tempfile::TempDir;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// A report of some outlet, seen and recorded on a day of March.
fn report(outlet: &str, number: usize, day: u32, recorded: &str) -> Kept {
    let page = format!("Ferry {number} to Velm sank on Monday, the harbour master said. Report of {outlet}.");
    let seen = Some(at(&format!("2031-03-{day:02}T10:00:00Z")));
    let input = Input {
        bytes: page.as_bytes(),
        form: Form::Text,
        outlet: Some(outlet),
        fetched: seen,
        ..Input::default()
    };
    let mut reading = read(&input);
    reading.title = Some(format!("Ferry {number} sinks"));
    Kept {
        article: format!("{outlet}-{number}"),
        sight: hash(&format!("{outlet} {number} {day}")),
        page_hash: hash(&page),
        path: None,
        kind: reading.kind,
        first_seen: seen,
        recorded_at: at(recorded),
        known_at: at(&format!("2031-03-{day:02}T10:00:00Z")),
        known_strict: at(&format!("2031-03-{day:02}T10:00:00Z")),
        headers: None,
        archive: None,
        forgotten_at: None,
        reading: Some(reading),
        page: Some(page.into_bytes()),
        place: None,
    }
}

fn hash(text: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(text).into()
}

fn filled(all: Vec<Kept>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let rows: Vec<Imported> = all.into_iter().map(|k| Imported::of(k).expect("an observation")).collect();
    let imports = writer.import(&rows).expect("imported");
    assert_eq!(imports.added, rows.len());
    writer.fold().expect("folded");
    folder
}

/// All that a library holds, and where it stands among the stories.
fn held(folder: &Path) -> Vec<String> {
    let library = Library::open(folder).expect("a library");
    let view = library.view(None).expect("a view");
    let mut held = Vec::new();
    let wanted = Wanted { pages: true, stories: true, ..Wanted::default() };
    view.observations(&wanted, |kept| {
        held.push(format!("{kept:?}"));
        Ok::<(), Error>(())
    })
    .expect("read");
    assert_eq!(view.count(&wanted).expect("a number"), held.len());
    drop(view);
    assert_eq!(library.check(true).expect("a check").faults, []);
    held
}

fn some() -> Vec<Kept> {
    let mut all = Vec::new();
    for number in 0..6 {
        for (outlet, day) in [("Wire", 1), ("Tern", 2)] {
            let recorded = format!("20{}-05-01T00:00:00Z", 30 + number);
            all.push(report(outlet, number, day + number as u32, &recorded));
        }
    }
    all
}

#[test]
fn what_a_page_is_not_is_refused() {
    let mut other = report("Wire", 1, 1, "2031-05-01T00:00:00Z");
    other.page = Some(b"something else".to_vec());
    assert!(Imported::of(other).expect_err("refused").contains("not the one"));
    let mut nothing = report("Wire", 1, 1, "2031-05-01T00:00:00Z");
    nothing.reading = None;
    assert!(Imported::of(nothing).is_err());
    let mut both = report("Wire", 1, 1, "2031-05-01T00:00:00Z");
    both.forgotten_at = Some(at("2031-06-01T00:00:00Z"));
    assert!(Imported::of(both).is_err());
}

#[test]
fn tombstones_keep_away_what_comes_later_and_take_nothing_that_is_here() {
    let tombstone = || {
        let mut tombstone = report("Wire", 1, 1, "2031-05-01T00:00:00Z");
        (tombstone.reading, tombstone.page) = (None, None);
        tombstone.forgotten_at = Some(at("2031-06-01T00:00:00Z"));
        Imported::of(tombstone).expect("a tombstone")
    };
    let alive = || Imported::of(report("Wire", 1, 1, "2031-05-01T00:00:00Z")).expect("an observation");
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    assert_eq!(writer.import(&[tombstone()]).expect("imported").tombstones, 1);
    assert_eq!(writer.import(&[tombstone()]).expect("imported").known, 1);
    assert_eq!(writer.import(&[alive()]).expect("imported").forgotten, 1);
    drop(writer);
    assert!(Library::open(folder.path()).expect("a library").articles().expect("ids").is_empty());
    let folder = filled(vec![report("Wire", 1, 1, "2031-05-01T00:00:00Z")]);
    let mut writer = Writer::open(folder.path()).expect("a library");
    let imports = writer.import(&[tombstone()]).expect("imported");
    assert_eq!((imports.kept, imports.tombstones), (1, 0));
    drop(writer);
    assert_eq!(Library::open(folder.path()).expect("a library").articles().expect("ids").len(), 1);
}

fn rule(goes: Goes, before: &str) -> Rule {
    Rule { goes, before: at(before), outlet: None, developing: None }
}

#[test]
fn rules_take_what_they_said_and_leave_the_rest_as_if_the_others_had_never_been() {
    let folder = filled(some());
    let rules = [
        Rule { outlet: Some("Tern".to_owned()), ..rule(Goes::Articles, "2032-05-02T00:00:00Z") },
        rule(Goes::Pages, "2033-05-02T00:00:00Z"),
    ];
    let planned = Library::open(folder.path()).expect("a library").would_take(&rules).expect("a plan");
    assert_eq!(
        planned.iter().map(|t| (t.articles, t.observations, t.pages)).collect::<Vec<_>>(),
        [(3, 3, 3), (5, 5, 5)]
    );
    assert_eq!(planned[0].oldest, Some(at("2030-05-01T00:00:00Z")));
    assert_eq!(planned[1].newest, Some(at("2033-05-01T00:00:00Z")));
    let taken = Writer::open(folder.path()).expect("a library").take(&rules).expect("taken");
    assert_eq!(taken, planned);
    let mut left = some();
    left.retain(|k| !(k.article.starts_with("Tern") && k.recorded_at < at("2032-05-02T00:00:00Z")));
    for kept in &mut left {
        if kept.recorded_at < at("2033-05-02T00:00:00Z") {
            kept.page = None;
        }
    }
    let wanted = held(filled(left).path());
    let mut got = held(folder.path());
    let tombstones = got.split_off(wanted.len());
    assert_eq!(got, wanted);
    assert_eq!(tombstones.len(), 3);
    let nothing = Writer::open(folder.path()).expect("a library").take(&rules).expect("taken");
    assert!(nothing.iter().all(|t| t.observations == 0 && t.bytes == 0), "{nothing:?}");
}

#[test]
fn an_article_seen_again_lately_stays_and_so_does_what_still_develops() {
    let mut all = some();
    // Another state of the first report, recorded late.
    let mut again = report("Wire", 0, 20, "2035-05-01T00:00:00Z");
    again.page_hash = hash("another page");
    again.page = None;
    all.push(again);
    let folder = filled(all);
    let library = Library::open(folder.path()).expect("a library");
    let plan = |rule: Rule| library.would_take(&[rule]).expect("a plan")[0].articles;
    assert_eq!(plan(rule(Goes::Articles, "2030-06-01T00:00:00Z")), 1);
    let all = plan(rule(Goes::Articles, "2040-01-01T00:00:00Z"));
    assert_eq!(all, 12);
    let developing =
        |since: &str| Rule { developing: Some(at(since)), ..rule(Goes::Articles, "2040-01-01T00:00:00Z") };
    assert_eq!(plan(developing("2031-02-01T00:00:00Z")), 0);
    assert_eq!(plan(developing("2031-04-01T00:00:00Z")), 12);
}

#[test]
fn a_library_of_the_first_version_takes_subscriptions() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/version-1.db.zst");
    let folder = tempfile::tempdir().expect("a folder");
    let database = zstd::decode_all(fs::File::open(fixture).expect("the fixture")).expect("unpacked");
    fs::write(folder.path().join("library.db"), database).expect("written");
    assert!(matches!(Library::open(folder.path()), Err(Error::Older(_))));
    let feed = |url: &str, title: Option<&str>, folder: &[&str]| Subscription {
        url: url.to_owned(),
        title: title.map(str::to_owned),
        site: None,
        folders: vec![folder.iter().map(|f| (*f).to_owned()).collect()],
        ..Subscription::default()
    };
    let mut writer = Writer::open(folder.path()).expect("brought up to date");
    let first = [
        feed("https://a.example/", None, &["Ports"]),
        feed("https://b.example/", Some("B"), &["Ports", "Velm"]),
    ];
    let subscribed = writer.subscribe(&first).expect("subscribed");
    assert_eq!((subscribed.added, subscribed.known), (2, 0));
    let again = [
        feed("https://a.example/", Some("A"), &["Coast"]),
        feed("https://b.example/", Some("other"), &["Ports", "Velm"]),
    ];
    let subscribed = writer.subscribe(&again).expect("subscribed");
    assert_eq!((subscribed.added, subscribed.known), (0, 2));
    drop(writer);
    let library = Library::open(folder.path()).expect("a library");
    let all = library.subscriptions().expect("subscriptions");
    assert_eq!(all[0].title.as_deref(), Some("A"));
    assert_eq!(all[0].folders, [["Ports"], ["Coast"]]);
    assert_eq!((all[1].title.as_deref(), all[1].folders.len()), (Some("B"), 1));
    assert!(all[0].added_at > at("2026-01-01T00:00:00Z"));
    assert_eq!(library.check(true).expect("a check").faults, []);
    assert!(held(folder.path()).len() >= 12);
}

#[test]
fn what_is_forgotten_in_bulk_is_forgotten() {
    let folder = filled(some());
    let ids = vec!["Wire-1".to_owned(), "Tern-4".to_owned(), "no such".to_owned()];
    let gone =
        Writer::open(folder.path()).expect("a library").forget(&Which::Articles(ids)).expect("forgotten");
    assert_eq!((gone.articles.len(), gone.observations), (2, 2));
    assert_eq!(Library::open(folder.path()).expect("a library").articles().expect("ids").len(), 10);
}

#[test]
fn an_item_is_one_whatever_its_guid_or_address_becomes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let at = |n: i64| Timestamp::from_second(1_930_000_000 + n).expect("an instant");
    let feeds = ["https://a.example/feed", "https://b.example/feed"]
        .map(|url| Subscription { url: url.to_owned(), ..Subscription::default() });
    writer.subscribe(&feeds).expect("subscribed");
    let item = |name: &str, guid: &str, said: u64| Offered {
        name: name.to_owned(),
        guid: Some(guid.to_owned()),
        url: Some(format!("https://a.example/{name}")),
        said,
        body: format!("{said}").into_bytes(),
    };
    let mut take = |feed: usize, items: &[Offered], n| {
        let taken = writer.take_items(&feeds[feed].url, items, at(n)).expect("taken");
        let library = Library::open(folder.path()).expect("a library");
        let due = library.due_visits(at(n), None, 10).expect("visits");
        let due: Vec<String> = due.into_iter().map(|v| v.name).collect();
        for visit in &due {
            let visit = library.visit(visit).expect("a visit").expect("one");
            writer
                .visited(&[(
                    Visit { article: Some(visit.name.clone()), due_at: None, ..visit.clone() },
                    visit.due_at,
                )])
                .expect("noted");
        }
        ((taken.new, taken.changed), due.join(" "))
    };
    assert_eq!(take(0, &[item("crane", "1", 1), item("mill", "2", 1)], 0), ((2, 0), "crane mill".to_owned()));
    // Nothing new; another GUID; the same item elsewhere.
    assert_eq!(take(0, &[item("crane", "1", 1), item("mill", "3", 1)], 1), ((0, 0), String::new()));
    assert_eq!(take(1, &[item("crane", "x", 1)], 2), ((1, 0), String::new()));
    // It says something else.
    assert_eq!(take(0, &[item("mill", "3", 2)], 3), ((0, 1), "mill".to_owned()));
    // Another address under the same GUID is the same article; a GUID that is used again beside it tells nothing.
    assert_eq!(take(0, &[item("crane-falls", "1", 1)], 4), ((0, 0), String::new()));
    let library = Library::open(folder.path()).expect("a library");
    let visit = library.visit("crane-falls").expect("a visit").expect("one");
    assert_eq!((visit.article.as_deref(), visit.renamed), (Some("crane"), true));
    drop(library);
    let twice = [item("crane-falls", "1", 1), item("ferry", "1", 1)];
    assert_eq!(take(0, &twice, 5), ((1, 0), "ferry".to_owned()));
    let library = Library::open(folder.path()).expect("a library");
    assert_eq!(library.said_of("mill").expect("said"), [(feeds[0].url.clone(), b"2".to_vec())]);
    let items: Vec<usize> = library.brought().expect("counts").iter().map(|b| b.items).collect();
    assert_eq!(items, [3, 1]);
}

#[test]
fn an_item_whose_address_changed_is_the_same_for_a_feed_that_first_has_it_now() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let now = Timestamp::from_second(1_930_000_000).expect("an instant");
    let feeds = ["a.example/feed", "a.example/sport", "b.example/feed", "a.example/trade"]
        .map(|url| format!("https://{url}"))
        .map(|url| Subscription { url, ..Subscription::default() });
    writer.subscribe(&feeds).expect("subscribed");
    let mut take = |feed: usize, name: &str, title: &str| {
        let item = Offered {
            name: name.to_owned(),
            guid: Some("17".to_owned()),
            url: Some(format!("https://a.example/{name}")),
            said: 1,
            body: format!("{{\"title\":\"{title}\"}}").into_bytes(),
        };
        for visit in writer.take_items(&feeds[feed].url, &[item], now).expect("taken").due {
            let article = visit.article.clone().unwrap_or_else(|| visit.name.clone());
            let was_due = visit.due_at;
            let read = Visit { article: Some(article), due_at: None, ..visit };
            writer.visited(&[(read, was_due)]).expect("noted");
        }
        let library = Library::open(folder.path()).expect("a library");
        library.visit(name).expect("a visit").expect("one").article.expect("an article")
    };
    assert_eq!(take(0, "crane", "Crane falls"), "crane");
    assert_eq!(take(2, "elsewhere", "Crane falls"), "elsewhere", "of another host");
    assert_eq!(
        take(3, "mill", "Mill closes"),
        "mill",
        "another article that a feed counts by the same number"
    );
    assert_eq!(take(1, "crane-falls-at-quay", "Crane falls"), "crane");
    assert_eq!(take(0, "crane-falls-at-quay", "Crane falls"), "crane");
}

#[test]
fn an_item_that_changes_while_its_page_is_read_is_due_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let at = |n: i64| Timestamp::from_second(1_930_000_000 + n).expect("an instant");
    let feed = Subscription { url: "https://a.example/feed".to_owned(), ..Subscription::default() };
    writer.subscribe(std::slice::from_ref(&feed)).expect("subscribed");
    let take = |writer: &mut Writer, said: u64, n: i64| {
        let url = Some("https://a.example/crane".to_owned());
        let item = Offered { name: "crane".to_owned(), guid: None, url, said, body: b"{}".to_vec() };
        writer.take_items(&feed.url, &[item], at(n)).expect("taken").due
    };
    let read = take(&mut writer, 1, 0);
    // Also where the clock stands still.
    assert_eq!(take(&mut writer, 3, 0).len(), 1);
    let noted = Visit { article: Some("crane".to_owned()), due_at: Some(at(7200)), ..read[0].clone() };
    writer.visited(&[(noted, read[0].due_at)]).expect("noted");
    let library = Library::open(folder.path()).expect("a library");
    assert_eq!(library.due_visits(at(0), None, 10).expect("visits").len(), 1);
    drop(library);
    assert_eq!(take(&mut writer, 2, 3).len(), 1);
    let noted = Visit { article: Some("crane".to_owned()), due_at: Some(at(7200)), ..read[0].clone() };
    writer.visited(&[(noted.clone(), read[0].due_at)]).expect("noted");
    let due = || {
        let library = Library::open(folder.path()).expect("a library");
        library.visit("crane").expect("a visit").expect("one").due_at
    };
    assert_eq!(due(), Some(at(3)));
    writer.visited(&[(noted, due())]).expect("noted");
    assert_eq!(due(), Some(at(7200)));
}

#[test]
fn a_subscription_that_moves_onto_another_becomes_one_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let feed = |url: &str, folder: &str| Subscription {
        url: url.to_owned(),
        folders: vec![vec![folder.to_owned()]],
        ..Subscription::default()
    };
    writer
        .subscribe(&[feed("https://a.example/1", "Ports"), feed("https://a.example/2", "Mills")])
        .expect("subscribed");
    writer.moved("https://a.example/1", "https://a.example/3").expect("moved");
    writer.moved("https://a.example/3", "https://a.example/2").expect("moved");
    let all = Library::open(folder.path()).expect("a library").subscriptions().expect("subscriptions");
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].url.as_str(), &all[0].folders),
        ("https://a.example/2", &vec![vec!["Mills".to_owned()], vec!["Ports".to_owned()]])
    );
    assert!(writer.unsubscribe("https://a.example/2").expect("ended"));
    assert!(!writer.unsubscribe("https://a.example/2").expect("none"));
}

#[test]
fn a_forgotten_item_does_not_come_back_under_another_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let feed = Subscription { url: "https://a.example/feed".to_owned(), ..Subscription::default() };
    writer.subscribe(std::slice::from_ref(&feed)).expect("subscribed");
    let offered = |name: &str| Offered {
        name: name.to_owned(),
        guid: Some("urn:wombat".to_owned()),
        url: Some(format!("https://a.example/{name}")),
        said: 1,
        body: b"wombat".to_vec(),
    };
    let now = Timestamp::from_second(1_930_000_000).expect("an instant");
    let text = Input { bytes: b"The strike at Tarn is over.", form: Form::Text, ..Input::default() };
    let observation =
        reportedly_story::Observation { id: "strike".to_owned(), path: None, state: 1, reading: read(&text) };
    writer.add_readings(vec![observation]).expect("added");
    let taken = writer.take_items(&feed.url, &[offered("strike")], now).expect("taken");
    let visit = Visit { article: Some("strike".to_owned()), due_at: None, ..taken.due[0].clone() };
    writer.visited(&[(visit, taken.due[0].due_at)]).expect("noted");
    writer.forget(&Which::Article("strike".to_owned())).expect("forgotten");
    for name in ["strike", "strike-ends", "strike"] {
        let taken = writer.take_items(&feed.url, &[offered(name)], now).expect("taken");
        assert_eq!((taken.new, taken.changed), (0, 0), "{name}");
    }
    drop(writer);
    let database = fs::read(folder.path().join("library.db")).expect("the database");
    assert!(!database.windows(6).any(|bytes| bytes == b"wombat"));
}
