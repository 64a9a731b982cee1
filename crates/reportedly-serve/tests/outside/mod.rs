//! What a newsroom has around it, on this machine: a server with feeds and pages, a mail server.

// Each test file takes of it what it needs.
#![allow(dead_code, unreachable_pub, clippy::missing_panics_doc)]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};

type Pages = Arc<Mutex<HashMap<String, String>>>;

/// A server that has pages at `host/path`, whatever the host.
pub struct Web {
    pub address: SocketAddr,
    pages: Pages,
}

impl Web {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let pages: Pages = Arc::default();
        let all = Arc::clone(&pages);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let all = Arc::clone(&all);
                thread::spawn(move || {
                    let mut out = stream.try_clone().expect("a stream");
                    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
                    let Some(first) = lines.next() else { return };
                    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                    let host = headers
                        .iter()
                        .find_map(|h| h.to_lowercase().strip_prefix("host: ").map(str::to_owned));
                    let host = host.unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
                    let path = first.split(' ').nth(1).unwrap_or_default();
                    let page = all.lock().expect("unbroken").get(&format!("{host}{path}")).cloned();
                    let (status, body) =
                        page.map_or(("404 Not Found", String::new()), |page| ("200 OK", page));
                    let _ = write!(
                        out,
                        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                        body.len()
                    );
                });
            }
        });
        Self { address, pages }
    }

    /// `host/path` as an address.
    pub fn url(&self, place: &str) -> String {
        let (host, path) = place.split_once('/').expect("a host and a path");
        format!("http://{host}.example:{}/{path}", self.address.port())
    }

    /// Puts a page at `host/path`.
    pub fn put(&self, place: &str, page: impl Into<String>) {
        self.pages.lock().expect("unbroken").insert(place.to_owned(), page.into());
    }
}

/// An article's page, with these paragraphs.
pub fn article(title: &str, paragraphs: &[&str]) -> String {
    let text = format!("<p>{}</p>", paragraphs.join("</p><p>"));
    format!(
        "<!doctype html><html><head><title>{title} - Tarn Post</title>
         <meta property='og:site_name' content='Tarn Post'></head><body><nav><a href='/'>Home</a></nav>
         <article><h1>{title}</h1><time datetime='2031-03-04T05:00:00Z'>4 March 2031</time>{text}</article>
         <footer>Tarn Post</footer></body></html>"
    )
}

/// A crane falls.
pub fn crane() -> String {
    let paragraphs = [
        "A crane fell at quay four on Monday evening. The harbour office in Tarn said on Tuesday that nobody was hurt, \
         and that the quay stays closed until Thursday while engineers look at the rails.",
        "\"We had warned about those rails for a year,\" said Petra Holm of the dockers' union, who spoke to reporters \
         at the gate.",
    ];
    article("Crane falls at quay four", &paragraphs)
}

/// A mill is to close.
pub fn mill() -> String {
    let paragraphs = [
        "The paper mill at Velm will close on 1 April 2031, its owner Ilse Marran told workers on Tuesday.",
        "Forty people make paper there, and the town has no other large employer. The mayor, Otto Varr, said that he \
         would look for a buyer.",
    ];
    article("Mill at Velm is to close", &paragraphs)
}

/// A feed with items: path and title of each.
pub fn feed(title: &str, items: &[(&str, &str)]) -> String {
    let item = |(path, title): &(&str, &str)| {
        format!(
            "<item><link>/{path}</link><title>{title}</title><pubDate>Tue, 04 Mar 2031 05:00:00 GMT</pubDate>
             <description>{title}.</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!("<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>")
}

/// A mail server that takes what comes, and what it was told, line by line.
pub struct Post {
    pub port: u16,
    said: Arc<Mutex<Vec<String>>>,
}

impl Post {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let all = Arc::clone(&said);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
                let _ = stream.write_all(b"220 post.example\r\n");
                let mut in_letter = false;
                for line in lines.map_while(Result::ok) {
                    all.lock().expect("unbroken").push(line.clone());
                    if in_letter && line != "." {
                        continue;
                    }
                    in_letter = line == "DATA";
                    let answer: &[u8] = if in_letter { b"354 go on\r\n" } else { b"250 fine\r\n" };
                    if stream.write_all(answer).is_err() {
                        break;
                    }
                }
            }
        });
        Self { port, said }
    }

    /// All that it was told.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().expect("unbroken").clone()
    }

    /// How many letters it has.
    pub fn letters(&self) -> usize {
        self.said().iter().filter(|line| *line == ".").count()
    }
}
