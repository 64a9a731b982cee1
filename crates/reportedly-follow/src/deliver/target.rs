//! Who is told, and by what way. Secrets are in no `Debug`.

use std::{fmt, net::IpAddr};
use url::Url;

/// A receiver of alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// The way to it.
    pub channel: Channel,
}

/// A way to a receiver. Its owner wrote down where it leads: private addresses are allowed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// JSON posted to an address.
    Webhook {
        /// The address.
        url: Secret,
        /// What the body is signed with.
        secret: Option<Secret>,
    },
    /// A message posted to a topic of an ntfy server.
    Ntfy {
        /// The topic's address.
        url: Secret,
        /// What it is let in with.
        token: Option<Secret>,
    },
    /// A program, with JSON on standard input.
    Command(Vec<String>),
    /// Mail.
    Mail(Mail),
}

/// How mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub security: Security,
    /// Who we are to it.
    pub user: Option<String>,
    /// How it knows us.
    pub password: Option<Secret>,
    /// Whose mail it is.
    pub from: String,
    /// Whom it is for.
    pub to: Vec<String>,
}

/// How the way to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte on.
    Tls,
    /// By `STARTTLS`, without which nothing is sent.
    StartTls,
    /// Not at all: for a server on the same machine.
    None,
}

/// What is shown to nobody.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Channel {
    /// Its kind, in one word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Ntfy { .. } => "ntfy",
            Self::Command(_) => "command",
            Self::Mail(_) => "smtp",
        }
    }
}

/// Whether alerts can be posted there.
pub fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// A program without its arguments, any of which could be a secret.
pub fn shown_command(command: &[String]) -> Vec<&str> {
    let arguments = (command.len() > 1).then_some("…");
    command.iter().take(1).map(String::as_str).chain(arguments).collect()
}

/// Where an address leads, without what could be a secret in it: many a webhook's whole path is one.
pub fn shown_address(text: &str) -> String {
    let Ok(url) = Url::parse(text) else { return "(no address)".to_owned() };
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let more = if url.path().len() > 1 || url.query().is_some() { "/…" } else { "" };
    format!("{}://{host}{port}{more}", url.scheme())
}

impl Mail {
    /// A mail server by its address: `smtps://me@post.example:465` is protected from the first byte on,
    /// `smtp://me@post.example:587` by `STARTTLS`; a user's name, and what might be a password. Mail itself is still
    /// from and for nobody. Errors: what is wrong, in words.
    pub fn by(address: &str) -> Result<Self, String> {
        const GIVE: &str = "give an address like \"smtps://me@post.example:465\"";
        let url = Url::parse(address).map_err(|_| GIVE.to_owned())?;
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls, 465),
            "smtp" => (Security::StartTls, 587),
            _ => return Err(GIVE.to_owned()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(GIVE)?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            security,
            user: Some(decoded(url.username())).filter(|user| !user.is_empty()),
            password: url.password().map(|password| Secret(decoded(password))),
            from: String::new(),
            to: Vec::new(),
        })
    }

    /// Whether the server is on the same machine.
    pub fn is_here(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Whether mail can be sent from or to somebody.
pub fn is_mail_address(text: &str) -> bool {
    text.parse::<lettre::message::Mailbox>().is_ok()
}

/// A part of an address without its percent signs.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_known_by_its_address() {
        let check = |address: &str, expected: (&str, u16, Security, Option<&str>)| {
            let mail = Mail::by(address).expect(address);
            let user = mail.user.as_deref();
            assert_eq!((mail.host.as_str(), mail.port, mail.security, user), expected, "{address}");
        };
        check("smtps://post.example", ("post.example", 465, Security::Tls, None));
        check(
            "smtp://me%40desk.example:p%2Fw@post.example",
            ("post.example", 587, Security::StartTls, Some("me@desk.example")),
        );
        check("smtp://[::1]:25", ("::1", 25, Security::StartTls, None));
        assert_eq!(
            Mail::by("smtps://me:p%2Fw@post.example").expect("a server").password,
            Some(Secret("p/w".to_owned()))
        );
        for wrong in ["post.example:465", "https://post.example", "smtp://", ""] {
            assert!(Mail::by(wrong).is_err(), "{wrong}");
        }
        assert!(Mail::by("smtp://127.0.0.1").expect("a server").is_here());
        assert!(!Mail::by("smtp://127.example").expect("a server").is_here());
    }

    #[test]
    fn where_an_address_leads_is_shown_and_no_more() {
        let check = |address: &str, expected: &str| assert_eq!(shown_address(address), expected, "{address}");
        check("https://me:pa55@hooks.example/T0/s3cret?k=1", "https://hooks.example/…");
        check("http://desk.example:8080", "http://desk.example:8080");
        check("nowhere", "(no address)");
    }

    #[test]
    fn a_program_is_shown_without_its_arguments() {
        let check = |command: &[&str], expected: &[&str]| {
            let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(shown_command(&command), expected);
        };
        check(&["curl", "-H", "X-Key: s3cret"], &["curl", "…"]);
        check(&["logger"], &["logger"]);
    }
}
