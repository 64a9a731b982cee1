//! Fetching: one request over HTTP, with every bound that a stranger's server needs.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use reportedly_gather::fetch::{Fetcher, Options, Outcome, Request};
//!
//! let fetcher = Fetcher::new(Options::default())?;
//! let fetched = fetcher.fetch(&Request::new("https://wire.example/feed.xml")).await;
//! match &fetched.outcome {
//!     Outcome::Answer(answer) => println!("{} bytes from {}", answer.bytes.len(), fetched.url),
//!     Outcome::Unchanged(_) => println!("nothing new"),
//!     told => println!("{told}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Redirects are followed here and not by the client, because each place that they lead to is checked, and because a
//! feed that has moved for good is to be told. Nothing is retried: when to come again is for [`crate::pace`].

mod address;
mod fault;
mod headers;
mod unpack;

pub use address::{Hosts, Reach, is_public};
pub use fault::Fault;
pub use headers::{Hints, RetryAfter, Validators};

use crate::Record;
use address::Guard;
use headers::text;
use jiff::Timestamp;
use reportedly_read::Form;
use reqwest::{
    Response, StatusCode,
    header::{self, HeaderMap},
    redirect,
};
use rustls::crypto::{CryptoProvider, ring};
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::timeout;
use unpack::{CODINGS, Step, Unpacker};
use url::{Position, Url};
use xxhash_rust::xxh3::xxh3_64;

/// Bytes of the longest address that is asked for.
const LONGEST_ADDRESS: usize = 8 << 10;
/// How long a connection is kept for the next request to the same host: some feeds are redirected once or twice, but
/// nobody is asked again within seconds.
const KEPT_OPEN: Duration = Duration::from_secs(15);

/// What one request may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body, unpacked. What is longer is cut.
    pub body: usize,
    /// Bytes of all headers together.
    pub headers: usize,
    /// For everything, from the name's resolution to the body's end, redirects included.
    pub whole: Duration,
    /// For a connection.
    pub connect: Duration,
    /// Without a byte: until the answer begins, and between its pieces.
    pub idle: Duration,
    /// Redirects in a row.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 16 << 20,
            headers: 64 << 10,
            whole: Duration::from_mins(1),
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(20),
            redirects: 8,
        }
    }
}

/// How everything is fetched.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where whoever is asked can learn who asks: an address on the web or of mail, shown to every server.
    pub contact: Option<String>,
    /// Which addresses may be connected to.
    pub reach: Reach,
    /// What one request may take.
    pub limits: Limits,
}

/// What is expected, for the `Accept` header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wants {
    /// A feed.
    Feed,
    /// A page for people.
    Page,
    /// Whatever there is.
    #[default]
    Anything,
}

impl Wants {
    fn accept(self) -> &'static str {
        match self {
            Self::Feed => {
                "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, \
                 application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
            }
            Self::Page => "text/html, application/xhtml+xml, */*;q=0.5",
            Self::Anything => "*/*",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The address.
    pub url: String,
    /// What is expected there.
    pub wants: Wants,
    /// What the last whole answer was marked with, to be told only what has changed.
    pub validators: Option<Validators>,
    /// Bytes of the body, where fewer are wanted than [`Limits::body`].
    pub most: Option<usize>,
}

impl Request {
    /// For whatever there is at an address.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// The same for a feed or a page.
    #[must_use]
    pub fn wants(mut self, wants: Wants) -> Self {
        self.wants = wants;
        self
    }

    /// The same, if it has changed.
    #[must_use]
    pub fn unless(mut self, validators: Option<Validators>) -> Self {
        self.validators = validators;
        self
    }
}

/// One redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The address that was asked for.
    pub from: String,
    /// Where it sent us.
    pub to: String,
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// From https to http: what comes may have been changed on its way.
    pub unprotected: bool,
}

impl Hop {
    /// Whether the server says that this is for good.
    pub fn is_permanent(&self) -> bool {
        matches!(self.status, 301 | 308)
    }
}

