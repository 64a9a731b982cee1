//! The invented world on the network: one server for all its hosts, which notes who asked for what and when.

use crate::{
    Failure,
    world::{Ailment, Article, DAY, Format, HOUR, MINUTE, Marks, Numbers, State, World, http_date, stamp},
};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, Response, header},
};
use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use std::{
    fmt::Write as _,
    io::Write as _,
    net::{IpAddr, Ipv4Addr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use xxhash_rust::xxh3::xxh3_64;

/// Where the server is, and where nobody is.
pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Rules,
    Feed(usize),
    Page(usize),
    Other,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub at: i64,
    pub run: usize,
    pub outlet: usize,
    pub what: What,
    pub status: u16,
    pub bytes: usize,
    /// The server wants to be left alone until then.
    pub alone: Option<i64>,
    /// A page that robots.txt forbids.
    pub forbidden: bool,
    /// Somebody was redirected to it.
    pub led: bool,
}

/// What the server has seen.
#[derive(Default)]
pub struct Seen {
    pub asked: Vec<Asked>,
    /// States of articles that whole feeds showed: first when, in which run and by which feed.
    pub by_feeds: FxHashMap<(usize, State), (i64, usize, usize)>,
    /// States that pages showed.
    pub by_pages: FxHashMap<(usize, State), (i64, usize)>,
    pub run: usize,
    /// Requests that are under way, by outlet, and the most at a time.
    running: FxHashMap<usize, usize>,
    pub most_of_one: usize,
    pub most: usize,
    /// Where a redirect of this outlet leads.
    led: FxHashMap<usize, String>,
}

pub struct Server {
    pub world: Arc<World>,
    pub port: u16,
    pub seen: Arc<Mutex<Seen>>,
}

pub fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// Starts it; it ends with the program.
    pub fn start(world: Arc<World>, clock: Arc<Mutex<Timestamp>>) -> Result<Self, Failure> {
        let listener = TcpListener::bind((HERE, 0))?;
        let port = listener.local_addr()?.port();
        listener.set_nonblocking(true)?;
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let answerer = Arc::new(Answerer { world: Arc::clone(&world), clock, port, seen: Arc::clone(&seen) });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || {
            runtime.block_on(async move {
                let router = Router::new().fallback(move |request: Request| {
                    let answerer = Arc::clone(&answerer);
                    let (parts, _) = request.into_parts();
                    async move { answerer.answer(parts.headers, parts.uri.path()).await }
                });
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, router).await
            })
        });
        Ok(Self { world, port, seen })
    }

    pub fn url(&self, outlet: usize, path: &str) -> String {
        url(&self.world, self.port, outlet, path)
    }
}

fn url(world: &World, port: u16, outlet: usize, path: &str) -> String {
    format!("http://{}.example:{port}{path}", world.outlets[outlet].host)
}

/// The outlet of a name.
pub fn outlet_of(world: &World, host: &str) -> Option<usize> {
    let host = host.split('.').next()?;
    let digits = host.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse().ok().filter(|outlet| *outlet < world.outlets.len())
}

