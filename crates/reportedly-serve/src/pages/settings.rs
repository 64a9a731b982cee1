//! The settings: what a browser remembers (zone, looks, what counts as new), and the digest by mail.

use super::{
    change::{Said, form, go, posted, unchanged},
    failed, frame,
};
use crate::{
    Desk,
    answer::Frame,
    digest::{self, Sent, Wish},
    forms::Session,
    reader::{self, Fresh, Theme, cookie},
    words::Words,
};
use askama::Template;
use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use reportedly_follow::Channel;

/// Where the room is.
const ROOM: &str = "/settings";

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    frame: Frame,
    token: String,
    said: Option<String>,
    /// The zone that was chosen, or was to be; nothing where it is the machine's.
    zone: String,
    /// That it is none.
    wrong: bool,
    zones: Vec<String>,
    themes: [Theme; 3],
    fresh: [Fresh; 3],
    /// Those who can be sent mail.
    mails: Vec<String>,
    wish: Option<Wish>,
    sent: Sent,
    sent_at: Option<String>,
    again: Option<String>,
    configuration: Option<String>,
}

impl Page {
    fn hours() -> std::ops::Range<i8> {
        0..24
    }

    /// Whether the digest comes at this hour; at seven, where there is none.
    fn is_hour(&self, hour: i8) -> bool {
        self.wish.as_ref().map_or(hour == 7, |wish| wish.hour == hour)
    }

    fn is_to(&self, name: &str) -> bool {
        self.wish.as_ref().is_some_and(|wish| wish.to == name)
    }

    /// Whom the digest would be for who is not there any more.
    fn gone(&self) -> Option<&str> {
        let to = self.wish.as_ref().map(|wish| wish.to.as_str());
        to.filter(|to| !self.mails.iter().any(|name| name == to))
    }
}

async fn room(
    desk: &Desk,
    headers: &HeaderMap,
    said: Option<String>,
    wrong: Option<String>,
) -> Response<Body> {
    let (wish, sent) = match desk.shelf.read(|_, library| digest::kept(library)).await {
        Ok(kept) => kept,
        Err(e) => return failed(desk, headers, &e),
    };
    let frame = frame(desk, headers, "settings", Words::of("en").say("settings.title").to_owned());
    let session = Session::of(desk, headers);
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let is_mail = |target: &&(String, Result<reportedly_follow::Target, String>)| {
        target.1.as_ref().is_ok_and(|target| matches!(target.channel, Channel::Mail(_)))
    };
    let chosen = cookie(headers, "zone").filter(|name| reader::zone(name).is_some());
    let view = Page {
        token: session.token.clone(),
        said,
        wrong: wrong.is_some(),
        zone: wrong.or_else(|| chosen.map(str::to_owned)).unwrap_or_default(),
        zones: jiff::tz::db().available().map(|name| name.to_string()).collect(),
        themes: [Theme::System, Theme::Light, Theme::Dark],
        fresh: [Fresh::Visit, Fresh::Day, Fresh::Week],
        mails: desk.upkeep.targets.iter().filter(is_mail).map(|(name, _)| name.clone()).collect(),
        sent_at: sent.at.map(|at| frame.reader.instant(&at)),
        again: sent.again.map(|at| frame.reader.instant(&at)),
        wish,
        sent,
        configuration: desk.upkeep.configuration.as_ref().map(|path| path.display().to_string()),
        frame,
    };
    form(status, headers, &session, &view)
}

/// Shows them.
pub async fn show(State(desk): State<Desk>, Query(said): Query<Said>, headers: HeaderMap) -> Response<Body> {
    room(&desk, &headers, said.words(), None).await
}

/// Changes what this browser remembers.
pub async fn change(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let zone = posted.get("zone");
    if !zone.is_empty() && reader::zone(zone).is_none() {
        return room(&desk, &headers, None, Some(zone.chars().take(60).collect())).await;
    }
    let theme = Theme::named(posted.get("theme")).unwrap_or_default();
    let fresh = Fresh::named(posted.get("new")).unwrap_or_default();
    let frame = frame(&desk, &headers, "settings", String::new());
    let mut response = go(&desk, ROOM, "settings", 0);
    for (name, value) in [("zone", zone), ("theme", theme.word()), ("new", fresh.word())] {
        let mut cookie = frame.cookie(name, value);
        if value.is_empty() {
            // The last of two ages holds.
            cookie.push_str("; Max-Age=0");
        }
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Changes the digest.
pub async fn digest(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let posted = match posted(&desk, &headers, &body) {
        Ok(posted) => posted,
        Err(refused) => return *refused,
    };
    let (to, hour) =
        (posted.get("to"), posted.get("hour").parse().ok().filter(|hour| (0..24).contains(hour)));
    let known = to.is_empty() || desk.upkeep.target(to).is_some();
    let (Some(hour), true) = (hour, known) else { return go(&desk, ROOM, "no-digest", 0) };
    let zone = frame(&desk, &headers, "settings", String::new()).reader.zone_name().to_owned();
    let wish = (!to.is_empty()).then(|| Wish { to: to.to_owned(), hour, zone });
    let said = if wish.is_some() { "digest" } else { "digest-off" };
    match digest::wish(&desk, wish).await {
        Ok(()) => go(&desk, ROOM, said, 0),
        Err(e) => unchanged(&desk, &headers, &e),
    }
}