/// What came of a request.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The address that was asked for last.
    pub url: String,
    /// How it was come by.
    pub hops: Vec<Hop>,
    /// Where what was asked for lives from now on: every redirect up to there was for good, none gave up https, and
    /// there was an answer.
    pub moved: Option<String>,
    /// What came.
    pub outcome: Outcome,
}

/// What came of a request in the end. Shown, it says so in plain words.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A body.
    Answer(Box<Answer>),
    /// Nothing has changed since the answer that the validators came with. (Those stay as they are.)
    Unchanged(Hints),
    /// The server answered, but not with what was asked for.
    Status(u16, Hints),
    /// There was no answer that could be used.
    Failed(Fault),
}

/// A body, and what came with it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The body, unpacked.
    pub bytes: Vec<u8>,
    /// Whether it was longer than the limit and is cut there.
    pub cut: bool,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The headers, one a line, after the status.
    pub headers: String,
    /// What to ask with next time. Of this answer only, never mixed with another's.
    pub validators: Option<Validators>,
    /// When to come again, as the server wants it.
    pub hints: Hints,
}

impl Answer {
    /// The same for the same bytes: many servers know no validators.
    pub fn digest(&self) -> u64 {
        xxh3_64(&self.bytes)
    }
}

impl Fetched {
    /// The answer as a page for the reader, if there was one. Its address has no password any more.
    pub fn record(self, at: Timestamp) -> Option<Record> {
        let Outcome::Answer(answer) = self.outcome else { return None };
        let mut notes = Vec::new();
        if self.hops.iter().any(|hop| hop.unprotected) {
            notes.push("redirected from https to http".to_owned());
        }
        if answer.cut {
            notes.push(format!("cut: only the first {} bytes were fetched", answer.bytes.len()));
        }
        Some(Record {
            bytes: answer.bytes,
            form: Form::Unknown,
            url: Some(without_password(&self.url)),
            content_type: answer.content_type,
            fetched: Some(at),
            headers: Some(answer.headers),
            notes,
            ..Record::default()
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(answer) => {
                write!(f, "{} bytes{}", answer.bytes.len(), if answer.cut { ", cut there" } else { "" })
            }
            Self::Unchanged(_) => f.write_str("nothing has changed"),
            Self::Status(status, hints) => {
                let what = match status {
                    400 => "it does not understand the request",
                    401 => "it asks for a password",
                    402 => "it asks for money",
                    403 => "it refuses us",
                    404 => "there is no such page",
                    406 => "it has nothing of the kind",
                    410 => "the page is gone for good",
                    429 => "it is asked too often",
                    451 => "the law forbids it",
                    500 => "it has an error of its own",
                    502..=504 => "it is down or busy",
                    _ => "",
                };
                write!(f, "the server answered {status}")?;
                if !what.is_empty() {
                    write!(f, ": {what}")?;
                }
                match hints.retry_after {
                    Some(after) => write!(f, ", and wants to be left alone {after}"),
                    None => Ok(()),
                }
            }
            Self::Failed(fault) => fault.fmt(f),
        }
    }
}

/// Fetches, over connections of its own. Cloning it shares them.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: reqwest::Client,
    reach: Arc<Reach>,
    limits: Limits,
}

/// The name that we give: `Reportedly/0.1.0 (+contact)`.
pub fn agent(contact: Option<&str>) -> String {
    let name = concat!("Reportedly/", env!("CARGO_PKG_VERSION"));
    let contact: Option<String> = contact
        .map(|contact| contact.chars().filter(|c| matches!(c, ' '..='~') && !"()".contains(*c)).collect());
    match contact.as_deref().map(str::trim) {
        None | Some("") => name.to_owned(),
        Some(contact) => format!("{name} (+{contact})"),
    }
}

/// What becomes of one request on the way.
enum Next {
    Done(Outcome),
    Redirect { status: u16, to: String },
}

