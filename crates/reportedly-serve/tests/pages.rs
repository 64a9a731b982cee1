//! The pages as a browser gets them.

mod newsroom;

use newsroom::{AGAIN, CRANE, Newsroom};
use reportedly_library::{Row, Sight, Writer};
use reportedly_read::{Form, Input, read};
use reportedly_serve::{Error, Options, serve};
use reportedly_story::Observation;
use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn every_room_answers_and_leads_on() {
    let newsroom = Newsroom::open("", &[CRANE, AGAIN]);
    for (path, holds) in [
        ("/", "/stories/crane"),
        ("/stories/crane", "the harbour office"),
        ("/stories/crane?as_of=2031-03-04", "as it stands now"),
        ("/articles/crane", "Nobody was hurt"),
        ("/search?q=crane", "<mark>"),
        ("/search?q=said%3A(", "class=\"wrong\""),
        ("/search", "phrases in quotation marks"),
        ("/?status=planned", "News"),
        ("/healthz", "ok"),
        ("/readyz", "ready"),
        ("/metrics", "reportedly_http_requests_total"),
    ] {
        let answer = newsroom.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains(holds), "{path}: {}", answer.body);
        assert!(answer.headers.contains("content-security-policy: default-src 'none'"), "{path}");
    }
    for path in ["/stories/none", "/articles/none", "/nowhere", "/assets/../Cargo.toml", "/assets/none.css"] {
        assert_eq!(newsroom.get(path).status, 404, "{path}");
    }
    assert_eq!(newsroom.get("/stories/crane?as_of=yesterday").status, 400);
    assert_eq!(newsroom.get("/stories/crane?as_of=2031-01-01").status, 404);
}

#[test]
fn a_library_that_is_replaced_is_read_from_then_on() {
    let newsroom = Newsroom::open("", &[CRANE]);
    let other = Newsroom::open("", &[AGAIN]);
    let library = newsroom.folder.path();
    for (path, status) in [("/", 200), ("/search?q=crane", 200), ("/stories/crane", 200), ("/readyz", 200)] {
        assert_eq!(newsroom.get(path).status, status, "{path}");
    }
    let files = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()).collect()
    };
    for file in files(library) {
        if file.is_dir() { fs::remove_dir_all(file) } else { fs::remove_file(file) }.expect("removed");
    }
    assert_eq!(newsroom.get("/readyz").status, 503);
    assert_eq!(newsroom.get("/stories/crane").status, 503);
    assert_eq!(newsroom.get("/outlets").status, 503);
    for file in files(other.folder.path()) {
        fs::rename(&file, library.join(file.file_name().expect("a name"))).expect("moved");
    }
    assert_eq!(newsroom.get("/readyz").status, 200);
    assert_eq!(newsroom.get("/stories/crane").status, 404);
    assert_eq!(newsroom.get("/stories/crane-2nd").status, 200);
    for path in ["/", "/search?q=crane", "/topics", "/outlets", "/hot"] {
        let body = newsroom.get(path).body;
        assert!(!body.contains("/stories/crane\""), "{path}: {body}");
    }
    assert!(newsroom.get("/search?q=crane").body.contains("/stories/crane-2nd"));
}

#[test]
fn a_story_as_of_a_day_knows_nothing_later() {
    let newsroom = Newsroom::open("", &[CRANE, AGAIN]);
    assert!(newsroom.get("/stories/crane").body.contains("open again"));
    assert!(!newsroom.get("/stories/crane?as_of=2031-03-05").body.contains("open again"));
}

#[test]
fn what_articles_hold_is_shown_and_never_run() {
    const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>";
    let text = format!("{} {SCRIPT} said Petra Holm of the \"dockers'\" union.", CRANE.3);
    let title = format!("{} {SCRIPT}", CRANE.2);
    let newsroom = Newsroom::open("", &[("crane", CRANE.1, &title, &text)]);
    let query = "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%20crane";
    for path in ["/", "/stories/crane", "/articles/crane", "/search?q=crane", query, "/stories/%3Cscript%3E"]
    {
        let body = newsroom.get(path).body;
        assert!(!body.contains("<script>"), "{path}: {body}");
        assert!(!body.contains("<img") && !body.contains("<b>"), "{path}: {body}");
    }
}

