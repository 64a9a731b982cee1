//! The newsroom as it is started and ended from the command line.

mod common;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    time::{Duration, Instant},
};

/// A newsroom that was started, and what it says. It ends with the value.
struct Started {
    child: Child,
    said: BufReader<ChildStderr>,
    address: String,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the example newsroom; its temporary library is made in `folder`.
fn demo(folder: &Path, log: &str) -> Started {
    start(
        Command::new(env!("CARGO_BIN_EXE_reportedly"))
            .args(["serve", "--demo", "--log", log])
            .env("TMPDIR", folder),
    )
}

/// Starts a newsroom on a free port.
fn start(command: &mut Command) -> Started {
    let mut child = command
        .args(["--listen", "127.0.0.1:0"])
        .env("XDG_CONFIG_HOME", "/nowhere")
        .env_remove("REPORTEDLY_LIBRARY")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    said.read_line(&mut line).expect("an address");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
    let address = address.unwrap_or_else(|| panic!("no address: {line}")).to_owned();
    Started { child, said, address }
}

impl Started {
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)
            .expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    }

    /// Waits for its end, and gives how it ended and what else it said.
    fn ended(&mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("waited for") {
                Some(status) => break status,
                None if began.elapsed() > Duration::from_secs(20) => panic!("it does not end"),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let mut said = String::new();
        self.said.read_to_string(&mut said).expect("said");
        (status.code(), said)
    }
}

#[cfg(unix)]
fn signal(started: &Started, signal: rustix::process::Signal) {
    let id = rustix::process::Pid::from_child(&started.child);
    rustix::process::kill_process(id, signal).expect("told");
}

#[cfg(unix)]
#[test]
fn the_example_needs_nothing_and_leaves_nothing() {
    use rustix::process::Signal;
    let folder = common::folder();
    let left = || std::fs::read_dir(folder.path()).expect("listed").count();
    let mut started = demo(folder.path(), "json");
    assert_eq!(left(), 1);
    let news = started.get("/");
    assert!(news.starts_with("HTTP/1.1 200") && news.contains("/stories/"), "{news}");
    let story =
        news.split("href=\"/stories/").nth(1).and_then(|rest| rest.split('"').next()).expect("a story");
    assert!(started.get(&format!("/stories/{story}")).starts_with("HTTP/1.1 200"));
    // As of a day on which it was told as two stories, each leads to the other.
    let crew =
        news.split("href=\"/stories/").find(|rest| rest.contains("Marigold crew freed")).expect("the story");
    let crew = crew.split('"').next().expect("an id");
    let then = started.get(&format!("/stories/{crew}?as_of=2031-03-18"));
    let part = then.split("told as a story of their own").nth(1).expect("a part");
    let part = part.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let part = started.get(part);
    assert!(
        part.starts_with("HTTP/1.1 200") && part.contains(&format!("/stories/{crew}?as_of=2031-03-18")),
        "{part}"
    );
    assert!(started.get("/search?q=secret-word").starts_with("HTTP/1.1 200"));
    signal(&started, Signal::TERM);
    let (status, said) = started.ended();
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(left(), 0);
    // A line a request, without what somebody read or searched for.
    let lines: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let routes: Vec<&str> = lines.iter().filter_map(|line| line["route"].as_str()).collect();
    assert_eq!(routes, ["/", "/stories/{id}", "/stories/{id}", "/stories/{id}", "/search"]);
    assert!(
        lines.iter().all(|line| line["level"] == "INFO" && line["status"].as_u64().is_none_or(|s| s == 200))
    );
    assert!(!said.contains(story) && !said.contains("secret-word"), "{said}");
}

#[test]
fn where_there_is_no_library_one_is_begun() {
    let folder = common::folder();
    let library = folder.path().join("new");
    let mut command = Command::new(env!("CARGO_BIN_EXE_reportedly"));
    let started = start(command.args(["serve", "--no-updates", "--log", "none", "--library"]).arg(&library));
    for room in ["/", "/subscriptions", "/readyz", "/hot"] {
        let answer = started.get(room);
        assert!(answer.starts_with("HTTP/1.1 200"), "{room}: {answer}");
    }
    assert!(library.join("library.db").exists());
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_it_at_once() {
    use rustix::process::Signal;
    let folder = common::folder();
    let mut started = demo(folder.path(), "none");
    // Somebody who sends half a body, which would be waited for.
    let mut stream = TcpStream::connect(&started.address).expect("connected");
    let head =
        format!("POST /settings HTTP/1.1\r\nHost: {}\r\nContent-Length: 9\r\n\r\nhalf", started.address);
    stream.write_all(head.as_bytes()).expect("sent");
    assert!(started.get("/healthz").contains("ok"));
    signal(&started, Signal::INT);
    std::thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    signal(&started, Signal::INT);
    assert_eq!(started.ended().0, Some(0));
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
}

#[test]
fn what_cannot_be_served_is_said_with_what_to_do() {
    let folder = common::folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    std::fs::write(folder.path().join("page.txt"), "Nothing happened at the weir, the weir office said.")
        .expect("written");
    let library = folder.path().join("library");
    common::ask(&library, &["add", "--quiet", folder.path().join("page.txt").to_str().expect("UTF-8")]);
    for (library, listen, says) in [
        (&library, "0.0.0.0:8080", "no accounts yet"),
        (&library, "[::]:8080", "listen on 127.0.0.1"),
        (&library, &port, "--listen"),
    ] {
        let output = common::run(library, &["serve", "--listen", listen], b"");
        assert_eq!(output.status.code(), Some(1), "{listen}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(says), "{says}: {said}");
    }
}
