//! What is counted over a library: however it was filled, the same as counted at once.

use jiff::Timestamp;
use reportedly_gather::{article_id, given_time, load, walk};
use reportedly_library::{Counts, Library, Tally, TopicOrder, View, Which, Writer};
use reportedly_read::{Form, Input, read};
use reportedly_story::Observation;
use std::{fmt::Write, path::Path};

/// The pages of the example newsroom, read.
fn newsroom() -> Vec<Observation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/newsroom");
    let observation = |path: &std::path::PathBuf| {
        let mut record = load(path).expect("a page");
        record.fetched = record.fetched.or(given_time("2031-06-01"));
        let reading = read(&record.input());
        let id = article_id(reading.url.as_deref(), &record.bytes);
        Observation { id, state: 1, path: None, reading }
    };
    walk(&[folder]).files.iter().map(observation).collect()
}

/// An article, seen at noon of the day that it was published on.
fn article(id: &str, outlet: &str, at: &str, title: &str, text: &str) -> Observation {
    let fetched: Timestamp = at.parse().expect("an instant");
    let input = Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        title: Some(title),
        outlet: Some(outlet),
        fetched: Some(fetched),
        ..Input::default()
    };
    Observation { id: id.to_owned(), state: 1, path: None, reading: read(&input) }
}

/// Everything that is counted, in words.
fn told(counts: &Counts, view: &View<'_>) -> String {
    let mut all = format!("{} articles, {} stories, {:?}\n", counts.articles, counts.stories(), counts.week);
    let lines = |stories: Vec<_>| {
        let lines = view.story_lines(stories).expect("lines");
        lines.into_iter().map(|(s, line)| format!("{} {s:?} {}", line.id, line.title)).collect::<Vec<_>>()
    };
    for topic in counts.topics_from(TopicOrder::Name, 0) {
        let stories = view.story_lines(counts.stories_of(topic)).expect("lines");
        let stories: Vec<String> = stories
            .into_iter()
            .map(|(s, l)| {
                format!("{} {}/{}/{} {} {}", l.id, s.articles, s.copies, s.outlets, s.last(), l.title)
            })
            .collect();
        let _ = writeln!(all, "{}: {stories:?}", topic.name);
    }
    let mut outlets: Vec<_> = counts.outlets().collect();
    outlets.sort_by(|a, b| a.name.cmp(&b.name));
    for outlet in outlets {
        let (name, last) = (&outlet.name, outlet.last());
        let numbers = [outlet.articles, outlet.copies, outlet.first, outlet.cites, outlet.cited];
        let _ = writeln!(all, "{name} {numbers:?} {last:?} {:?}", view.newest_of(outlet).expect("articles"));
        for (other, cites) in counts.cites(outlet) {
            let evidence = view.evidence(&cites).expect("evidence");
            let _ = writeln!(all, "  cites {} {} {evidence:?}", other.name, cites.articles);
        }
        for (other, cites) in counts.cited_by(outlet) {
            let _ = writeln!(all, "  cited by {} {}", other.name, cites.articles);
        }
    }
    let moved = counts.moved().map(|(story, moved)| (story, moved.outlets));
    let (stories, new): (Vec<_>, Vec<u32>) = moved.unzip();
    let lines: Vec<String> = lines(stories)
        .into_iter()
        .map(|line| line.split(" StoryCount").next().unwrap_or_default().to_owned())
        .collect();
    let _ = writeln!(all, "moved {new:?} {lines:?}");
    all
}

#[test]
fn a_tally_that_went_on_is_as_one_made_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut all = newsroom();
    // The last come first, so that the log is cut back again and again.
    all.reverse();
    let mut going_on = Tally::default();
    let check = |going_on: &mut Tally, what: &str| {
        let library = Library::open(folder.path()).expect("a library");
        let view = library.view(None).expect("a view");
        let went_on = told(&going_on.count(&view).expect("counted"), &view);
        let at_once = told(&Tally::default().count(&view).expect("counted"), &view);
        assert_eq!(went_on, at_once, "{what}");
        at_once
    };
    let mut seen = Vec::new();
    for (i, some) in all.chunks(23).enumerate() {
        let mut writer = Writer::open(folder.path()).expect("a writer");
        writer.add_readings(some.to_vec()).expect("added");
        drop(writer);
        seen.push(check(&mut going_on, &format!("batch {i}")));
    }
    let gone = all[3].reading.outlet.clone().expect("an outlet");
    let mut writer = Writer::open(folder.path()).expect("a writer");
    writer.forget(&Which::Outlet(gone.clone())).expect("forgotten");
    drop(writer);
    let without = check(&mut going_on, "forgotten");
    assert!(!without.contains(&format!("\n{gone} [")) || without.contains(&format!("\n{gone} [0, 0")));
    let mut writer = Writer::open(folder.path()).expect("a writer");
    writer.rebuild().expect("rebuilt");
    drop(writer);
    assert_eq!(check(&mut going_on, "rebuilt"), without);
    assert!(seen.iter().all(|s| s.contains("articles")) && seen.len() > 3);
}

