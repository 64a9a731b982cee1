//! Who is told, and by what way. Secrets are in no `Debug`.

use std::fmt;

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
