//! The subscriptions: how each fares, adding, pausing and ending them, lists in and out.

use super::{
    change::{Said, form, go, posted, unchanged},
    failed, frame, nothing,
};
use crate::{Desk, answer::Frame, forms::Session, words::Words};
use askama::Template;
use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
};
use jiff::Timestamp;
use reportedly_follow::{
    Found, Health, State as How, ago, as_list, keep, look, pause, resume, rough, subscription,
};
use reportedly_gather::{discover::FoundFeed, fetch::without_password, opml};
use reportedly_library::{Error, Library, Subscribed, Subscription};
use serde::Deserialize;
use std::time::Duration;
use tokio::{runtime::Handle, task::spawn_blocking, time::timeout};
use xxhash_rust::xxh3::xxh3_64;

/// Where the room is.
const ROOM: &str = "/subscriptions";
/// How long it may take to look what is at an address.
const LOOKING: Duration = Duration::from_secs(25);
/// Characters of the longest address that is looked at.
const LONGEST: usize = 2_000;
/// Feeds of one site that may be chosen at once.
const CHOSEN: usize = 100;
/// Subscriptions of a page.
const SHOWN: usize = 100;
/// Problems of a list that are shown.
const PROBLEMS: usize = 20;

#[derive(Template)]
#[template(path = "subscriptions.html")]
struct Page {
    frame: Frame,
    token: String,
    said: Option<String>,
    /// Those of this page.
    shown: Vec<View>,
    /// How many there are, and how many of them are found.
    all: usize,
    found: usize,
    /// What they are found by, and the addresses of the pages around this one.
    find: String,
    before: Option<String>,
    after: Option<String>,
    /// An address that led nowhere, and why.
    tried: Option<(String, String)>,
    /// What of a list could not be taken, with its line.
    problems: Vec<(usize, String)>,
    updates: bool,
}

/// A subscription as it is shown.
struct View {
    id: String,
    title: String,
    url: String,
    site: Option<String>,
    folders: String,
    state: How,
    answered: Option<(String, String)>,
    every: Option<String>,
    next: Option<String>,
    articles: usize,
    copies: usize,
    new: Option<String>,
    wrong: Option<Trouble>,
}

/// What is wrong with one.
struct Trouble {
    since: String,
    times: usize,
    said: String,
}

impl View {
    fn paused(&self) -> bool {
        matches!(self.state, How::Paused | How::Gone)
    }

    fn of(frame: &Frame, health: &Health, now: Timestamp) -> Self {
        let s = &health.subscription;
        let asked = health.is_asked();
        let next = match s.due_at {
            Some(due) if due > now => format!("in {}", rough(due.duration_since(now))),
            _ => "now".to_owned(),
        };
        let folders: Vec<String> = s.folders.iter().map(|path| path.join(" / ")).collect();
        let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        Self {
            id: id(&s.url),
            title: s.title.clone().unwrap_or_else(|| without_password(&s.url)),
            url: without_password(&s.url),
            site: s.site.clone().filter(web).map(|site| without_password(&site)),
            folders: folders.join(", "),
            state: health.state,
            answered: health.asked.answered.map(|at| (ago(at, now), frame.reader.instant(&at))),
            every: asked.then(|| rough(health.every)),
            next: asked.then_some(next),
            articles: health.brought.articles,
            copies: health.brought.copies,
            new: health.new_a_day.map(|new| format!("{new:.1}")),
            wrong: health.asked.wrong.as_ref().map(|wrong| Trouble {
                since: ago(wrong.begun(), now),
                times: wrong.nth as usize,
                said: wrong.said.clone(),
            }),
        }
    }
}

/// By what a form names a subscription: addresses may hold passwords.
fn id(url: &str) -> String {
    format!("{:016x}", xxh3_64(url.as_bytes()))
}

fn named(library: &Library, name: &str) -> Result<Option<Subscription>, Error> {
    Ok(library.subscriptions()?.into_iter().find(|s| id(&s.url) == name))
}

/// What the room shows beside the list.
#[derive(Default)]
struct More {
    said: Option<String>,
    tried: Option<(String, String)>,
    problems: Vec<(usize, String)>,
    find: String,
    from: usize,
}

/// What may be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Part of a title, an address or a folder.
    find: String,
    from: usize,
}

impl Asked {
    /// Its address in the room, from another subscription on.
    fn address(find: &str, from: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !find.is_empty() {
            query.append_pair("find", find);
        }
        if from > 0 {
            query.append_pair("from", &from.to_string());
        }
        query.finish()
    }
}