#[test]
fn a_list_calls_a_story_as_it_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    Writer::open(folder.path()).expect("a writer").add_readings(newsroom()).expect("added");
    let library = Library::open(folder.path()).expect("a library");
    let view = library.view(None).expect("a view");
    let counts = Tally::default().count(&view).expect("counted");
    let mut looked = 0;
    for found in view.newest(None).expect("stories") {
        let told = view.tell(&found).expect("told");
        let count = counts.story(&found).expect("counted");
        let lines = view.story_lines([count]).expect("lines");
        assert_eq!(lines[0].1.id, told.story.id);
        assert_eq!(count.articles as usize, told.story.articles.len());
        // Which of several copies is the original is told by more than what is counted.
        if count.copies == 0 {
            assert_eq!(lines[0].1.title, told.story.title);
            let topics: Vec<&str> = counts.topics_of(count).map(|t| &*t.name).collect();
            let as_told = told.story.topics.iter().map(|name| counts.topic(name).map(|t| &*t.name));
            assert_eq!(as_told.collect::<Option<Vec<&str>>>(), Some(topics));
            looked += 1;
        }
    }
    assert!(looked > 5, "{looked}");
}

#[test]
fn who_is_first_who_copies_and_who_cites_whom() {
    const FERRY: &str = "The ferry Anna ran aground off Velm in fog on Monday, the coastguard said. Nine people were taken off \
                         by boat and nobody was hurt, the coastguard said. The ferry Anna will be towed to Velm harbour.";
    let folder = tempfile::tempdir().expect("a folder");
    let taken_up = "The ferry Anna ran aground off Velm, the Osprey Wire reported on Monday. Passengers of the ferry Anna waited in \
                    fog for hours until boats came from Velm harbour, Ida Marsh, who was on board, told the Skarn Weekly.";
    let articles = vec![
        article("a", "Osprey Wire", "2031-03-03T08:00:00Z", "Ferry Anna aground off Velm", FERRY),
        article("b", "Velm Post", "2031-03-03T09:00:00Z", "Ferry Anna aground off Velm", FERRY),
        article(
            "c",
            "Skarn Weekly",
            "2031-03-03T10:00:00Z",
            "Hours in the fog on the ferry Anna off Velm",
            taken_up,
        ),
        article(
            "d",
            "Skarn Weekly",
            "2031-02-01T10:00:00Z",
            "Tarn bakes less bread",
            "Bakers in Tarn bake less bread, they said.",
        ),
    ];
    Writer::open(folder.path()).expect("a writer").add_readings(articles).expect("added");
    let library = Library::open(folder.path()).expect("a library");
    let view = library.view(None).expect("a view");
    let counts = Tally::default().count(&view).expect("counted");
    let outlet = |name: &str| {
        let o = counts.outlet(name).expect("an outlet");
        (o.articles, o.copies, o.first, o.cites, o.cited)
    };
    assert_eq!(outlet("Osprey Wire"), (1, 0, 1, 0, 1));
    assert_eq!(outlet("the velm post"), (1, 1, 0, 0, 0));
    assert_eq!(outlet("Skarn Weekly"), (2, 0, 0, 1, 0));
    let skarn = counts.outlet("Skarn Weekly").expect("an outlet");
    let cites = counts.cites(skarn);
    assert_eq!(&*cites[0].0.name, "Osprey Wire");
    assert_eq!(view.evidence(&cites[0].1).expect("read").map(|l| l.id).as_deref(), Some("c"));
    let newest: Vec<String> = view.newest_of(skarn).expect("read").into_iter().map(|l| l.id).collect();
    assert_eq!(newest, ["c", "d"]);
    // Only the ferry is of the week that ends with the newest article.
    let moved: Vec<u32> = counts.moved().map(|(_, moved)| moved.outlets).collect();
    assert_eq!(moved, [2]);
    assert!(counts.outlet("Nobody's Paper").is_none() && counts.topic("Nowhere").is_none());
}

#[test]
fn whose_texts_others_print_and_credit_has_no_copies() {
    let folder = tempfile::tempdir().expect("a folder");
    Writer::open(folder.path()).expect("a library").add_readings(newsroom()).expect("added");
    let library = Library::open(folder.path()).expect("a library");
    let view = library.view(None).expect("a view");
    let counts = Tally::default().count(&view).expect("counted");
    let wire = counts.outlet("Harbour Wire").expect("the agency");
    assert_eq!((wire.articles, wire.copies), (11, 0), "{wire:?}");
    let all: u32 = counts.outlets().map(|outlet| outlet.copies).sum();
    assert!(all > 10, "{all}");
}