impl Fetcher {
    /// Errors: where the system's certificates cannot be read.
    pub fn new(options: Options) -> Result<Self, Fault> {
        // A provider that somebody else has set is as good.
        if CryptoProvider::get_default().is_none() {
            let _ = ring::default_provider().install_default();
        }
        let reach = Arc::new(options.reach);
        let client = reqwest::Client::builder()
            .user_agent(agent(options.contact.as_deref()))
            .dns_resolver(Arc::new(Guard(Arc::clone(&reach))))
            // A proxy would resolve the names itself.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(options.limits.connect)
            .pool_idle_timeout(KEPT_OPEN)
            .pool_max_idle_per_host(1)
            .http1_ignore_invalid_headers_in_responses(true)
            .build()
            .map_err(|e| Fault::Client(fault::innermost(&e)))?;
        Ok(Self { client, reach, limits: options.limits })
    }

    /// Asks, follows redirects, reads the body.
    pub async fn fetch(&self, request: &Request) -> Fetched {
        let mut fetched = Fetched {
            url: request.url.clone(),
            hops: Vec::new(),
            moved: None,
            outcome: Outcome::Failed(Fault::TooSlow(self.limits.whole)),
        };
        match timeout(self.limits.whole, self.follow(request, &mut fetched)).await {
            Ok(Ok(outcome)) => fetched.outcome = outcome,
            Ok(Err(fault)) => fetched.outcome = Outcome::Failed(fault),
            Err(_) => {}
        }
        if matches!(fetched.outcome, Outcome::Answer(_) | Outcome::Unchanged(_)) {
            let for_good = fetched.hops.iter().take_while(|hop| hop.is_permanent() && !hop.unprotected);
            fetched.moved = for_good.last().map(|hop| hop.to.clone());
        }
        fetched
    }

    async fn follow(&self, request: &Request, fetched: &mut Fetched) -> Result<Outcome, Fault> {
        if request.url.len() > LONGEST_ADDRESS {
            return Err(Fault::Address(request.url.chars().take(80).collect()));
        }
        let mut url = Url::parse(request.url.trim()).map_err(|_| Fault::Address(request.url.clone()))?;
        // A name and a password are for the host that they were given for.
        let (origin, user, password) =
            (url.origin(), url.username().to_owned(), url.password().map(str::to_owned));
        loop {
            self.reach.check(&url)?;
            url.set_fragment(None);
            url[..].clone_into(&mut fetched.url);
            let (status, to) = match self.ask(&url, request).await? {
                Next::Done(outcome) => return Ok(outcome),
                Next::Redirect { status, to } => (status, to),
            };
            let mut next = url
                .join(&to)
                .ok()
                .filter(|next| next.as_str().len() <= LONGEST_ADDRESS)
                .ok_or_else(|| Fault::Redirect(to.chars().take(80).collect()))?;
            let same = next.origin() == origin;
            // Neither fails for an address with a host, and without one it is refused above.
            let _ = next.set_username(if same { &user } else { "" });
            let _ = next.set_password(password.as_deref().filter(|_| same));
            next.set_fragment(None);
            let been = |hop: &Hop| hop.from == next[..];
            if next == url || fetched.hops.iter().any(been) {
                return Err(Fault::Circle(next[..Position::AfterPath].to_owned()));
            }
            if fetched.hops.len() == self.limits.redirects {
                return Err(Fault::Redirects(self.limits.redirects));
            }
            fetched.hops.push(Hop {
                from: url[..].to_owned(),
                to: next[..].to_owned(),
                status,
                unprotected: url.scheme() == "https" && next.scheme() == "http",
            });
            url = next;
        }
    }