async fn room(desk: &Desk, headers: &HeaderMap, status: StatusCode, more: More) -> Response<Body> {
    let now = desk.upkeep.clock.now();
    let all = match desk.shelf.read(move |_, library| Health::of_all(library, now)).await {
        Ok(all) => all,
        Err(e) => return failed(desk, headers, &e),
    };
    let frame = frame(desk, headers, "subscriptions", Words::of("en").say("subscriptions.title").to_owned());
    let More { said, tried, problems, find, from } = more;
    let wanted = find.trim().to_lowercase();
    let is_found = |health: &&Health| {
        let s = &health.subscription;
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let names = s.title.iter().chain(&s.site).chain(s.folders.iter().flatten());
        wanted.is_empty() || has(&without_password(&s.url)) || names.map(String::as_str).any(has)
    };
    let fits: Vec<&Health> = all.iter().filter(is_found).collect();
    let from = if from < fits.len() { from } else { 0 };
    let after = from.checked_add(SHOWN).filter(|next| *next < fits.len());
    let session = Session::of(desk, headers);
    let view = Page {
        token: session.token.clone(),
        said,
        all: all.len(),
        found: fits.len(),
        shown: fits.iter().skip(from).take(SHOWN).map(|health| View::of(&frame, health, now)).collect(),
        before: (from > 0).then(|| Asked::address(&find, from.saturating_sub(SHOWN))),
        after: after.map(|next| Asked::address(&find, next)),
        find,
        tried,
        problems,
        updates: desk.upkeep.updates,
        frame,
    };
    form(status, headers, &session, &view)
}

/// Shows them.
pub async fn show(
    State(desk): State<Desk>,
    Query(said): Query<Said>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let Asked { find, from } = asked;
    room(&desk, &headers, StatusCode::OK, More { said: said.words(), find, from, ..More::default() }).await
}

#[derive(Template)]
#[template(path = "feeds.html")]
struct Choice {
    frame: Frame,
    token: String,
    url: String,
    feeds: Vec<FoundFeed>,
}

/// Looks what is at an address, and takes it: an article, a feed, a sitemap, the feed of a site, a list.
pub async fn add(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let given: String = posted.get("url").chars().take(LONGEST).collect();
    let url = if given.contains("://") { given.clone() } else { format!("https://{given}") };
    let wrong = async |why: String| {
        let more = More { tried: Some((given.clone(), why)), ..More::default() };
        room(&desk, &headers, StatusCode::UNPROCESSABLE_ENTITY, more).await
    };
    let words = Words::of("en");
    if given.is_empty() {
        return wrong(words.say("subscriptions.nothing").to_owned()).await;
    }
    // Reading a page takes a processor: not on the threads that answer.
    let (fetcher, wanted, handle) = (desk.fetcher.clone(), url.clone(), Handle::current());
    let now = desk.upkeep.clock.now();
    let looked = spawn_blocking(move || {
        handle.block_on(async { timeout(LOOKING, look(&fetcher, &wanted, now)).await })
    });
    let found = match looked.await {
        Ok(Ok(Ok(found))) => found,
        Ok(Ok(Err(why))) => return wrong(why).await,
        Ok(Err(_)) => return wrong(words.say("subscriptions.slow").to_owned()).await,
        Err(e) => return wrong(e.to_string()).await,
    };
    match found {
        Found::Page(record, observation) => {
            let (id, is_article) = (observation.id.clone(), observation.reading.kind.is_article());
            let (keep_page, folder) = (desk.upkeep.keep_pages, desk.pen.folder().to_path_buf());
            let kept = desk.pen.write(move |writer| {
                let library = Library::open(&folder)?;
                keep(writer, &library, &record, *observation, keep_page)?;
                writer.fold()?;
                writer.index(|_| {}).map(|_| ())
            });
            match kept.await {
                Err(e) => unchanged(&desk, &headers, &e),
                Ok(()) if is_article => {
                    let to = format!("{}/articles/{id}", desk.base);
                    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
                }
                Ok(()) => wrong(words.say("subscriptions.no-article").to_owned()).await,
            }
        }
        Found::Subscription(one) => subscribe(&desk, &headers, vec![one], Vec::new()).await,
        Found::Site(feeds) if feeds.len() == 1 => {
            subscribe(&desk, &headers, feeds.into_iter().map(feed).collect(), Vec::new()).await
        }
        Found::Site(feeds) => {
            let frame = frame(&desk, &headers, "subscriptions", words.say("feeds.title").to_owned());
            let session = Session::of(&desk, &headers);
            let token = session.token.clone();
            let url = without_password(&url);
            form(StatusCode::OK, &headers, &session, &Choice { frame, token, url, feeds })
        }
        Found::List(list, problems) => subscribe(&desk, &headers, list, problems).await,
    }
}

fn feed(found: FoundFeed) -> Subscription {
    Subscription { url: found.url, title: found.title, ..Subscription::default() }
}

/// Takes the feeds of a site that somebody chose.
pub async fn take(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let is_web = |url: &&str| {
        let parsed = url::Url::parse(url);
        url.len() <= LONGEST && parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
    };
    let chosen = posted.all("feed").filter(is_web).take(CHOSEN);
    let wanted = chosen.map(|url| Subscription { url: url.to_owned(), ..Subscription::default() }).collect();
    subscribe(&desk, &headers, wanted, Vec::new()).await
}

