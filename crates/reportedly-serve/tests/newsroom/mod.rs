//! A server over a library of a few articles, for tests: what it answers is what a browser gets.

// Each test file takes of it what it needs.
#![allow(dead_code, unreachable_pub, clippy::missing_panics_doc)]

use jiff::Timestamp;
use reportedly_library::Writer;
use reportedly_read::{Form, Input, read};
use reportedly_serve::{Limits, Options, Upkeep, serve};
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
pub struct Newsroom {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    /// Its library.
    pub folder: TempDir,
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
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: String,
}

impl Newsroom {
    /// With articles of one outlet: id, day, title, text.
    pub fn open(base: &str, articles: &[(&str, &str, &str, &str)]) -> Self {
        let observations =
            articles.iter().map(|(id, day, title, text)| article(id, OUTLET, day, title, text));
        Self::with(base, observations.collect())
    }

    /// With these articles.
    pub fn with(base: &str, observations: Vec<Observation>) -> Self {
        Self::within(base, observations, Limits::default())
    }

    /// With these articles, and with connections that may take so much.
    pub fn within(base: &str, observations: Vec<Observation>, limits: Limits) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::open(folder.path()).expect("a library");
        writer.add_readings(observations).expect("added");
        writer.index(|_| {}).expect("indexed");
        drop(writer);
        let options = Options {
            listen: "127.0.0.1:0".parse().expect("an address"),
            base: base.to_owned(),
            limits,
            upkeep: Upkeep { updates: false, ..Upkeep::default() },
            ..Options::of(folder.path().to_path_buf())
        };
        Self::serving(folder, options)
    }

    /// A library as these options say.
    pub fn serving(folder: TempDir, options: Options) -> Self {
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
        Self { address, stop: Some(stop), thread: Some(thread), folder }
    }

    pub fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let host =
            if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address) };
        self.exchange(&format!("{method} {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n"))
    }

    fn exchange(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        stream.write_all(request.as_bytes()).expect("asked");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        Answer { status, headers: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    /// Sends a form.
    pub fn send(&self, path: &str, headers: &str, body: &str) -> Answer {
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{headers}Connection: close\r\n\r\n{body}",
            self.address
        ))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }
}

/// Who publishes where nothing else is said.
pub const OUTLET: &str = "Tarn <b>Post</b>";

/// An article: seen at noon of the day that it was published on.
pub fn article(id: &str, outlet: &str, day: &str, title: &str, text: &str) -> Observation {
    let fetched: Timestamp = format!("{day}T12:00:00Z").parse().expect("an instant");
    let input = Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        title: Some(title),
        outlet: Some(outlet),
        published: Some(day),
        fetched: Some(fetched),
        ..Input::default()
    };
    Observation { id: id.to_owned(), state: 1, path: None, reading: read(&input) }
}

pub const CRANE: (&str, &str, &str, &str) = (
    "crane",
    "2031-03-04",
    "Crane falls at quay four",
    "A crane fell at quay four of Tarn harbour on Monday, the harbour office said.\n\nNobody was hurt, it said. The quay \
     will stay closed until Thursday.",
);
pub const AGAIN: (&str, &str, &str, &str) = (
    "crane-2nd",
    "2031-03-06",
    "Quay four at Tarn open again after crane fall",
    "Quay four of Tarn harbour is open again after a crane fell there on Monday, the harbour office said on \
     Thursday.\n\nThe crane at quay four had been warned about, said Petra Holm of the dockers' union.",
);
