//! What a browser sends to change something: who may, and what it says.
//!
//! A form has a token that only this server can have written for this browser: the MAC of a random session, which the
//! browser has in a cookie that no other site's request carries. Where the browser says from which site a request comes,
//! that is heeded as well.

mod multipart;

use crate::{Desk, Error, reader::cookie};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, header},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// The cookie of the session.
const SESSION: &str = "session";
/// The field that holds the token.
const TOKEN: &str = "token";
/// Bytes of the key and of a session.
const KEY: usize = 32;
const RANDOM: usize = 16;
/// Fields of a form that are looked at.
const FIELDS: usize = 2_000;

/// What tokens are made with: another one each time that the server is started.
#[derive(Clone)]
pub struct Seal([u8; KEY]);

impl Seal {
    /// A new one.
    pub fn new() -> Result<Self, Error> {
        let mut key = [0; KEY];
        getrandom::fill(&mut key).map_err(|e| Error::Random(e.to_string()))?;
        Ok(Self(key))
    }

    fn mac(&self, session: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(session.as_bytes());
        Some(mac)
    }

    /// The token for a session.
    fn token(&self, session: &str) -> String {
        self.mac(session).map_or_else(String::new, |mac| hexadecimal(&mac.finalize().into_bytes()))
    }

    /// Whether a token was made for a session, in a time that tells nothing of it.
    fn made(&self, session: &str, token: &str) -> bool {
        let digits = |at: usize| u8::from_str_radix(token.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..token.len()).step_by(2).map(digits).collect();
        let mac = self.mac(session).zip(bytes);
        mac.is_some_and(|(mac, bytes)| mac.verify_slice(&bytes).is_ok())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn session_of(headers: &HeaderMap) -> Option<&str> {
    let fits = |id: &&str| id.len() == 2 * RANDOM && id.bytes().all(|b| b.is_ascii_hexdigit());
    cookie(headers, SESSION).filter(fits)
}

/// A browser that is shown forms.
pub struct Session {
    /// What its forms are to say.
    pub token: String,
    /// The cookie that it is to keep, where it has none yet.
    cookie: Option<String>,
}

impl Session {
    /// That of a request, or a new one.
    pub fn of(desk: &Desk, headers: &HeaderMap) -> Self {
        if let Some(id) = session_of(headers) {
            return Self { token: desk.seal.token(id), cookie: None };
        }
        let mut id = [0; RANDOM];
        // Without chance there is no session, and a form that is sent is refused.
        if getrandom::fill(&mut id).is_err() {
            return Self { token: String::new(), cookie: None };
        }
        let id = hexadecimal(&id);
        let path = if desk.base.is_empty() { "/" } else { &desk.base };
        let cookie = format!("{SESSION}={id}; Path={path}; HttpOnly; SameSite=Strict");
        Self { token: desk.seal.token(&id), cookie: Some(cookie) }
    }

    /// An answer that makes the browser keep the session.
    pub fn on(&self, mut response: Response<Body>) -> Response<Body> {
        if let Some(Ok(cookie)) = self.cookie.as_deref().map(HeaderValue::from_str) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// Whether a request comes from a page of this server, as far as the browser says where it comes from.
pub fn is_from_here(headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = said("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let host = said("host").unwrap_or_default();
    // The scheme may be a proxy's; the name it asks by is ours.
    let origin = said("origin").is_none_or(|origin| {
        let name = origin.split_once("://").map(|(_, name)| name);
        name.is_some_and(|name| name.eq_ignore_ascii_case(host))
    });
    site && origin
}

/// Why what was sent is not heeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has no token that we made for this browser.
    Forged,
    /// It is no form.
    NoForm,
}

/// A form that was sent by somebody who was shown it.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    fields: Vec<(String, String)>,
    /// The file that came with it.
    pub file: Option<Vec<u8>>,
}

impl Posted {
    /// Reads a request's body.
    pub fn of(desk: &Desk, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refused> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let mut posted = if let Some(boundary) = multipart::boundary(kind) {
            let mut posted = Self::default();
            for part in multipart::parts(body, boundary).take(FIELDS) {
                if part.is_file {
                    posted.file = Some(part.content.to_vec()).filter(|content| !content.is_empty());
                } else {
                    posted.fields.push((part.name, String::from_utf8_lossy(part.content).into_owned()));
                }
            }
            posted
        } else if kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            let fields = url::form_urlencoded::parse(body).into_owned();
            Self { fields: fields.take(FIELDS).collect(), file: None }
        } else {
            return Err(Refused::NoForm);
        };
        let session = session_of(headers).ok_or(Refused::Forged)?;
        if !desk.seal.made(session, posted.get(TOKEN)) {
            return Err(Refused::Forged);
        }
        posted.fields.retain(|(name, _)| name != TOKEN);
        Ok(posted)
    }

    /// What a field says, without white space around it; nothing where there is none.
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// What all fields of a name say.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_session_and_its_server() {
        let seal = Seal([7; KEY]);
        let token = seal.token("a");
        assert!(seal.made("a", &token));
        for wrong in ["", "0", "zz", &token[2..], &format!("{token}00"), "é"] {
            assert!(!seal.made("a", wrong), "{wrong}");
        }
        assert!(!seal.made("b", &token));
        assert!(!Seal([8; KEY]).made("a", &token));
    }

    #[test]
    fn where_a_request_comes_from_is_heeded() {
        let check = |said: &[(&'static str, &'static str)], expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("localhost:8080"));
            for (name, value) in said {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_from_here(&headers), expected, "{said:?}");
        };
        check(&[], true);
        check(&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")], true);
        check(&[("origin", "http://evil.example")], false);
        check(&[("origin", "null")], false);
        check(&[("origin", "http://localhost:9090")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-site")], false);
    }
}