struct Answerer {
    world: Arc<World>,
    clock: Arc<Mutex<Timestamp>>,
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

/// What is sent.
#[derive(Default)]
struct Page {
    status: u16,
    body: String,
    headers: Vec<(&'static str, String)>,
    /// When it last changed, where the server marks by that.
    changed: i64,
    kind: &'static str,
    shows: Vec<(usize, State)>,
    whole: bool,
}

fn status(status: u16) -> Page {
    Page { status, ..Page::default() }
}

/// Counts a request as under way until it is dropped.
struct Running<'s>(&'s Mutex<Seen>, usize);

impl<'s> Running<'s> {
    fn new(seen: &'s Mutex<Seen>, outlet: usize) -> Self {
        let mut now = lock(seen);
        let of_one = now.running.entry(outlet).or_default();
        *of_one += 1;
        let of_one = *of_one;
        now.most_of_one = now.most_of_one.max(of_one);
        now.most = now.most.max(now.running.values().sum());
        Self(seen, outlet)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(running) = lock(self.0).running.get_mut(&self.1) {
            *running -= 1;
        }
    }
}

impl Answerer {
    async fn answer(&self, headers: HeaderMap, path: &str) -> Response<Body> {
        let host = text(&headers, &header::HOST);
        let at = lock(&self.clock).as_second();
        let Some(outlet) = outlet_of(&self.world, &host) else { return Response::default() };
        let what = self.what(outlet, path);
        let ails = self.world.outlets[outlet].ails(at);
        let note = |page: &Page, sent: u16, bytes: usize| {
            let alone = page.headers.iter().find(|(name, _)| *name == "retry-after");
            let alone = alone.and_then(|(_, wait)| Some(at + wait.parse::<i64>().ok()?));
            let has_rules = self.world.outlets[outlet].has_rules;
            let mut seen = lock(&self.seen);
            let led = seen.led.remove(&outlet).is_some_and(|to| to == path);
            if let Some((_, to)) = page.headers.iter().find(|(name, _)| *name == "location") {
                seen.led.insert(outlet, to.clone());
            }
            let run = seen.run;
            let forbidden = has_rules && path.starts_with("/closed/");
            seen.asked.push(Asked { at, run, outlet, what, status: sent, bytes, alone, forbidden, led });
            if sent == 200 && page.whole {
                for (article, state) in &page.shows {
                    match what {
                        What::Feed(feed) => {
                            seen.by_feeds.entry((*article, *state)).or_insert((at, run, feed));
                        }
                        _ => {
                            seen.by_pages.entry((*article, *state)).or_insert((at, run));
                        }
                    }
                }
            }
        };
        if ails == Some(Ailment::Hangs) {
            note(&Page::default(), 0, 0);
            tokio::time::sleep(Duration::from_mins(10)).await;
            return Response::default();
        }
        let running = Running::new(&self.seen, outlet);
        tokio::task::yield_now().await;
        let page = match ails {
            Some(Ailment::Down(None) | Ailment::Refused) => status(503),
            Some(Ailment::Down(Some(wait))) => alone(503, wait),
            Some(Ailment::Busy(wait)) => alone(429, wait),
            _ => self.page(outlet, what, path, at),
        };
        let response = self.send(&headers, outlet, &page, &note);
        drop(running);
        response
    }

    /// Marks, packs and sends, or says that nothing has changed.
    fn send(
        &self,
        asked: &HeaderMap,
        outlet: usize,
        page: &Page,
        note: &impl Fn(&Page, u16, usize),
    ) -> Response<Body> {
        let outlet = &self.world.outlets[outlet];
        let mut response = Response::builder();
        let mut same = false;
        if page.status == 200 {
            let (name, if_name, mark) = match outlet.marks {
                Marks::Tag => {
                    (header::ETAG, header::IF_NONE_MATCH, format!("\"{:x}\"", xxh3_64(page.body.as_bytes())))
                }
                Marks::Modified => {
                    (header::LAST_MODIFIED, header::IF_MODIFIED_SINCE, http_date(page.changed))
                }
                Marks::Nothing => (header::SERVER, header::FROM, "none".to_owned()),
            };
            same = text(asked, &if_name) == mark;
            response = response.header(name, mark);
        }
        for (name, value) in &page.headers {
            response = response.header(*name, value);
        }
        if same {
            note(page, 304, 0);
            return response.status(304).body(Body::empty()).unwrap_or_default();
        }
        let mut body = page.body.clone().into_bytes();
        if outlet.packs && !body.is_empty() && text(asked, &header::ACCEPT_ENCODING).contains("gzip") {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            if let Ok(packed) = packed.write_all(&body).and_then(|()| packed.finish()) {
                body = packed;
                response = response.header(header::CONTENT_ENCODING, "gzip");
            }
        }
        note(page, page.status, body.len());
        if !page.kind.is_empty() {
            response = response.header(header::CONTENT_TYPE, page.kind);
        }
        response.status(page.status).body(Body::from(body)).unwrap_or_default()
    }

    fn what(&self, outlet: usize, path: &str) -> What {
        if path == "/robots.txt" {
            return What::Rules;
        }
        if path.starts_with("/feed-") {
            let is = |feed: &crate::world::Feed| {
                feed.outlet == outlet
                    && (feed.path == path || path.strip_suffix("-moved") == Some(&*feed.path))
            };
            return self.world.feeds.iter().position(is).map_or(What::Other, What::Feed);
        }
        let number: Option<usize> = path.rsplit('-').next().and_then(|number| number.parse().ok());
        match number.filter(|number| self.world.articles.get(*number).is_some_and(|a| a.outlet == outlet)) {
            Some(number) => What::Page(number),
            None => What::Other,
        }
    }

