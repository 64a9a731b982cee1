//! What is sent: the whole of a message, made before anything is sent, so that it can be shown instead.
//!
//! Words of articles are hostile. In headers they stand on one line of ASCII, in the environment of a program without
//! control characters, and never among the arguments of one.

use super::{
    target::{Channel, Mail, Secret, Target, shown_address, shown_command},
    wording::{one_line, subject, text},
};
use crate::{Alert, News, following::word};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use lettre::message::{Mailbox, Message, header};
use serde_json::Value;
use sha2::Sha256;
use std::fmt::Write as _;
use url::Url;

/// Bytes of a header's words before they are encoded.
const HEADER: usize = 400;
/// Characters of an encoded word, as RFC 2047 allows them.
const ENCODED: usize = 75;
/// Bytes of a message to ntfy, which makes a file of what is longer.
const MESSAGE: usize = 3_500;
/// Bytes of a word in a program's environment.
const WORD: usize = 4_000;

/// One try of sending an alert.
#[derive(Clone, Debug)]
pub struct Parcel<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// Which try it is.
    pub attempt: u32,
    /// When.
    pub now: Timestamp,
    /// It is only a test.
    pub test: bool,
}

/// A message, ready to go.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// A request.
    Post {
        /// Where to.
        url: Secret,
        /// Header lines.
        headers: Vec<(&'static str, String)>,
        /// What lets it in, for the `Authorization` header.
        authorization: Option<Secret>,
        /// The body.
        body: Vec<u8>,
    },
    /// A program.
    Run {
        /// It and its arguments.
        command: Vec<String>,
        /// Variables of its environment.
        variables: Vec<(&'static str, String)>,
        /// What it reads.
        input: Vec<u8>,
    },
    /// Mail.
    Mail {
        /// How it is sent.
        by: Mail,
        /// The message.
        message: Box<Message>,
    },
}

impl Prepared {
    /// Makes a message for a target. Errors: what is wrong with the target, in words.
    pub fn of(target: &Target, parcel: &Parcel<'_>) -> Result<Self, String> {
        match &target.channel {
            Channel::Webhook { url, secret } => Ok(webhook(url, secret.as_ref(), parcel)),
            Channel::Ntfy { url, token } => Ok(ntfy(url, token.as_ref(), parcel)),
            Channel::Command(command) => Ok(run(command, parcel)),
            Channel::Mail(mail) => self::mail(mail, parcel),
        }
    }

    /// As it is shown to people in place of being sent.
    pub fn shown(&self) -> String {
        let mut shown = String::new();
        match self {
            Self::Post { url, headers, authorization, body } => {
                let _ = writeln!(shown, "POST {}", shown_address(&url.0));
                for (name, value) in headers {
                    let _ = writeln!(shown, "{name}: {value}");
                }
                if authorization.is_some() {
                    shown.push_str("Authorization: (secret)\n");
                }
                let _ = writeln!(shown, "\n{}", String::from_utf8_lossy(body));
            }
            Self::Run { command, variables, input } => {
                for (name, value) in variables {
                    let _ = writeln!(shown, "{name}={value:?}");
                }
                let _ = writeln!(
                    shown,
                    "{:?}\n\n{}",
                    shown_command(command),
                    String::from_utf8_lossy(input).trim_end()
                );
            }
            Self::Mail { by, message } => {
                let mail = message.formatted();
                let _ = writeln!(shown, "{}:{}", by.host, by.port);
                let _ =
                    writeln!(shown, "{}", String::from_utf8_lossy(&mail).replace("\r\n", "\n").trim_end());
            }
        }
        shown
    }
}

/// What programs are given: the alert, and which try it is.
fn json(parcel: &Parcel<'_>) -> Vec<u8> {
    let mut json = serde_json::to_value(parcel.alert).unwrap_or_default();
    if let Value::Object(json) = &mut json {
        json.insert("attempt".to_owned(), parcel.attempt.into());
        json.insert("sent_at".to_owned(), parcel.now.to_string().into());
        json.insert("test".to_owned(), parcel.test.into());
    }
    serde_json::to_vec(&json).unwrap_or_default()
}

/// The first link that is an address of the web.
fn first_link(alert: &Alert) -> Option<String> {
    let addresses = alert.links.iter().filter_map(|link| Url::parse(link.url.as_deref()?).ok());
    addresses.filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from).next()
}

fn marks(parcel: &Parcel<'_>) -> Vec<(&'static str, String)> {
    vec![("Reportedly-Alert", ascii(&parcel.alert.id)), ("Reportedly-Attempt", parcel.attempt.to_string())]
}

fn webhook(url: &Secret, secret: Option<&Secret>, parcel: &Parcel<'_>) -> Prepared {
    let body = json(parcel);
    let mut headers = vec![("Content-Type", "application/json".to_owned())];
    headers.extend(marks(parcel));
    if let Some(secret) = secret {
        headers.push(("Reportedly-Signature", signature(secret, parcel.now, &body)));
    }
    Prepared::Post { url: url.clone(), headers, authorization: None, body }
}

/// `t=UNIX,v1=HEX`: the HMAC-SHA256 of the time, a full stop and the body.
fn signature(secret: &Secret, now: Timestamp, body: &[u8]) -> String {
    let time = now.as_second();
    let mut signature = format!("t={time},v1=");
    // A key may have any length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.0.as_bytes()) {
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        for byte in mac.finalize().into_bytes() {
            let _ = write!(signature, "{byte:02x}");
        }
    }
    signature
}