    async fn ask(&self, url: &Url, request: &Request) -> Result<Next, Fault> {
        let mut asked = self
            .client
            .get(url.clone())
            .header(header::ACCEPT, request.wants.accept())
            .header(header::ACCEPT_ENCODING, CODINGS);
        // They mark what one address gave; another's answer has marks of its own that may look the same.
        let validators = request.validators.as_ref().filter(|v| v.url == url[..]);
        if let Some(validators) = validators {
            if let Some(etag) = &validators.etag {
                asked = asked.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(modified) = &validators.last_modified {
                asked = asked.header(header::IF_MODIFIED_SINCE, modified);
            }
        }
        let response = match timeout(self.limits.idle, asked.send()).await {
            Err(_) => return Err(Fault::Silent(self.limits.idle)),
            Ok(Err(error)) => return Err(fault::sending(&error, url, &self.limits)),
            Ok(Ok(response)) => response,
        };
        let size: usize =
            response.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if size > self.limits.headers {
            return Err(Fault::Headers(self.limits.headers));
        }
        let hints = Hints::read(response.headers());
        let status = response.status();
        match status {
            // Who was not asked whether something has changed has not answered.
            StatusCode::NOT_MODIFIED if validators.is_some() => Ok(Next::Done(Outcome::Unchanged(hints))),
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => match text(response.headers(), &header::LOCATION) {
                Some(to) => Ok(Next::Redirect { status: status.as_u16(), to }),
                None => Err(Fault::Redirect(String::new())),
            },
            // 202 is how some answer whom they take for a robot: an empty page or a riddle.
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION | StatusCode::NO_CONTENT => {
                let most = request.most.unwrap_or(self.limits.body).min(self.limits.body);
                let answer = self.body(response, url, hints, most).await?;
                Ok(Next::Done(Outcome::Answer(Box::new(answer))))
            }
            _ => Ok(Next::Done(Outcome::Status(status.as_u16(), hints))),
        }
    }

    async fn body(
        &self,
        mut response: Response,
        url: &Url,
        hints: Hints,
        most: usize,
    ) -> Result<Answer, Fault> {
        let content_type = text(response.headers(), &header::CONTENT_TYPE);
        let validators = Validators::read(url, response.headers());
        let headers = lines(response.status(), response.headers());
        let coding = text(response.headers(), &header::CONTENT_ENCODING).unwrap_or_default();
        let mut unpacker = Unpacker::new(&coding, most).ok_or(Fault::Packing(coding))?;
        let mut cut = false;
        let mut came = 0;
        loop {
            let piece = match timeout(self.limits.idle, response.chunk()).await {
                Err(_) => return Err(Fault::Silent(self.limits.idle)),
                Ok(Err(_)) => return Err(Fault::BrokeOff(came)),
                Ok(Ok(None)) => break,
                Ok(Ok(Some(piece))) => piece,
            };
            came += piece.len();
            match unpacker.push(&piece) {
                Step::More => {}
                Step::Full => {
                    cut = true;
                    break;
                }
                Step::Broken => return Err(Fault::Unpacking),
            }
        }
        let (bytes, whole) = unpacker.finish();
        if !whole && !cut {
            return Err(Fault::BrokeOff(came));
        }
        Ok(Answer { bytes, cut, content_type, headers, validators: validators.filter(|_| !cut), hints })
    }
}

/// An address without the name and password to get in with, as it is shown.
pub fn without_password(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            // Neither fails for an address that has one.
            let _ = parsed.set_username("");
            let _ = parsed.set_password(None);
            parsed.into()
        }
        _ => url.to_owned(),
    }
}

/// The status and the headers, one a line.
fn lines(status: StatusCode, headers: &HeaderMap) -> String {
    let mut lines = format!("HTTP/1.1 {status}\n");
    for (name, value) in headers {
        lines.push_str(name.as_str());
        lines.push_str(": ");
        lines.push_str(&String::from_utf8_lossy(value.as_bytes()));
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_say_who_we_are() {
        assert_eq!(agent(None), concat!("Reportedly/", env!("CARGO_PKG_VERSION")));
        let said = agent(Some("https://desk.example/about\r\nCookie: (a)"));
        assert!(said.ends_with(" (+https://desk.example/aboutCookie: a)"), "{said}");
    }
}
