//! What comes over a connection may be anything and come at any pace: nothing leaks, nothing falls over, and whoever
//! asks next is answered.

#[path = "newsroom/mod.rs"]
mod newsroom;

use newsroom::{AGAIN, CRANE, Newsroom, OUTLET, article};
use reportedly_serve::Limits;
use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    time::{Duration, Instant},
};

/// Times that a test can wait for.
const SOON: Duration = Duration::from_millis(300);
/// By then, all of them are over.
const LATE: Duration = Duration::from_secs(8);

fn hurried() -> Newsroom {
    let limits =
        Limits { connections: 32, waiting: SOON, answering: SOON, reading: SOON, ..Limits::default() };
    within(limits)
}

fn within(limits: Limits) -> Newsroom {
    let articles = [CRANE, AGAIN].map(|(id, day, title, text)| article(id, OUTLET, day, title, text));
    Newsroom::within("", articles.into(), limits)
}

fn connect(newsroom: &Newsroom) -> TcpStream {
    let stream = TcpStream::connect(newsroom.address).expect("connected");
    stream.set_read_timeout(Some(LATE)).expect("set");
    stream
}

/// What comes back on a connection until its end. That it is broken off is an end too.
fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    loop {
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&part[..read]),
            Err(e) => {
                let slow = [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&e.kind());
                assert!(!slow, "the connection is left open");
                break;
            }
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// What is answered to these bytes, sent as they are. The end is not said: it is the server that has to see it.
fn send(newsroom: &Newsroom, bytes: &[u8]) -> String {
    let mut stream = connect(newsroom);
    // The server may have heard enough before all is sent.
    let _ = stream.write_all(bytes);
    rest(&mut stream)
}

fn answers(newsroom: &Newsroom, after: &str) {
    assert_eq!(newsroom.get("/stories/crane").status, 200, "after {after}");
}

fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.1 ").skip(1).filter_map(|head| head.get(..3)).collect()
}

#[test]
fn slow_clients_are_not_waited_for() {
    let newsroom = hurried();
    let began = Instant::now();
    assert_eq!(send(&newsroom, b""), "");
    assert!(!send(&newsroom, b"GET / HTTP/1.1\r\nHost: loca").contains("200 OK"));
    answers(&newsroom, "half a head");
    // A line at a time, each of them in time.
    let mut stream = connect(&newsroom);
    let _ = stream.write_all(b"GET / HTTP/1.1\r\n");
    let mut lines = 0;
    while stream.write_all(b"X-Slow: yes\r\n").is_ok() {
        std::thread::sleep(SOON / 6);
        lines += 1;
        assert!(lines < 60, "a head may take as long as it likes");
    }
    answers(&newsroom, "a head line by line");
    // A body byte by byte.
    let mut stream = connect(&newsroom);
    let head = format!("POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: 5000\r\n\r\n", newsroom.address);
    stream.write_all(head.as_bytes()).expect("sent");
    let mut bytes = 0;
    while stream.write_all(b"x").is_ok() {
        std::thread::sleep(SOON / 6);
        bytes += 1;
        assert!(bytes < 60, "a body may take as long as it likes");
    }
    answers(&newsroom, "a body byte by byte");
    assert!(began.elapsed() < LATE * 2);
}

#[test]
fn a_reader_who_does_not_read_is_given_up() {
    let newsroom = hurried();
    let mut stream = connect(&newsroom);
    let request = format!("GET /assets/htmx.min.js HTTP/1.1\r\nHost: {}\r\n\r\n", newsroom.address);
    let began = Instant::now();
    let mut asked = 0;
    // What fills is the room between us; then the server waits, and then it does not.
    stream.set_write_timeout(Some(LATE)).expect("set");
    while stream.write_all(request.as_bytes()).is_ok() {
        asked += 1;
        assert!(began.elapsed() < LATE, "it waits for who does not read");
        assert!(asked < 1_000_000);
    }
    assert!(began.elapsed() < LATE, "it waits for who does not read");
    answers(&newsroom, "a reader who does not read");
}

