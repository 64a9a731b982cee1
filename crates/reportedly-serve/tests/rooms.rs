//! The reading rooms as a browser gets them: hot this week, topics, outlets, video, and what is related.

mod newsroom;

use newsroom::{Newsroom, article};
use reportedly_read::{Form, Input, read};
use reportedly_story::Observation;
use std::{thread, time::Duration};

const FERRY: &str = "The ferry Anna ran aground off Velm in fog, the coastguard said. Nine people were taken off by boat and nobody \
                     was hurt, the coastguard said. The ferry Anna will be towed to Velm harbour.";
const TAKEN_UP: &str = "The ferry Anna ran aground off Velm, the Osprey Wire reported. Passengers of the ferry Anna waited in fog for \
                        hours until boats came from Velm harbour, Ida Marsh, who was on board, told the Skarn Weekly.";
const WATER: &str = "The council of Velm raises the price of water by a tenth from May, the treasurer said on Monday. Pipes under the \
                     old town leak and have to be replaced. Of the councillors only Ida Marsh voted against.";
const BREAD: &str = "Bakers in Tarn bake less bread than a year ago, the bakers' guild of Tarn said.";

/// A newsroom in which a ferry ran aground in the last week.
fn ferry(base: &str) -> Newsroom {
    let mut observations = vec![
        article("ferry", "Osprey Wire", "2031-03-03", "Ferry Anna aground off Velm", FERRY),
        article("copied", "Velm Post", "2031-03-04", "Ferry Anna aground off Velm", FERRY),
        article("fog", "Skarn Weekly", "2031-03-05", "Hours in the fog on the ferry Anna off Velm", TAKEN_UP),
        article("water", "Velm Post", "2031-01-20", "Velm raises the price of water", WATER),
        article(
            "bread",
            "Tarn <b>Post</b>",
            "2031-01-10",
            "Tarn bakes less bread <script>alert(1)</script>",
            BREAD,
        ),
    ];
    observations.push(video());
    Newsroom::with(base, observations)
}

fn video() -> Observation {
    let html = "<html><head><title>Watch: boats in the fog</title><meta property='og:type' content='video.other'>\
                <meta property='og:site_name' content='Skarn Weekly'></head><body><h1>Watch: boats in the fog</h1>\
                <video src='fog.mp4'></video></body></html>";
    let fetched = Some("2031-03-05T12:00:00Z".parse().expect("an instant"));
    let input = Input { bytes: html.as_bytes(), form: Form::Html, fetched, ..Input::default() };
    Observation { id: "watch".to_owned(), state: 1, path: None, reading: read(&input) }
}

/// A page that is there once the library is counted.
fn counted(newsroom: &Newsroom, path: &str) -> String {
    for _ in 0..400 {
        let answer = newsroom.get(path);
        if !answer.body.contains("is being counted") {
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            return answer.body;
        }
        thread::sleep(Duration::from_millis(25));
    }
    panic!("{path}: the library is not counted");
}

fn check(newsroom: &Newsroom, path: &str, holds: &[&str], holds_not: &[&str]) {
    let body = counted(newsroom, path);
    let main = body.split("<main").nth(1).expect("the page's own part");
    for words in holds {
        assert!(main.contains(words), "{path} lacks {words}: {main}");
    }
    for words in holds_not {
        assert!(!main.contains(words), "{path} has {words}: {main}");
    }
}

#[test]
fn news_of_a_language_is_that_of_stories_told_in_it() {
    let german = "Die Fähre Anna ist vor Velm im Nebel auf Grund gelaufen, teilte die Küstenwache am Montag mit. Neun Menschen \
                  wurden mit Booten an Land gebracht, niemand wurde verletzt. Die Fähre soll in den Hafen geschleppt werden.";
    let newsroom = Newsroom::with(
        "",
        vec![
            article("bread", "Tarn Post", "2031-01-10", "Tarn bakes less bread", BREAD),
            article("faehre", "Velmer Bote", "2031-03-03", "Fähre Anna vor Velm auf Grund gelaufen", german),
        ],
    );
    let all = newsroom.get("/").body;
    assert!(all.contains("value=\"de\">German") && all.contains("value=\"en\">English"), "{all}");
    check(&newsroom, "/?language=de", &["/stories/faehre"], &["/stories/bread"]);
    check(&newsroom, "/?language=en", &["/stories/bread"], &["/stories/faehre"]);
}

#[test]
fn what_moved_in_the_last_week_says_why() {
    let newsroom = ferry("");
    let week = ["27 February 2031", "5 March 2031"];
    check(
        &newsroom,
        "/hot",
        &["/stories/ferry", "2 new outlets", "Copies count nothing"],
        &["/stories/bread"],
    );
    check(&newsroom, "/hot", &week, &[]);
}