async fn subscribe(
    desk: &Desk,
    headers: &HeaderMap,
    wanted: Vec<Subscription>,
    problems: Vec<(usize, String)>,
) -> Response<Body> {
    if wanted.is_empty() && problems.is_empty() {
        return go(desk, ROOM, "none-chosen", 0);
    }
    let urls: Vec<String> = wanted.iter().map(|s| s.url.clone()).collect();
    let Subscribed { added, known } = match desk.pen.write(move |writer| writer.subscribe(&wanted)).await {
        Ok(subscribed) => subscribed,
        Err(e) => return unchanged(desk, headers, &e),
    };
    if added > 0 {
        desk.wishes.ask(urls);
    }
    let (said, n) = if added > 0 { ("subscribed", added) } else { ("known", known) };
    if problems.is_empty() {
        return go(desk, ROOM, said, n);
    }
    let said = Words::of("en").count(&format!("said.{said}"), n);
    let problems = problems.into_iter().take(PROBLEMS).collect();
    room(desk, headers, StatusCode::OK, More { said: Some(said), problems, ..More::default() }).await
}

/// Pauses, resumes or asks one.
pub async fn change(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let (name, what) = (posted.get("id").to_owned(), posted.get("what").to_owned());
    let one = match desk.shelf.read(move |_, library| named(library, &name)).await {
        Ok(Some(one)) => one,
        Ok(None) => return go(&desk, ROOM, "no-subscription", 0),
        Err(e) => return failed(&desk, &headers, &e),
    };
    let url = one.url.clone();
    let (said, done) = match what.as_str() {
        "pause" => ("paused", desk.pen.write(move |writer| pause(writer, one)).await),
        "resume" => ("resumed", desk.pen.write(move |writer| resume(writer, one)).await),
        "update" => ("asked", Ok(())),
        _ => return go(&desk, ROOM, "no-subscription", 0),
    };
    if let Err(e) = done {
        return unchanged(&desk, &headers, &e);
    }
    if said != "paused" {
        desk.wishes.ask([url]);
    }
    go(&desk, ROOM, said, 0)
}

/// Which one is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    id: String,
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct Sure {
    frame: Frame,
    token: String,
    id: String,
    title: String,
    url: String,
}

/// Asks whether one is really to be ended.
pub async fn ask_to_remove(
    State(desk): State<Desk>,
    Query(wanted): Query<Named>,
    headers: HeaderMap,
) -> Response<Body> {
    let words = Words::of("en");
    let one = match desk.shelf.read(move |_, library| named(library, &wanted.id)).await {
        Ok(Some(one)) => one,
        Ok(None) => {
            let what = words.say("said.no-subscription").to_owned();
            return nothing(&desk, &headers, StatusCode::NOT_FOUND, what);
        }
        Err(e) => return failed(&desk, &headers, &e),
    };
    let frame = frame(&desk, &headers, "subscriptions", words.say("unsubscribe.title").to_owned());
    let session = Session::of(&desk, &headers);
    let token = session.token.clone();
    let (id, url) = (id(&one.url), without_password(&one.url));
    let title = one.title.unwrap_or_else(|| url.clone());
    form(StatusCode::OK, &headers, &session, &Sure { frame, token, id, title, url })
}

/// Ends one.
pub async fn remove(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let name = posted.get("id").to_owned();
    let one = match desk.shelf.read(move |_, library| named(library, &name)).await {
        Ok(Some(one)) => one,
        Ok(None) => return go(&desk, ROOM, "no-subscription", 0),
        Err(e) => return failed(&desk, &headers, &e),
    };
    match desk.pen.write(move |writer| writer.unsubscribe(&one.url)).await {
        Ok(_) => go(&desk, ROOM, "removed", 0),
        Err(e) => unchanged(&desk, &headers, &e),
    }
}

/// All of them as a file for feed readers.
pub async fn list(State(desk): State<Desk>, headers: HeaderMap) -> Response<Body> {
    match desk.shelf.read(|_, library| Ok(as_list(&library.subscriptions()?).0)).await {
        Ok(list) => {
            let headers = [
                (header::CONTENT_TYPE, "text/x-opml; charset=utf-8"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"subscriptions.opml\""),
                (header::CACHE_CONTROL, "private, no-store"),
            ];
            (headers, list).into_response()
        }
        Err(e) => failed(&desk, &headers, &e),
    }
}

/// Takes the feeds of a list: a file, or pasted text.
pub async fn import(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let mut posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let list = posted.file.take().unwrap_or_else(|| posted.get("text").as_bytes().to_vec());
    let found = if list.is_empty() { None } else { Some(opml::parse(&list)) };
    match found {
        Some(Ok(found)) => {
            let wanted = found.feeds.into_iter().map(subscription).collect();
            subscribe(&desk, &headers, wanted, found.problems).await
        }
        other => {
            let words = Words::of("en");
            let why = match other {
                Some(Err(e)) => e.to_string(),
                _ => words.say("subscriptions.no-list").to_owned(),
            };
            let what = format!("{} {why}", words.say("subscriptions.list-wrong"));
            let more = More { said: Some(what), ..More::default() };
            room(&desk, &headers, StatusCode::UNPROCESSABLE_ENTITY, more).await
        }
    }
}