    fn page(&self, outlet: usize, what: What, path: &str, at: i64) -> Page {
        let world = &*self.world;
        let of = &world.outlets[outlet];
        match what {
            What::Rules if of.no_rules.is_some_and(|(from, to)| (from..to).contains(&at)) => status(500),
            What::Rules if of.has_rules || of.delay.is_some() => {
                let closed = if of.has_rules { "Disallow: /closed/\n" } else { "" };
                let delay = of.delay.map(|delay| format!("Crawl-delay: {delay}\n")).unwrap_or_default();
                Page {
                    status: 200,
                    body: format!("User-agent: *\n{closed}{delay}"),
                    kind: "text/plain",
                    ..Page::default()
                }
            }
            What::Rules | What::Other => status(404),
            What::Feed(feed) => self.feed(feed, path, at),
            What::Page(_) if of.walled => status(403),
            What::Page(number) => {
                let article = &world.articles[number];
                if article.pageless || article.appears > at {
                    return status(404);
                }
                if article.is_deleted(at) {
                    return status(if number % 2 == 0 { 404 } else { 410 });
                }
                let now = article.path(at);
                if now != path {
                    return match article.slug {
                        Some((_, true)) => redirect(301, now),
                        _ => status(404),
                    };
                }
                let edits = article.edits.iter().map(|(when, _)| *when).filter(|when| *when <= at);
                let changed = edits.max().unwrap_or(article.appears);
                let body = world.page(article, at);
                let shows = vec![(number, article.state(at))];
                Page {
                    status: 200,
                    body,
                    changed,
                    kind: "text/html; charset=utf-8",
                    shows,
                    whole: true,
                    ..Page::default()
                }
            }
        }
    }

    fn feed(&self, number: usize, path: &str, at: i64) -> Page {
        let world = &*self.world;
        let feed = &world.feeds[number];
        let moved = path.ends_with("-moved");
        if let Some((when, status)) = feed.moved
            && !moved
            && at >= when
        {
            return redirect(status, format!("{path}-moved"));
        }
        if (moved && feed.moved.is_none_or(|(when, _)| at < when)) || feed.gone.is_some_and(|when| at >= when)
        {
            return status(if moved { 404 } else { 410 });
        }
        if feed.refuses.is_some_and(|(from, to)| (from..to).contains(&at)) {
            return status(403);
        }
        // A news sitemap has what is news.
        let since = if feed.format == Format::Sitemap { at - 3 * DAY } else { i64::MIN };
        let shown: Vec<&Article> = world.shown(feed, at).filter(|a| a.appears > since).collect();
        // A sitemap has no texts: of one that changed where no page is to be had, nobody can know.
        let textless =
            |a: &Article| feed.format == Format::Sitemap && (a.closed || world.outlets[feed.outlet].walled);
        let state = |a: &Article| match a.state(at) {
            state if textless(a) => State { texts: 0, ..state },
            state => state,
        };
        let shows = shown.iter().map(|article| (article.number, state(article))).collect();
        let (body, kind) = match feed.format {
            Format::Rss => (self.rss(number, &shown, at), "application/rss+xml"),
            Format::Atom => (self.atom(number, &shown, at), "application/atom+xml"),
            Format::Json => (self.json(number, &shown, at), "application/feed+json"),
            Format::Sitemap => (self.sitemap(number, &shown, at), "application/xml"),
        };
        let mut changed = World::changed(feed, at);
        let hour = at.div_euclid(HOUR) as u64;
        let breaks = feed.breaks && Numbers::new(world.seed ^ number as u64, hour).one_in(30);
        let body = if breaks {
            // Marked as another answer, as a server does that was cut off.
            changed -= MINUTE;
            body.chars().take(body.len() / 2).collect()
        } else {
            body
        };
        let headers = feed.max_age.map(|age| ("cache-control", format!("public, max-age={age}")));
        let headers = headers.into_iter().collect();
        Page { status: 200, body, headers, changed, kind, shows, whole: !breaks }
    }

    fn link(&self, article: &Article, feed: usize, at: i64) -> String {
        let url = url(&self.world, self.port, article.outlet, &article.path(at));
        if article.tracked { format!("{url}?utm_source=feed{feed}&utm_medium=rss") } else { url }
    }

    fn guid(&self, article: &Article, at: i64) -> String {
        let outlet = &self.world.outlets[article.outlet];
        let again = if article.guid.is_some_and(|when| when <= at) { "-again" } else { "" };
        if outlet.bare {
            format!("{}{again}", article.number)
        } else {
            format!("tag:{}.example,2031:{}{again}", outlet.host, article.number)
        }
    }

    /// What a feed has of the text: all, or its first paragraph.
    fn text(&self, article: &Article, whole: bool, at: i64) -> String {
        let all = article.paragraphs(self.world.seed, article.state(at));
        if whole || article.pageless { format!("<p>{}</p>", all.join("</p><p>")) } else { all[0].clone() }
    }

