//! The alerts: what was new in what is followed, whom it was sent to, and what is followed.

use super::{
    change::{Said, form, go, posted, unchanged},
    failed, frame, nothing,
};
use crate::{Desk, answer::Frame, forms::Session, upkeep::Upkeep, words::Words};
use askama::Template;
use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, Response, StatusCode},
};
use reportedly_follow::{Alert, example, name_of, shown_test, standing, test, text, word};
use reportedly_library::{Delivery, Error, Followed, KeptAlert, search::Query as Parsed};
use serde::Deserialize;
use tokio::task::spawn_blocking;

/// Where the room is.
const ROOM: &str = "/alerts";
/// Alerts that a page shows.
const SHOWN: usize = 30;
/// Characters of the longest query that is followed.
const LONGEST: usize = 500;

/// What may be asked of the room.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: usize,
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct Page {
    frame: Frame,
    token: String,
    said: Option<String>,
    alerts: Vec<AlertView>,
    next: Option<usize>,
    follows: Vec<FollowView>,
    targets: Vec<TargetView>,
    /// Where targets are set.
    configuration: Option<String>,
}

/// An alert as it is shown.
struct AlertView {
    made: String,
    made_exact: String,
    follow: String,
    /// Nothing where an article that it quoted was forgotten.
    alert: Option<Alert>,
    deliveries: Vec<(String, &'static str, String)>,
}

impl AlertView {
    fn kind(alert: &Alert) -> String {
        format!("alerts.news.{}", word(alert.news))
    }
}

/// What is followed, as it is shown.
struct FollowView {
    id: i64,
    name: String,
    query: Option<String>,
    story: Option<String>,
    /// Why its query finds nothing any more.
    wrong: Option<String>,
    since: String,
    targets: String,
    alerts: usize,
}

/// Who may be told, as it is shown.
struct TargetView {
    name: String,
    kind: &'static str,
    wrong: Option<String>,
    waiting: usize,
}

fn targets_of(upkeep: &Upkeep) -> Vec<TargetView> {
    let view = |(name, target): &(String, Result<_, String>)| TargetView {
        name: name.clone(),
        kind: target.as_ref().map_or("", |target: &reportedly_follow::Target| target.channel.word()),
        wrong: target.as_ref().err().cloned(),
        waiting: 0,
    };
    upkeep.targets.iter().map(view).collect()
}

/// How a delivery stands: for whom, in one word, in a sentence.
fn delivery(frame: &Frame, d: &Delivery, known: &[&str]) -> (String, &'static str, String) {
    let state = standing(d, known);
    let words = frame.words;
    let at = |at: Option<jiff::Timestamp>| at.map(|at| frame.reader.instant(&at)).unwrap_or_default();
    let tries = || words.count("tries", d.attempts as usize);
    let failed = d.failed.clone().unwrap_or_else(|| words.say("alerts.no-answer").to_owned());
    let more = match state {
        "delivered" => at(d.delivered_at),
        "given up" => format!("{}: {failed}", tries()),
        "refused" | "failed" => {
            format!("{}: {failed}; {} {}", tries(), words.say("alerts.again"), at(d.due_at))
        }
        _ => String::new(),
    };
    (d.target.clone(), state, more)
}

/// Shows them.
pub async fn show(
    State(desk): State<Desk>,
    Query(said): Query<Said>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let names: Vec<String> = desk.upkeep.names().into_iter().map(str::to_owned).collect();
    let limit = asked.from.saturating_add(SHOWN + 1);
    let read = desk.shelf.read(move |_, library| {
        let alerts = library.alerts(limit)?;
        let mut follows = Vec::new();
        for follow in library.follows()? {
            let count = library.alerts_of(&follow)?;
            follows.push((follow, count.0));
        }
        let waiting: Vec<usize> =
            names.iter().map(|name| library.waiting(name).map(|w| w.alerts)).collect::<Result<_, Error>>()?;
        Ok((alerts, follows, waiting))
    });
    let (alerts, follows, waiting) = match read.await {
        Ok(read) => read,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let frame = frame(&desk, &headers, "alerts", Words::of("en").say("alerts.title").to_owned());
    let known = desk.upkeep.names();
    let next = (alerts.len() == limit).then_some(asked.from.saturating_add(SHOWN));
    let view = |kept: KeptAlert| AlertView {
        made: frame.reader.instant(&kept.made_at),
        made_exact: kept.made_at.to_string(),
        follow: kept.follow,
        alert: kept.body.as_deref().and_then(|body| serde_json::from_str(body).ok()),
        deliveries: kept.deliveries.iter().map(|d| delivery(&frame, d, &known)).collect(),
    };
    let alerts = alerts.into_iter().skip(asked.from).take(SHOWN).map(view).collect();
    let follows = follows.into_iter().map(|(follow, alerts)| {
        let (query, story) = match follow.what {
            Followed::Search(query) => (Some(query), None),
            Followed::Story(story) => (None, Some(story)),
        };
        let told = follow.targets.iter().map(|t| {
            let known = known.contains(&t.as_str());
            if known { t.clone() } else { format!("{t} ({})", frame.words.say("not configured")) }
        });
        let told: Vec<String> = told.collect();
        FollowView {
            id: follow.id,
            name: follow.name,
            wrong: query.as_deref().and_then(|query| Parsed::parse(query).err()).map(|e| e.to_string()),
            query,
            story,
            since: frame.reader.instant(&follow.added_at),
            targets: if told.is_empty() {
                frame.words.say("alerts.nobody").to_owned()
            } else {
                told.join(", ")
            },
            alerts,
        }
    });
    let follows = follows.collect();
    let targets = targets_of(&desk.upkeep).into_iter().zip(waiting);
    let targets = targets.map(|(target, waiting)| TargetView { waiting, ..target }).collect();
    let session = Session::of(&desk, &headers);
    let (token, said) = (session.token.clone(), said.words());
    let configuration = desk.upkeep.configuration.as_ref().map(|path| path.display().to_string());
    let view = Page { frame, token, said, alerts, next, follows, targets, configuration };
    form(StatusCode::OK, &headers, &session, &view)
}

/// What is to be followed: a story, or what a search finds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    story: String,
    q: String,
}

#[derive(Template)]
#[template(path = "following.html")]
struct Begin {
    frame: Frame,
    token: String,
    wanted: Wanted,
    name: String,
    /// The story's title.
    title: Option<String>,
    wrong: Option<String>,
    targets: Vec<TargetView>,
    /// Those that are to be told.
    chosen: Vec<String>,
    /// What an alert would look like.
    example: Option<String>,
}

async fn begin(
    desk: &Desk,
    headers: &HeaderMap,
    wanted: Wanted,
    named: Option<String>,
    wrong: Option<String>,
) -> Response<Body> {
    let id = wanted.story.clone();
    let read = desk.shelf.read(move |_, library| {
        if id.is_empty() {
            return Ok(Some(None));
        }
        let view = library.view(None)?;
        let Some(story) = view.story(&id)? else { return Ok(None) };
        Ok(Some(Some(example(&view, "", &story, &[])?)))
    });
    let story = match read.await {
        Ok(Some(story)) => story,
        Ok(None) => {
            let what = Words::of("en").say("follow.no-story").to_owned();
            return nothing(desk, headers, StatusCode::NOT_FOUND, what);
        }
        Err(e) => return failed(desk, headers, &e),
    };
    let wrong = wrong.or_else(|| {
        let unclear = story.is_none() && !wanted.q.trim().is_empty();
        unclear.then(|| Parsed::parse(&wanted.q).err()).flatten().map(|e| e.to_string())
    });
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = story.as_ref().map(|story| story.headline.clone());
    let suggested = title.clone().unwrap_or_else(|| wanted.q.clone());
    let name = named.unwrap_or_else(|| name_of(&suggested).unwrap_or_default());
    let frame = frame(desk, headers, "alerts", Words::of("en").say("follow.title").to_owned());
    let session = Session::of(desk, headers);
    let token = session.token.clone();
    let targets = targets_of(&desk.upkeep);
    let chosen = targets.iter().map(|target| target.name.clone()).collect();
    let example = story.as_ref().map(text);
    form(
        status,
        headers,
        &session,
        &Begin { frame, token, wanted, name, title, wrong, targets, chosen, example },
    )
}

/// Shows what it means to follow something.
pub async fn ask_to_follow(
    State(desk): State<Desk>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response<Body> {
    begin(&desk, &headers, wanted, None, None).await
}

/// Follows it.
pub async fn follow(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let wanted =
        Wanted { story: posted.get("story").to_owned(), q: posted.get("q").chars().take(LONGEST).collect() };
    let given = posted.get("name").to_owned();
    let again =
        async |why: String| begin(&desk, &headers, wanted.clone(), Some(given.clone()), Some(why)).await;
    let name = match name_of(&given) {
        Ok(name) => name,
        Err(why) => return again(why).await,
    };
    let what = if wanted.story.is_empty() {
        if let Err(e) = Parsed::parse(&wanted.q) {
            return again(e.to_string()).await;
        }
        Followed::Search(wanted.q.clone())
    } else {
        let id = wanted.story.clone();
        let story = desk.shelf.read(move |_, library| library.view(None)?.story(&id));
        match story.await {
            Ok(Some(story)) => Followed::Story(story.id),
            // The form says that there is none.
            Ok(None) => return begin(&desk, &headers, wanted.clone(), None, None).await,
            Err(e) => return failed(&desk, &headers, &e),
        }
    };
    let known = desk.upkeep.names();
    let to: Vec<String> = known
        .iter()
        .filter(|name| posted.all("to").any(|to| to == **name))
        .map(|n| (*n).to_owned())
        .collect();
    let now = desk.upkeep.clock.now();
    match desk.pen.write(move |writer| writer.follow(&name, &what, &to, now)).await {
        Ok(Some(_)) => go(&desk, ROOM, "following", 0),
        Ok(None) => again(Words::of("en").say("follow.there").to_owned()).await,
        Err(e) => unchanged(&desk, &headers, &e),
    }
}

/// Which is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    id: i64,
    target: String,
}

#[derive(Template)]
#[template(path = "unfollow.html")]
struct Sure {
    frame: Frame,
    token: String,
    id: i64,
    name: String,
}

/// Asks whether one is really to be ended.
pub async fn ask_to_unfollow(
    State(desk): State<Desk>,
    Query(wanted): Query<Named>,
    headers: HeaderMap,
) -> Response<Body> {
    let words = Words::of("en");
    let follows = match desk.shelf.read(|_, library| library.follows()).await {
        Ok(follows) => follows,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let Some(follow) = follows.into_iter().find(|follow| follow.id == wanted.id) else {
        return nothing(&desk, &headers, StatusCode::NOT_FOUND, words.say("said.no-follow").to_owned());
    };
    let frame = frame(&desk, &headers, "alerts", words.say("unfollow.title").to_owned());
    let session = Session::of(&desk, &headers);
    let token = session.token.clone();
    form(StatusCode::OK, &headers, &session, &Sure { frame, token, id: follow.id, name: follow.name })
}

/// Ends one.
pub async fn unfollow(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let Ok(id) = posted.get("id").parse::<i64>() else { return go(&desk, ROOM, "no-follow", 0) };
    match desk.pen.write(move |writer| writer.unfollow(id)).await {
        Ok(true) => go(&desk, ROOM, "unfollowed", 0),
        Ok(false) => go(&desk, ROOM, "no-follow", 0),
        Err(e) => unchanged(&desk, &headers, &e),
    }
}

#[derive(Template)]
#[template(path = "target.html")]
struct Try {
    frame: Frame,
    token: String,
    name: String,
    /// The whole message, but for its secrets.
    shown: Option<String>,
    wrong: Option<String>,
}

fn tried(desk: &Desk, headers: &HeaderMap, name: &str, wrong: Option<String>) -> Response<Body> {
    let words = Words::of("en");
    let Some(target) = desk.upkeep.target(name) else {
        return nothing(desk, headers, StatusCode::NOT_FOUND, words.say("target.none").to_owned());
    };
    let shown = target.as_ref().map_err(Clone::clone);
    let shown = shown.and_then(|target| shown_test(target, desk.upkeep.clock.now()));
    let status = if wrong.is_some() { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
    let wrong = wrong.or_else(|| shown.as_ref().err().cloned());
    let frame = frame(desk, headers, "alerts", words.say("target.title").to_owned());
    let session = Session::of(desk, headers);
    let token = session.token.clone();
    let view = Try { frame, token, name: name.to_owned(), shown: shown.ok(), wrong };
    form(status, headers, &session, &view)
}

/// Shows the test that a target would be sent.
pub async fn ask_to_test(
    State(desk): State<Desk>,
    Query(wanted): Query<Named>,
    headers: HeaderMap,
) -> Response<Body> {
    tried(&desk, &headers, &wanted.target, None)
}

/// Sends it.
pub async fn send_test(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let name = posted.get("target");
    let Some(Ok(target)) = desk.upkeep.target(name).cloned() else {
        return tried(&desk, &headers, name, None);
    };
    let now = desk.upkeep.clock.now();
    match spawn_blocking(move || test(&target, now)).await {
        Ok(Ok(())) => go(&desk, ROOM, "tested", 0),
        Ok(Err(why)) => tried(&desk, &headers, name, Some(why)),
        Err(e) => tried(&desk, &headers, name, Some(e.to_string())),
    }
}

/// Sends at once what waits for a target.
pub async fn retry(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let (name, now) = (posted.get("target").to_owned(), desk.upkeep.clock.now());
    match desk.pen.write(move |writer| writer.retry(&name, now)).await {
        Ok(_) => {
            desk.wishes.look();
            go(&desk, ROOM, "retried", 0)
        }
        Err(e) => unchanged(&desk, &headers, &e),
    }
}
