//! The pages as a browser gets them.

mod newsroom;

use newsroom::{AGAIN, CRANE, Newsroom};
use reportedly_serve::{Error, Options, serve};

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
