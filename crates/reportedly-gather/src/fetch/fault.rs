//! What can go wrong with a request, in plain words.

use super::{Limits, address::Refused};
use std::{error::Error, io, time::Duration};
use url::Url;

/// Why there was no answer that could be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// This is no address on the web.
    #[error("\"{0}\" is not an address that can be fetched")]
    Address(String),
    /// An address that is fetched otherwise than over HTTP.
    #[error("{0}: addresses are not fetched, only http: and https:")]
    Scheme(String),
    /// An address that is not on the public internet, or a name that has only such ones.
    #[error(
        "{0} is a private address, and those are fetched from only where that is allowed (--allow-private)"
    )]
    Private(String),
    /// The name has no address.
    #[error("there is no server called {0}")]
    Name(String),
    /// There is nobody at the address, or nobody who speaks.
    #[error("the server cannot be reached: {0}")]
    Connection(String),
    /// It cannot be told that the server is whom it says.
    #[error("the connection is not secure: {0}")]
    Certificate(String),
    /// What came is no HTTP.
    #[error("the server does not answer as a web server does: {0}")]
    Protocol(String),
    /// The whole took too long.
    #[error("the server took more than {} to answer", words(*.0))]
    TooSlow(Duration),
    /// Nothing came for too long.
    #[error("the server sent nothing for {}", words(*.0))]
    Silent(Duration),
    /// The headers are too long.
    #[error("the answer has more than {0} bytes of headers")]
    Headers(usize),
    /// The body ended before its end.
    #[error("the answer broke off after {0} bytes")]
    BrokeOff(usize),
    /// The body is packed in a way that we did not say we can read.
    #[error("the answer is packed in a way that was not asked for: {0}")]
    Packing(String),
    /// The body is not packed as it says.
    #[error("the answer cannot be unpacked")]
    Unpacking,
    /// A redirect without a place, or to none.
    #[error("the server sends us on to \"{0}\", which is not an address")]
    Redirect(String),
    /// Redirects that come back.
    #[error("the server sends us in a circle by way of {0}")]
    Circle(String),
    /// Too many redirects.
    #[error("the server sends us on more than {0} times")]
    Redirects(usize),
    /// Nothing can be fetched at all.
    #[error("fetching cannot begin: {0}")]
    Client(String),
}

/// A length of time in words.
pub(super) fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    let (number, unit) = match seconds {
        0 => (time.as_millis() as u64, "millisecond"),
        s if s % 86_400 == 0 => (s / 86_400, "day"),
        s if s % 3600 == 0 => (s / 3600, "hour"),
        s if s % 60 == 0 && s > 60 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// An error and what it came from, outermost first.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'e (dyn Error + 'static) = *error;
        // An I/O error that wraps another does not give that as its source.
        let within = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        within.map(|within| within as &(dyn Error + 'static)).or_else(|| error.source())
    })
    .take(20)
}

/// What an error says where it began.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// What went wrong before the answer began.
pub(super) fn sending(error: &reqwest::Error, url: &Url, limits: &Limits) -> Fault {
    let host = || url.host_str().unwrap_or_default().to_owned();
    if causes(error).any(<dyn Error>::is::<Refused>) {
        return Fault::Private(host());
    }
    for cause in causes(error) {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Fault::Certificate(tls_words(tls));
        }
    }
    if error.is_dns() {
        return Fault::Name(host());
    }
    if error.is_timeout() {
        return Fault::Silent(limits.connect);
    }
    let refused = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
    if error.is_connect() {
        let why = match refused.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => "nobody listens there".to_owned(),
            Some(io::ErrorKind::ConnectionReset) => "it hung up".to_owned(),
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
                "there is no way to it".to_owned()
            }
            _ => innermost(error),
        };
        return Fault::Connection(why);
    }
    let why = innermost(error);
    if why.contains("head is too large") || why.contains("too many headers") {
        return Fault::Headers(limits.headers);
    }
    if refused.is_some() || why.contains("connection closed") {
        return Fault::Connection("it hung up".to_owned());
    }
    Fault::Protocol(why)
}

fn tls_words(error: &rustls::Error) -> String {
    use rustls::CertificateError as Bad;
    match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => "the server's certificate has run out".to_owned(),
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                "the server's certificate is not valid yet, or this clock is slow".to_owned()
            }
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                "the server's certificate is for another name".to_owned()
            }
            Bad::UnknownIssuer => "nobody who is trusted vouches for the server's certificate".to_owned(),
            Bad::Revoked => "the server's certificate is revoked".to_owned(),
            other => other.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_in_plain_words() {
        for (fault, says) in [
            (Fault::TooSlow(Duration::from_secs(30)), "the server took more than 30 seconds to answer"),
            (Fault::TooSlow(Duration::from_mins(1)), "the server took more than 60 seconds to answer"),
            (Fault::Silent(Duration::from_millis(50)), "the server sent nothing for 50 milliseconds"),
            (Fault::Silent(Duration::from_hours(1)), "the server sent nothing for 1 hour"),
            (Fault::Name("wire.example".to_owned()), "there is no server called wire.example"),
        ] {
            assert_eq!(fault.to_string(), says);
        }
    }
}