    fn dated(article: &Article, at: i64) -> i64 {
        if article.ahead { at.div_euclid(HOUR) * HOUR + 72 * HOUR } else { article.appears }
    }

    fn rss(&self, number: usize, shown: &[&Article], at: i64) -> String {
        let feed = &self.world.feeds[number];
        let mut out = format!(
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{} {number}</title>",
            self.world.outlets[feed.outlet].name
        );
        if let Some(ttl) = feed.ttl {
            let _ = write!(out, "<ttl>{ttl}</ttl>");
        }
        if let Some((from, to)) = feed.skipped {
            out.push_str("<skipHours>");
            for hour in from..to {
                let _ = write!(out, "<hour>{hour}</hour>");
            }
            out.push_str("</skipHours>");
        }
        for a in shown {
            let title = a.title(self.world.seed, a.state(at));
            let guid = self.guid(a, at);
            let text = self.text(a, feed.whole, at).replace('<', "&lt;").replace('"', "&quot;");
            let _ = write!(out, "<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid>");
            if !a.pageless {
                let _ = write!(out, "<link>{}</link>", self.link(a, number, at).replace('&', "&amp;"));
            }
            if a.agency.is_some() {
                out.push_str("<source url='http://northline.example/feed'>Northline Wire</source>");
            }
            let dated = http_date(Self::dated(a, at));
            let _ = write!(out, "<pubDate>{dated}</pubDate><description>{text}</description></item>");
        }
        out + "</channel></rss>"
    }

    fn atom(&self, number: usize, shown: &[&Article], at: i64) -> String {
        let feed = &self.world.feeds[number];
        let name = &self.world.outlets[feed.outlet].name;
        let mut out = format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>{name} {number}</title>");
        for a in shown {
            let title = a.title(self.world.seed, a.state(at));
            let text = self.text(a, feed.whole, at).replace('<', "&lt;");
            let element = if feed.whole || a.pageless { "content" } else { "summary" };
            let (guid, dated) = (self.guid(a, at), stamp(Self::dated(a, at)));
            let _ = write!(out, "<entry><id>{guid}</id><title>{title}</title><published>{dated}</published>");
            if !a.pageless {
                let _ = write!(out, "<link href='{}'/>", self.link(a, number, at).replace('&', "&amp;"));
            }
            let _ = write!(out, "<{element} type='html'>{text}</{element}></entry>");
        }
        out + "</feed>"
    }

    fn json(&self, number: usize, shown: &[&Article], at: i64) -> String {
        let feed = &self.world.feeds[number];
        let items = shown.iter().map(|a| {
            let mut item = serde_json::json!({
                "id": self.guid(a, at),
                "title": a.title(self.world.seed, a.state(at)),
                "date_published": stamp(Self::dated(a, at)),
            });
            if !a.pageless {
                item["url"] = self.link(a, number, at).into();
            }
            let name = if feed.whole || a.pageless { "content_html" } else { "summary" };
            item[name] = self.text(a, feed.whole, at).into();
            item
        });
        let title = format!("{} {number}", self.world.outlets[feed.outlet].name);
        let version = "https://jsonfeed.org/version/1.1";
        serde_json::json!({"version": version, "title": title, "items": items.collect::<Vec<_>>()})
            .to_string()
    }

    fn sitemap(&self, number: usize, shown: &[&Article], at: i64) -> String {
        let mut out = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
                       xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>"
            .to_owned();
        for a in shown {
            let link = self.link(a, number, at).replace('&', "&amp;");
            let edits = a.edits.iter().map(|(when, _)| *when).filter(|when| *when <= at);
            let (published, changed) = (stamp(a.appears), stamp(edits.max().unwrap_or(a.appears)));
            let (title, name) = (a.title(self.world.seed, a.state(at)), &self.world.outlets[a.outlet].name);
            let _ = write!(
                out,
                "<url><loc>{link}</loc><lastmod>{changed}</lastmod><n:news><n:publication><n:name>{name}</n:name>\
                 <n:language>en</n:language></n:publication><n:publication_date>{published}</n:publication_date>\
                 <n:title>{title}</n:title></n:news></url>"
            );
        }
        out + "</urlset>"
    }
}

fn alone(code: u16, wait: i64) -> Page {
    Page { headers: vec![("retry-after", wait.to_string())], ..status(code) }
}

fn redirect(code: u16, to: String) -> Page {
    Page { headers: vec![("location", to)], ..status(code) }
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