#[test]
fn only_who_asks_for_this_machine_by_its_name_is_answered() {
    let newsroom = Newsroom::open("", &[CRANE]);
    let port = newsroom.address.port();
    for (host, status) in [
        (format!("localhost:{port}"), 200),
        (format!("[::1]:{port}"), 200),
        ("evil.example".to_owned(), 421),
        (format!("evil.example:{port}"), 421),
        ("192.168.1.7".to_owned(), 421),
    ] {
        assert_eq!(newsroom.ask("GET", "/", &format!("Host: {host}\r\n")).status, status, "{host}");
    }
    assert_eq!(newsroom.ask("POST", "/", "Content-Length: 0\r\n").status, 405);
    let open = Options { listen: "0.0.0.0:0".parse().expect("an address"), ..Options::of("nowhere".into()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let refused = runtime.block_on(serve(open, |_| {}, std::future::pending()));
    assert!(matches!(refused, Err(Error::Open(_))));
}

#[test]
fn what_the_browser_has_is_not_sent_again_and_addresses_stand_below_a_proxys_path() {
    let newsroom = Newsroom::open("/news", &[CRANE]);
    assert_eq!(newsroom.get("/").status, 404);
    assert!(newsroom.get("/news").headers.contains("location: /news/\r\n"));
    let page = newsroom.get("/news/");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("href=\"/news/stories/crane\"") && !page.body.contains("href=\"/stories/"));
    let tag = page.headers.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag").to_owned();
    assert_eq!(newsroom.ask("GET", "/news/", &format!("If-None-Match: {tag}\r\n")).status, 304);
    let packed = newsroom.ask("GET", "/news/", "Accept-Encoding: gzip\r\n");
    assert!(packed.headers.contains("content-encoding: gzip"));
    let style = page.body.split("href=\"").filter_map(|rest| rest.split('"').next());
    let style = style.into_iter().find(|address| address.contains("newsroom.css")).expect("a style sheet");
    let style = newsroom.get(style);
    assert_eq!(style.status, 200);
    assert!(style.headers.contains("immutable"));
}

#[test]
fn an_article_shows_how_it_changed_word_by_word() {
    let later = CRANE.3.replace("Nobody was hurt", "Two people were hurt");
    let newsroom = Newsroom::open("", &[CRANE, ("crane", "2031-03-05", CRANE.2, &later)]);
    let page = newsroom.get("/articles/crane").body;
    assert!(page.contains("<del>Nobody was</del>") && page.contains("<ins>Two people were</ins>"), "{page}");
    assert!(page.contains("/articles/crane-2\""), "the newer state has an address");
    assert!(newsroom.get("/articles/crane-2").body.contains("Two people were hurt"));
}

#[test]
fn a_kept_copy_is_shown_where_nothing_of_it_runs() {
    let page = "<html><head><title>Crane falls</title></head><body><article><h1>Crane falls at quay four</h1><p>A crane \
                fell at quay four of Tarn harbour on Monday, the harbour office said.</p></article>\
                <script>alert(1)</script></body></html>";
    let newsroom = Newsroom::open("", &[CRANE]);
    let input = Input { bytes: page.as_bytes(), form: Form::Html, ..Input::default() };
    let observation = Observation { id: "kept".to_owned(), state: 1, path: None, reading: read(&input) };
    let sight = Sight { observation, page: Some(page.as_bytes()), told: None, headers: None, archive: None };
    let row = Row::of(&sight, true).expect("a row");
    let mut writer = Writer::open(newsroom.folder.path()).expect("a library");
    writer.add_rows(&[row]).expect("added");
    writer.fold().expect("folded");
    assert!(newsroom.get("/articles/kept").body.contains("href=\"/articles/kept/kept\""));
    assert!(!newsroom.get("/articles/crane").body.contains("/articles/crane/kept"));
    let kept = newsroom.get("/articles/kept/kept");
    assert_eq!((kept.status, kept.body.as_str()), (200, page));
    assert!(
        kept.headers.contains("content-security-policy: sandbox; default-src 'none'"),
        "{}",
        kept.headers
    );
    assert!(kept.headers.contains("x-content-type-options: nosniff"));
    assert_eq!(newsroom.get("/articles/crane/kept").status, 404);
}

#[test]
fn what_came_in_since_the_last_visit_is_marked() {
    let newsroom = Newsroom::open("", &[CRANE]);
    let first = newsroom.get("/");
    assert!(!first.body.contains("class=\"new\""), "who comes for the first time has seen nothing before");
    let cookie = first.headers.lines().find_map(|l| l.strip_prefix("set-cookie: seen=")).expect("a cookie");
    let cookie = cookie.split(';').next().expect("its value").to_owned();
    let more = newsroom::article("fire", newsroom::OUTLET, "2031-03-09", FIRE.0, FIRE.1);
    Writer::open(newsroom.folder.path()).expect("a library").add_readings(vec![more]).expect("added");
    let again = newsroom.ask("GET", "/", &format!("Cookie: seen={cookie}\r\n")).body;
    let marked: Vec<&str> = again.split("<li class=\"new\">").skip(1).collect();
    assert_eq!(marked.len(), 1, "{again}");
    assert!(marked[0].contains("/stories/fire"));
}

const FIRE: (&str, &str) = (
    "Fire closes the Ostley tunnel",
    "A lorry caught fire in the Ostley tunnel on Sunday, the county fire brigade said.\n\nThe tunnel will open again on \
     Tuesday, it said.",
);

#[test]
fn times_are_shown_in_the_readers_zone_and_pages_in_the_readers_theme() {
    let newsroom = Newsroom::open("", &[CRANE]);
    let page = newsroom.ask("GET", "/", "Cookie: zone=Asia/Tokyo; theme=dark\r\n").body;
    assert!(page.contains("4 March 2031, 21:00 JST") && page.contains("data-theme=\"dark\""), "{page}");
}
