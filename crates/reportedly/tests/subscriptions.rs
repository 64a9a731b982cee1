//! Subscriptions of a real server on this machine: found, listed with how they fare, paused, resumed, removed.

mod common;

use axum::{Router, body::Body, http::Uri, response::Response};
use common::{ask, folder, run, text};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex},
};

/// What is answered by path, and how often each was asked for.
#[derive(Default)]
struct Site {
    answers: BTreeMap<&'static str, (u16, String)>,
    asked: BTreeMap<String, usize>,
}

/// A site on this machine. It goes with the test's process.
struct Server {
    root: String,
    site: Arc<Mutex<Site>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener that waits for nobody");
        let root = format!("http://{}", listener.local_addr().expect("an address"));
        let site = Arc::new(Mutex::new(Site::default()));
        let answering = Arc::clone(&site);
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let router = Router::new().fallback(move |uri: Uri| {
                    let site = Arc::clone(&answering);
                    async move {
                        let mut site = site.lock().expect("a lock");
                        *site.asked.entry(uri.path().to_owned()).or_default() += 1;
                        let (status, body) =
                            site.answers.get(uri.path()).cloned().unwrap_or((404, String::new()));
                        Response::builder().status(status).body(Body::from(body)).expect("an answer")
                    }
                });
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, router).await.expect("served");
            });
        });
        Self { root, site }
    }

    fn answer(&self, path: &'static str, status: u16, body: &str) {
        self.site.lock().expect("a lock").answers.insert(path, (status, body.to_owned()));
    }

    fn asked(&self, path: &str) -> usize {
        self.site.lock().expect("a lock").asked.get(path).copied().unwrap_or(0)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }
}

/// A feed with one item whose page is there, in two sections, so that there are two articles with one text.
fn wire() -> Server {
    let server = Server::start();
    let text = "<p>The quay at Velm reopened on Monday, the harbour master Ada Finch said. Ships came in at noon, and \
        the first of them carried salt for the canneries in Corrow.</p><p>Two cranes are still being repaired.</p>";
    let page =
        format!("<!DOCTYPE html><title>Quay reopens</title><article><h1>Quay reopens</h1>{text}</article>");
    for path in ["/2031/quay", "/ports/quay"] {
        server.answer(path, 200, &page);
    }
    let item = |path| format!("<item><title>Quay reopens</title><link>{}</link></item>", server.url(path));
    let feed = format!(
        "<rss version='2.0'><channel><title>Harbour Wire</title><link>{}</link>{}{}</channel></rss>",
        server.url("/"),
        item("/2031/quay"),
        item("/ports/quay")
    );
    server.answer("/feed.xml", 200, &feed);
    server
}

/// The one subscription.
fn health(library: &Path) -> Value {
    let told: Value = serde_json::from_str(&ask(library, &["subscriptions", "--json"])).expect("JSON");
    let all = told["subscriptions"].as_array().expect("a list");
    assert_eq!(all.len(), 1, "{told}");
    all[0].clone()
}

#[test]
fn the_feeds_of_a_site_are_found() {
    let server = wire();
    let folder = folder();
    let head = "<!DOCTYPE html><title>Harbour Wire</title><link rel=alternate type='application/rss+xml' \
        title='All news' href='/feed.xml'><link rel=alternate type='application/atom+xml' href='/sport.atom'><p>News";
    server.answer("/", 200, head);
    server.answer("/about", 200, "<!DOCTYPE html><title>About</title><p>About us");
    server.answer("/map.xml", 200, "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>");
    let find = |path: &str| {
        let url = server.url(path);
        let output = run(folder.path(), &["subscriptions", "find", &url, "--allow-private", "--json"], b"");
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")["feeds"].clone()
    };
    let offer = |path: &str, title: Option<&str>, kind: &str, found: &str| json!({"url": server.url(path), "title": title, "kind": kind, "found": found});
    let (rss, atom) =
        (offer("/feed.xml", Some("All news"), "RSS", "named"), offer("/sport.atom", None, "Atom", "named"));
    assert_eq!(find("/"), json!([rss, atom]));
    assert_eq!(find("/feed.xml"), json!([offer("/feed.xml", Some("Harbour Wire"), "RSS", "itself")]));
    assert_eq!(find("/map.xml"), json!([offer("/map.xml", None, "sitemap", "itself")]));
    let shown = ask(folder.path(), &["subscriptions", "find", &server.url("/"), "--allow-private"]);
    assert!(shown.starts_with(&format!("All news  {}  RSS, named\n", server.url("/feed.xml"))), "{shown}");
    // Nothing was subscribed to, and no library made.
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    // What is not there is said, and what must not be asked for is not.
    let missing =
        run(folder.path(), &["subscriptions", "find", &server.url("/nothing"), "--allow-private"], b"");
    let said = text(&missing.stderr);
    assert!(missing.status.code() == Some(1) && said.contains("404"), "{said}");
    let before = server.asked("/");
    let refused = run(folder.path(), &["subscriptions", "find", &server.url("/")], b"");
    assert!(!refused.status.success() && server.asked("/") == before, "{refused:?}");
}