#[test]
fn topics_lead_to_their_stories_and_back() {
    let newsroom = ferry("");
    check(&newsroom, "/topics", &["/topics/Velm\"", "2 stories", "/topics/Tarn\""], &[]);
    check(&newsroom, "/topics?order=name&from=0", &["/topics/Tarn\""], &[]);
    check(&newsroom, "/topics?order=sideways&from=99999999999", &["stories"], &["/topics/Tarn\""]);
    check(
        &newsroom,
        "/topics/velm",
        &["/stories/ferry", "/stories/water", "3 articles"],
        &["/stories/bread"],
    );
    check(&newsroom, "/topics/Tarn", &["/stories/bread"], &["<script>", "/stories/ferry"]);
    let body = counted(&newsroom, "/topics/velm");
    assert!(body.find("/stories/ferry") < body.find("/stories/water"), "the newest first");
}

#[test]
fn outlets_say_whom_they_cite_and_show_where() {
    let newsroom = ferry("");
    check(&newsroom, "/outlets", &["/outlets/Osprey%20Wire", "aria-sort=\"descending\""], &["<b>Post"]);
    check(&newsroom, "/outlets?order=name", &["aria-sort=\"ascending\""], &[]);
    check(
        &newsroom,
        "/outlets/Skarn%20Weekly",
        &["Osprey Wire", "in 1 article", "/articles/fog"],
        &["the first to tell"],
    );
    check(
        &newsroom,
        "/outlets/osprey%20wire",
        &["the first to tell 1 story", "/outlets/Skarn%20Weekly"],
        &[],
    );
    check(&newsroom, "/outlets/Velm%20Post", &["one of them a copy", "/articles/water"], &[]);
}

#[test]
fn videos_have_a_room_of_their_own() {
    let newsroom = ferry("");
    check(&newsroom, "/video", &["Watch: boats in the fog", "/articles/watch"], &["/articles/ferry"]);
    check(&newsroom, "/video?from=99", &["There are no videos"], &["/articles/watch"]);
}

#[test]
fn stories_and_articles_have_others_beside_them() {
    let newsroom = ferry("");
    counted(&newsroom, "/topics");
    check(
        &newsroom,
        "/stories/ferry",
        &["Related stories", "/stories/water", "also about"],
        &["/stories/bread"],
    );
    check(&newsroom, "/articles/fog", &["Related articles", "/articles/ferry", "same story"], &[]);
    // What came later is not related to what was known then.
    check(&newsroom, "/stories/water?as_of=2031-01-21", &[], &["Related stories"]);
}

#[test]
fn rooms_follow_what_comes_into_the_library() {
    let newsroom = ferry("");
    counted(&newsroom, "/topics");
    let late = article(
        "late",
        "Merrin Mail",
        "2031-02-01",
        "Wolves seen at Grenholt",
        "Wolves were seen at Grenholt, Odo Brand said.",
    );
    let mut writer = reportedly_library::Writer::open(newsroom.folder.path()).expect("a writer");
    writer.add_readings(vec![late]).expect("added");
    drop(writer);
    let found = (0..400).any(|_| {
        thread::sleep(Duration::from_millis(25));
        newsroom.get("/outlets/Merrin%20Mail").status == 200
    });
    assert!(found, "a new outlet is not shown");
    check(&newsroom, "/topics/Grenholt", &["/stories/late"], &[]);
}

#[test]
fn names_from_afar_lead_nowhere_and_run_nothing() {
    let newsroom = ferry("");
    counted(&newsroom, "/topics");
    let long = "x".repeat(5000);
    for room in ["outlets", "topics"] {
        for name in ["%2e%2e", "%2e%2e%2f%2e%2e%2fetc", "%00", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", &long] {
            let answer = newsroom.get(&format!("/{room}/{name}"));
            assert_eq!(answer.status, 404, "{room} {name}");
            assert!(!answer.body.contains("<script>"), "{room} {name}: {}", answer.body);
        }
        // No name at all, and bytes that are no text.
        assert!(matches!(newsroom.get(&format!("/{room}/")).status, 404), "{room}");
        assert!(matches!(newsroom.get(&format!("/{room}/%ff")).status, 400 | 404), "{room}");
    }
    let own = counted(&newsroom, "/outlets/Tarn%20%3Cb%3EPost%3C%2Fb%3E");
    assert!(own.contains("Tarn &#60;b&#62;Post") && !own.contains("<b>Post"), "{own}");
}

#[test]
fn rooms_stand_below_a_proxys_path() {
    let newsroom = ferry("/news");
    for path in [
        "/news/hot",
        "/news/topics",
        "/news/topics/Velm",
        "/news/outlets",
        "/news/outlets/Velm%20Post",
        "/news/video",
    ] {
        let body = counted(&newsroom, path);
        for address in body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(address.starts_with("/news/") || address.starts_with('#'), "{path}: {address}");
        }
    }
}

#[test]
fn an_empty_library_has_empty_rooms() {
    let newsroom = Newsroom::with("", Vec::new());
    check(&newsroom, "/hot", &["Nothing moved"], &[]);
    for path in ["/topics", "/outlets", "/video"] {
        check(&newsroom, path, &["<h1"], &[]);
    }
}
