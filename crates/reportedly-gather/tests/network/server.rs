//! Servers to be fetched from: polite ones (axum) and such as send whatever bytes a test wants.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, Response},
};
use reportedly_gather::fetch::{Fetched, Fetcher, Limits, Options, Reach};
use std::{
    future::Future,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use tokio::runtime::{Builder, Runtime};

/// Where the servers of the tests are, which is allowed in [`fetcher`], and where others are, which is not.
pub const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
pub const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// One request, as the server saw it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: HeaderMap,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A server, and what was asked of it.
pub struct Server {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("a lock").clone()
    }

    pub fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Runs a test's own part.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

/// A server that answers as it is told.
pub fn serve(on: Ipv4Addr, answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind((on, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("set");
    let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let answer = Arc::new(answer);
    thread::spawn(move || {
        runtime().block_on(async move {
            let router = Router::new().fallback(move |request: Request| {
                let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
                let asked = Asked { path, headers: request.headers().clone() };
                seen.lock().expect("a lock").push(asked.clone());
                let answer = answer(&asked);
                async move { answer }
            });
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, router).await
        })
    });
    Server { address, asked }
}

/// A server that reads a request's head and then does as it likes with the connection.
pub fn raw(with: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((HERE, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let with = Arc::new(with);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let with = Arc::clone(&with);
            thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                // What begins a TLS connection has no lines.
                while !head.ends_with(b"\r\n\r\n") && head.first() != Some(&0x16) {
                    let Ok(1) = stream.read(&mut byte) else { break };
                    head.push(byte[0]);
                }
                with(stream);
            });
        }
    });
    address
}

/// A server that sends the same bytes to everybody and hangs up.
pub fn sends(bytes: impl Into<Vec<u8>>) -> SocketAddr {
    let bytes = bytes.into();
    raw(move |mut stream| {
        let _ = stream.write_all(&bytes);
    })
}

pub fn page(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response<Body> {
    let response =
        headers.iter().fold(Response::builder().status(status), |r, (name, value)| r.header(*name, *value));
    response.body(body.into()).expect("a response")
}

/// A fetcher that may reach [`HERE`], with limits in which a test ends soon.
pub fn fetcher() -> Fetcher {
    with_limits(Limits::default())
}

pub fn with_limits(limits: Limits) -> Fetcher {
    let reach = Reach { allowed: vec![IpAddr::V4(HERE)], ..Reach::default() };
    Fetcher::new(Options { reach, limits, contact: Some("https://desk.example/".to_owned()) })
        .expect("a fetcher")
}

/// Limits of milliseconds.
pub fn short() -> Limits {
    let wait = Duration::from_millis(150);
    Limits { idle: wait, whole: wait * 4, body: 100_000, ..Limits::default() }
}

pub fn body(fetched: &Fetched) -> String {
    match &fetched.outcome {
        reportedly_gather::fetch::Outcome::Answer(answer) => {
            String::from_utf8_lossy(&answer.bytes).into_owned()
        }
        told => panic!("no answer from {}: {told}", fetched.url),
    }
}