#[test]
fn a_subscription_shows_how_it_fares() {
    let server = wire();
    let folder = folder();
    let library = folder.path();
    let url = server.url("/feed.xml");
    let added = run(library, &["add", &url, "--allow-private"], b"");
    assert!(added.status.success(), "{added:?}");
    let well = health(library);
    assert_eq!((&well["state"], &well["title"]), (&json!("well"), &json!("Harbour Wire")));
    assert_eq!([&well["items"], &well["articles"], &well["copies"]], [2, 2, 1], "{well}");
    assert!(
        well["last_success"].is_string() && well["next"].is_string() && well["error"].is_null(),
        "{well}"
    );
    assert!(well["every_seconds"].as_u64().is_some_and(|every| every >= 15 * 60), "{well}");
    let shown = ask(library, &["subscriptions"]);
    assert!(shown.contains("Harbour Wire") && shown.contains("just now") && shown.contains(&url), "{shown}");

    server.answer("/feed.xml", 503, "");
    assert!(run(library, &["update", &url, "--allow-private"], b"").status.success());
    let failing = health(library);
    assert_eq!((&failing["state"], &failing["error"]["kind"]), (&json!("failing"), &json!("down")));
    assert_eq!(failing["last_success"], well["last_success"], "what came before is remembered");
    assert!(failing["error"]["said"].as_str().is_some_and(|said| said.contains("503")), "{failing}");
    assert!(ask(library, &["subscriptions"]).contains("since just now: the server answered 503"));
}

#[test]
fn what_is_paused_is_left_alone_until_it_is_resumed() {
    let server = wire();
    let folder = folder();
    let library = folder.path();
    let url = server.url("/feed.xml");
    assert!(run(library, &["add", &url, "--allow-private"], b"").status.success());
    let asked = server.asked("/feed.xml");
    // By its title, as people write it.
    let paused = ask(library, &["subscriptions", "pause", "harbour wire"]);
    assert_eq!(paused, format!("paused  Harbour Wire  {url}\n"));
    assert_eq!(health(library)["state"], "paused");
    assert!(run(library, &["update", "--now", "--allow-private"], b"").status.success());
    assert_eq!(server.asked("/feed.xml"), asked, "it was left alone");
    ask(library, &["subscriptions", "resume", &url]);
    assert_eq!(health(library)["state"], "well");
    // It is due at once.
    assert!(run(library, &["update", "--allow-private"], b"").status.success());
    assert_eq!(server.asked("/feed.xml"), asked + 1);
    // One name that means nothing, and none is changed.
    let wrong = run(library, &["subscriptions", "remove", &url, "Tern Gazette"], b"");
    assert_eq!(wrong.status.code(), Some(2));
    health(library);
    ask(library, &["subscriptions", "remove", &url]);
    assert!(ask(library, &["subscriptions"]).starts_with("No subscriptions"));
    let stories: Value = serde_json::from_str(&ask(library, &["stories", "--json"])).expect("JSON");
    assert_eq!(
        stories["stories"][0]["articles"].as_array().map(Vec::len),
        Some(2),
        "its articles stay: {stories}"
    );
}