#[test]
fn what_is_too_large_is_refused() {
    let newsroom = hurried();
    let host = newsroom.address;
    let long = "x".repeat(1 << 20);
    for (what, request) in [
        ("a header", format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-Long: {long}\r\n\r\n")),
        ("an id", format!("GET /stories/{long} HTTP/1.1\r\nHost: {host}\r\n\r\n")),
        ("a query", format!("GET /search?q={long} HTTP/1.1\r\nHost: {host}\r\n\r\n")),
        ("a cookie", format!("GET / HTTP/1.1\r\nHost: {host}\r\nCookie: zone={long}\r\n\r\n")),
        ("headers", format!("GET / HTTP/1.1\r\nHost: {host}\r\n{}\r\n", "A: b\r\n".repeat(5000))),
        ("a method", format!("{long} / HTTP/1.1\r\nHost: {host}\r\n\r\n")),
    ] {
        let answer = send(&newsroom, request.as_bytes());
        assert!(!answer.starts_with("HTTP/1.1 2"), "{what}: {answer}");
        answers(&newsroom, what);
    }
    // What fits into a head is looked for, and not found.
    let long = "%78".repeat(4000);
    assert_eq!(newsroom.get(&format!("/stories/{long}")).status, 404);
    assert_eq!(newsroom.get(&format!("/articles/{long}")).status, 404);
    assert!(newsroom.get(&format!("/search?q={long}")).status < 500);
    let nested = "(".repeat(12_000);
    assert!(newsroom.get(&format!("/search?q={nested}")).status < 500);
    let body = "x=".repeat(1 << 20);
    let length = body.len();
    for path in ["/", "/settings", "/subscriptions"] {
        let form = "Content-Type: application/x-www-form-urlencoded";
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{form}\r\nContent-Length: {length}\r\n\r\n");
        let answer = send(&newsroom, format!("{head}{body}").as_bytes());
        assert!(!answer.starts_with("HTTP/1.1 2"), "{path}: {answer}");
        answers(&newsroom, "a large body");
    }
    // Whoever reads it in a browser is told in a page.
    let just_more = "x".repeat(Limits::default().body + 1);
    for (request, status) in [
        (
            format!(
                "POST /settings HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n{just_more}",
                just_more.len()
            ),
            "413",
        ),
        (format!("GET /?from=none HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), "400"),
        (
            format!("POST /hot HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            "405",
        ),
    ] {
        let answer = send(&newsroom, request.as_bytes());
        assert_eq!(statuses(&answer), [status], "{request}: {answer}");
        assert!(answer.contains("Nothing here</h1>"), "{request}: {answer}");
    }
}

#[test]
fn no_path_leads_out() {
    let newsroom = hurried();
    for path in [
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/assets/%252e%252e%252fCargo.toml",
        "/assets/..\\..\\Cargo.toml",
        "/assets/newsroom.css%00.html",
        "/assets//etc/passwd",
        "/assets/%2Fetc%2Fpasswd",
        "/stories/..%2F..%2Flibrary.db",
        "/articles/..%2F..%2Flibrary.db",
        "/../../../../etc/passwd",
        "//etc/passwd",
        "/%00",
        "/stories/%00",
        "/articles/crane%00",
        "/stories/%ff%fe",
    ] {
        let answer = newsroom.get(path);
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        for secret in ["[package]", "root:", "SQLite"] {
            assert!(!answer.body.contains(secret), "{path}");
        }
    }
    answers(&newsroom, "paths that lead out");
}

#[test]
fn forged_hosts_are_not_answered() {
    let newsroom = hurried();
    let (host, port) = (newsroom.address, newsroom.address.port());
    for (what, head, status) in [
        ("a name bent to this machine", format!("GET / HTTP/1.1\r\nHost: evil.example:{port}\r\n"), "421"),
        (
            "a name that begins like ours",
            "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n".to_owned(),
            "421",
        ),
        ("a name and a password", "GET / HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\n".to_owned(), "421"),
        ("another port", "GET / HTTP/1.1\r\nHost: localhost:1\r\n".to_owned(), "421"),
        ("no host", "GET / HTTP/1.1\r\n".to_owned(), "421"),
        ("an empty host", "GET / HTTP/1.1\r\nHost:\r\n".to_owned(), "421"),
        ("two hosts", format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n"), "400"),
        ("a whole address", format!("GET http://evil.example/ HTTP/1.1\r\nHost: {host}\r\n"), "421"),
        ("our whole address", format!("GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n"), "200"),
        ("odd bytes", "GET / HTTP/1.1\r\nHost: local\u{df}host\r\n".to_owned(), "421"),
        ("an old one without a host", "GET / HTTP/1.0\r\n".to_owned(), "421"),
    ] {
        let answer = send(&newsroom, format!("{head}Connection: close\r\n\r\n").as_bytes());
        assert_eq!(answer.get(9..12), Some(status), "{what}: {answer}");
    }
    answers(&newsroom, "forged hosts");
}

#[test]
fn one_request_is_never_two() {
    let newsroom = hurried();
    let host = newsroom.address;
    let inner = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let chunk = format!("0\r\n\r\n{inner}");
    for (what, headers) in [
        ("both lengths", format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", chunk.len())),
        ("two lengths", format!("Content-Length: 5\r\nContent-Length: {}\r\n", chunk.len())),
        ("a length with a sign", format!("Content-Length: +{}\r\n", chunk.len())),
        ("an encoding in disguise", "Transfer-Encoding: xchunked\r\n".to_owned()),
        ("a space before the colon", format!("Content-Length : {}\r\n", chunk.len())),
        ("a folded header", format!("X: a\r\n Content-Length: {}\r\n", chunk.len())),
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n{chunk}");
        let answer = send(&newsroom, request.as_bytes());
        assert!(statuses(&answer).len() <= 1, "{what}: {answer}");
        answers(&newsroom, what);
    }
    // Several in a row are several, answered in their order.
    let request = format!("{inner}GET /nowhere HTTP/1.1\r\nHost: {host}\r\n\r\n{inner}");
    assert_eq!(statuses(&send(&newsroom, request.as_bytes())), ["200", "404", "200"]);
    for noise in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\0\0\0\0",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        assert!(!send(&newsroom, noise).contains(" 200 "));
    }
    answers(&newsroom, "noise");
}

#[test]
fn whoever_takes_every_connection_makes_room_for_the_next() {
    let newsroom = within(Limits { connections: 16, ..Limits::default() });
    let mut hoard = Vec::new();
    for i in 0..1500 {
        let mut stream = connect(&newsroom);
        if i % 2 == 0 {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nX-Slow: ");
        }
        hoard.push(stream);
        if i % 300 == 299 {
            let began = Instant::now();
            answers(&newsroom, "connections that only wait");
            assert!(began.elapsed() < LATE);
            hoard.clear();
        }
    }
}

#[test]
fn what_is_under_way_is_answered_at_the_end() {
    let newsroom = within(Limits { ending: LATE, ..Limits::default() });
    let host = newsroom.address;
    // Who only waits is sent away at once, who asks is answered.
    let mut idle = connect(&newsroom);
    let mut kept = connect(&newsroom);
    let ask = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n");
    kept.write_all(ask.as_bytes()).expect("asked");
    let mut first = [0; 15];
    kept.read_exact(&mut first).expect("answered");
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let began = Instant::now();
    drop(newsroom);
    assert!(began.elapsed() < LATE / 2, "it waits for who only waits");
    assert_eq!(rest(&mut idle), "");
    assert!(rest(&mut kept).ends_with("ok\n"));
    assert!(TcpStream::connect(host).is_err());
    let _ = idle.shutdown(Shutdown::Both);
}
