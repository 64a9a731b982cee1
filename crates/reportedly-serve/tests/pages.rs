//! The pages as a browser gets them.

use jiff::Timestamp;
use reportedly_library::Writer;
use reportedly_read::{Form, Input, read};
use reportedly_serve::{Error, Options, serve};
use reportedly_story::Observation;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    thread,
};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// A server over a library with a few articles; it ends with the value.
struct Newsroom {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    _folder: TempDir,
}

impl Drop for Newsroom {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An answer: its status, its headers in small letters, its body.
struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Newsroom {
    fn open(base: &str, articles: &[(&str, &str, &str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let observations = articles.iter().map(|(id, day, title, text)| {
            let fetched: Timestamp = format!("{day}T12:00:00Z").parse().expect("an instant");
            let input = Input {
                bytes: text.as_bytes(),
                form: Form::Text,
                title: Some(title),
                outlet: Some("Tarn <b>Post</b>"),
                published: Some(day),
                fetched: Some(fetched),
                ..Input::default()
            };
            Observation { id: (*id).to_owned(), state: 1, path: None, reading: read(&input) }
        });
        let mut writer = Writer::open(folder.path()).expect("a library");
        writer.add_readings(observations.collect()).expect("added");
        writer.index(|_| {}).expect("indexed");
        drop(writer);
        let options = Options {
            folder: folder.path().to_path_buf(),
            listen: "127.0.0.1:0".parse().expect("an address"),
            base: base.to_owned(),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let started = move |address| tell.send(address).expect("told");
            let stopped = async {
                let _ = stopped.await;
            };
            runtime.expect("a runtime").block_on(serve(options, started, stopped)).expect("served");
        });
        let address = told.recv().expect("an address");
        Self { address, stop: Some(stop), thread: Some(thread), _folder: folder }
    }

    fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        let host =
            if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address) };
        write!(stream, "{method} {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n")
            .expect("asked");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        Answer { status, headers: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }
}

const CRANE: (&str, &str, &str, &str) = (
    "crane",
    "2031-03-04",
    "Crane falls at quay four",
    "A crane fell at quay four of Tarn harbour on Monday, the harbour office said.\n\nNobody was hurt, it said. The quay \
     will stay closed until Thursday.",
);
const AGAIN: (&str, &str, &str, &str) = (
    "crane-2nd",
    "2031-03-06",
    "Quay four at Tarn open again after crane fall",
    "Quay four of Tarn harbour is open again after a crane fell there on Monday, the harbour office said on \
     Thursday.\n\nThe crane at quay four had been warned about, said Petra Holm of the dockers' union.",
);

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
    let open = Options {
        folder: "nowhere".into(),
        listen: "0.0.0.0:0".parse().expect("an address"),
        base: String::new(),
    };
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
