//! A server with a few hosts that answers what it is told to, marks what it sends, and remembers who asked.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Response, header},
};
use std::{
    collections::HashMap,
    future::Future,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};
use tokio::runtime::Builder;

/// What is at an address.
#[derive(Clone, Debug)]
pub struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// One request, and how it was answered.
#[derive(Clone, Debug)]
pub struct Asked {
    pub host: String,
    pub path: String,
    pub status: u16,
}

/// The server.
pub struct Server {
    pub address: SocketAddr,
    pages: Arc<Mutex<HashMap<String, Page>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// Runs a test's own part.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("set");
        let pages: Arc<Mutex<HashMap<String, Page>>> = Arc::default();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (of, seen) = (Arc::clone(&pages), Arc::clone(&asked));
        thread::spawn(move || {
            run(async move {
                let router = Router::new().fallback(move |request: Request| {
                    let answer = answer(&request, &of, &seen);
                    async move { answer }
                });
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, router).await
            })
        });
        Self { address, pages, asked }
    }

    /// `host/path` as an address.
    pub fn url(&self, place: &str) -> String {
        let (host, path) = place.split_once('/').expect("a host and a path");
        format!("http://{host}.example:{}/{path}", self.address.port())
    }

    /// Puts a page at `host/path`.
    pub fn put(&self, place: &str, page: Page) {
        self.pages.lock().expect("a lock").insert(place.to_owned(), page);
    }

    pub fn remove(&self, place: &str) {
        self.pages.lock().expect("a lock").remove(place);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("a lock").clone()
    }
}

fn answer(
    request: &Request,
    pages: &Mutex<HashMap<String, Page>>,
    seen: &Mutex<Vec<Asked>>,
) -> Response<Body> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = header(header::HOST).split('.').next().unwrap_or_default().to_owned();
    let path = request.uri().path().to_owned();
    let page = pages.lock().expect("a lock").get(&format!("{host}{path}")).cloned();
    let page = page.unwrap_or_else(|| status(404, &[]));
    let tag = format!("\"{:x}\"", xxhash_rust::xxh3::xxh3_64(page.body.as_bytes()));
    let same = page.status == 200 && header(header::IF_NONE_MATCH) == tag;
    let status = if same { 304 } else { page.status };
    seen.lock().expect("a lock").push(Asked { host, path, status });
    let mut response = Response::builder().status(status).header(header::ETAG, tag);
    for (name, value) in &page.headers {
        response = response.header(name, value);
    }
    response.body(if same { Body::empty() } else { Body::from(page.body) }).expect("a response")
}

/// A text.
pub fn text(body: impl Into<String>) -> Page {
    Page { status: 200, headers: Vec::new(), body: body.into() }
}

/// An answer without a page.
pub fn status(status: u16, headers: &[(&str, &str)]) -> Page {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Page { status, headers, body: String::new() }
}

/// A redirect.
pub fn moved(status: u16, to: &str) -> Page {
    self::status(status, &[("location", to)])
}

/// An article's page.
pub fn article(title: &str, says: &str) -> Page {
    text(format!(
        "<!doctype html><html><head><title>{title} - Tarn Post</title>
         <meta property='og:site_name' content='Tarn Post'></head><body><nav><a href='/'>Home</a></nav>
         <article><h1>{title}</h1><time datetime='2031-03-04T05:00:00Z'>4 March 2031</time>
         <p>{says} The harbour office in Tarn said on Tuesday that nobody was hurt, and that the quay stays closed
         until Thursday while engineers look at the rails.</p>
         <p>\"We had warned about those rails for a year,\" said Petra Holm of the dockers' union, who spoke to
         reporters at the gate.</p></article><footer>Tarn Post</footer></body></html>"
    ))
}

/// An item of a feed: its page on the feed's own host, its GUID, its title.
pub fn item(path: &str, guid: &str, title: &str) -> String {
    format!(
        "<item><link>/{}</link><guid isPermaLink='false'>{guid}</guid><title>{title}</title>
         <pubDate>Tue, 04 Mar 2031 05:00:00 GMT</pubDate><description>{title}.</description></item>",
        path.replace('&', "&amp;")
    )
}

/// A feed.
pub fn feed(items: &[String]) -> Page {
    text(format!("<rss version='2.0'><channel><title>Tarn Post</title>{}</channel></rss>", items.concat()))
}