fn ntfy(url: &Secret, token: Option<&Secret>, parcel: &Parcel<'_>) -> Prepared {
    let alert = parcel.alert;
    let weighs = matches!(alert.news, News::Denial | News::Status);
    let mut headers = vec![
        ("Title", encoded(&subject(alert))),
        ("Tags", format!("newspaper,{}", word(alert.news))),
        ("Priority", if weighs { "high" } else { "default" }.to_owned()),
    ];
    headers.extend(first_link(alert).map(|url| ("Click", url)));
    headers.extend(marks(parcel));
    Prepared::Post {
        url: url.clone(),
        headers,
        authorization: token.map(|token| Secret(format!("Bearer {}", token.0))),
        body: start(&text(alert), MESSAGE).as_bytes().to_vec(),
    }
}

fn run(command: &[String], parcel: &Parcel<'_>) -> Prepared {
    let alert = parcel.alert;
    let say = |text: &str| start(&one_line(text), WORD).to_owned();
    let variables = vec![
        ("REPORTEDLY_ALERT_ID", say(&alert.id)),
        ("REPORTEDLY_ALERT_ATTEMPT", parcel.attempt.to_string()),
        ("REPORTEDLY_ALERT_TEST", if parcel.test { "1" } else { "" }.to_owned()),
        ("REPORTEDLY_ALERT_NEWS", word(alert.news).to_owned()),
        ("REPORTEDLY_ALERT_FOLLOW", say(&alert.follow)),
        ("REPORTEDLY_ALERT_STORY", say(&alert.story)),
        ("REPORTEDLY_ALERT_SUBJECT", say(&subject(alert))),
        ("REPORTEDLY_ALERT_HEADLINE", say(&alert.headline)),
        ("REPORTEDLY_ALERT_TEXT", say(&alert.text)),
        ("REPORTEDLY_ALERT_URL", first_link(alert).map(|url| say(&url)).unwrap_or_default()),
    ];
    let mut input = json(parcel);
    input.push(b'\n');
    Prepared::Run { command: command.to_vec(), variables, input }
}

fn mail(by: &Mail, parcel: &Parcel<'_>) -> Result<Prepared, String> {
    let alert = parcel.alert;
    let mut body = text(alert);
    let _ = write!(
        body,
        "\n-- \nReportedly, following {}. Alert {}.\n",
        one_line(&alert.follow),
        ascii(&alert.id)
    );
    addressed(by, &alert.id, &subject(alert), Some(&alert.story), marks(parcel), body, parcel.now)
}

/// A letter that is no alert.
pub fn letter(by: &Mail, id: &str, subject: &str, body: String, now: Timestamp) -> Result<Prepared, String> {
    addressed(by, id, &one_line(subject), None, Vec::new(), body, now)
}

fn addressed(
    by: &Mail,
    id: &str,
    subject: &str,
    story: Option<&str>,
    marks: Vec<(&'static str, String)>,
    body: String,
    now: Timestamp,
) -> Result<Prepared, String> {
    let mailbox = |address: &str| {
        address.parse::<Mailbox>().map_err(|e| format!("{address:?} is no address of mail: {e}"))
    };
    let from = mailbox(&by.from)?;
    let domain = from.email.domain().to_owned();
    let mut message = Message::builder()
        .from(from)
        .subject(subject)
        // The same for every try, so that whoever reads it sees one; what is of one story hangs together.
        .message_id(Some(format!("<{}@{domain}>", ascii(id))))
        .date(now.into())
        .header(header::ContentType::TEXT_PLAIN);
    if let Some(story) = story {
        message = message.references(format!("<story-{}@{domain}>", ascii(story)));
    }
    for to in &by.to {
        message = message.to(mailbox(to)?);
    }
    for (name, value) in marks.into_iter().chain([("Auto-Submitted", "auto-generated".to_owned())]) {
        let name = header::HeaderName::new_from_ascii_str(name);
        message = message.raw_header(header::HeaderValue::new(name, value));
    }
    let message = message.body(body).map_err(|e| e.to_string())?;
    Ok(Prepared::Mail { by: by.clone(), message: Box::new(message) })
}

/// What of a text may stand in a header or an address as it is.
fn ascii(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).filter(|c| !matches!(c, '<' | '>' | '@')).take(200).collect()
}

/// The beginning of a text.
fn start(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A header's value: as it is where it is ASCII, else in the encoded words of RFC 2047.
fn encoded(value: &str) -> String {
    let value = one_line(value);
    let value = start(&value, HEADER);
    if value.is_ascii() && !value.contains("=?") {
        return value.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in value.chars() {
        let mut letter = String::new();
        match c {
            ' ' => letter.push('_'),
            c if c.is_ascii_alphanumeric() => letter.push(c),
            c => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(letter, "={byte:02X}");
                }
            }
        }
        if word.len() + letter.len() + "=?UTF-8?Q??=".len() > ENCODED {
            words.push(std::mem::take(&mut word));
        }
        word.push_str(&letter);
    }
    words.push(word);
    words.iter().map(|word| format!("=?UTF-8?Q?{word}?=")).collect::<Vec<_>>().join(" ")
}
