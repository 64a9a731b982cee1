//! Sending one message, within bounds of time and room.

use super::{
    prepare::Prepared,
    target::{Mail, Secret, Security},
    wording::one_line,
};
use jiff::Timestamp;
use lettre::{
    Message, SmtpTransport, Transport,
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use reportedly_gather::fetch::{RetryAfter, agent};
use reqwest::{
    StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use rustls::crypto::{CryptoProvider, ring};
use std::{
    error::Error,
    io::{Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// How long a receiver may take, from the first byte to its answer.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// For a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Between two looks at whether a program has ended.
const LOOK: Duration = Duration::from_millis(10);
/// How long what a program has said is waited for after its end.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// Bytes of what a receiver says that are told.
const SAID: usize = 300;

/// Why a message did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In words.
    pub said: String,
    /// The receiver answered, and will not have it: this message or any.
    pub refused: bool,
    /// Not again before.
    pub after: Option<Timestamp>,
}

impl Failure {
    /// What may be over soon.
    pub fn trouble(said: impl Into<String>) -> Self {
        Self { said: said.into(), refused: false, after: None }
    }

    fn refused(said: impl Into<String>) -> Self {
        Self { refused: true, ..Self::trouble(said) }
    }
}

/// Sends a message; when this returns without an error, the receiver has said that it has it.
pub fn send(message: &Prepared, now: Timestamp) -> Result<(), Failure> {
    match message {
        Prepared::Post { url, headers, authorization, body } => {
            post(url, headers, authorization.as_ref(), body, now)
        }
        Prepared::Run { command, variables, input } => run(command, variables, input, PATIENCE),
        Prepared::Mail { by, message } => mail(by, message),
    }
}

fn post(
    url: &Secret,
    headers: &[(&'static str, String)],
    authorization: Option<&Secret>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Failure> {
    let mut all = HeaderMap::new();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            all.insert(name, value);
        }
    }
    if let Some(authorization) = authorization {
        let value = HeaderValue::from_str(&authorization.0);
        let mut value =
            value.map_err(|_| Failure::refused("the token has characters that no header may have"))?;
        value.set_sensitive(true);
        all.insert(header::AUTHORIZATION, value);
    }
    if CryptoProvider::get_default().is_none() {
        let _ = ring::default_provider().install_default();
    }
    let client = reqwest::Client::builder()
        .user_agent(agent(None))
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .timeout(PATIENCE)
        .build()
        .map_err(|e| Failure::trouble(innermost(&e)))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::trouble(e.to_string()))?;
    runtime.block_on(async {
        let asked = client.post(&url.0).headers(all).body(body.to_vec()).send().await;
        let mut answer = asked.map_err(|e| Failure::trouble(in_words(&e)))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let after = answer.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok());
        let after = after.and_then(RetryAfter::read).map(|after| after.at(now));
        let mut said = Vec::new();
        while said.len() < SAID
            && let Ok(Some(piece)) = answer.chunk().await
        {
            said.extend_from_slice(&piece);
        }
        let said = with_words(&format!("it answered {}", status.as_u16()), &said);
        // What is said of time, or of too many, is over by itself; a redirect is an address that was written down wrong.
        let soon = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
        let refused = !status.is_server_error() && !soon.contains(&status);
        Err(Failure { said, refused, after })
    })
}

/// What is wrong with a request, without its address, which may be a secret.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        format!("no answer within {} seconds", PATIENCE.as_secs())
    } else if error.is_builder() {
        "its address cannot be used".to_owned()
    } else if error.is_connect() {
        format!("no connection: {}", innermost(error))
    } else {
        innermost(error)
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    one_line(&error.to_string())
}

/// What happened, with what the receiver said to it.
fn with_words(happened: &str, said: &[u8]) -> String {
    let said = one_line(&String::from_utf8_lossy(&said[..said.len().min(SAID)]));
    if said.is_empty() { happened.to_owned() } else { format!("{happened}: {said}") }
}

/// Runs a program, without a shell and in a group of its own, which is ended with it if it takes too long.
fn run(
    command: &[String],
    variables: &[(&'static str, String)],
    input: &[u8],
    patience: Duration,
) -> Result<(), Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Failure::refused("no program is named"));
    };
    let mut command = Command::new(program);
    command.args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|e| Failure::trouble(format!("{program}: {e}")))?;
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_vec();
        // Who does not read what is handed in is no failure; who exits without an error has it.
        thread::spawn(move || stdin.write_all(&input));
    }
    let (words, heard) = mpsc::channel();
    if let Some(mut stderr) = child.stderr.take() {
        thread::spawn(move || {
            let mut piece = [0; 512];
            let mut said = Vec::new();
            while let Ok(read @ 1..) = stderr.read(&mut piece) {
                let room = SAID.saturating_sub(said.len()).min(read);
                said.extend_from_slice(&piece[..room]);
            }
            // Nobody waits for it any more where the program has left others behind.
            let _ = words.send(said);
        });
    }
    let ended = wait(&mut child, patience);
    let happened = match ended {
        Ok(Some(status)) if status.success() => return Ok(()),
        Ok(Some(status)) => match status.code() {
            Some(code) => format!("{program} ended with status {code}"),
            None => format!("{program} was ended by a signal"),
        },
        Ok(None) => format!("{program} did not end within {} seconds", patience.as_secs_f32()),
        Err(e) => format!("{program}: {e}"),
    };
    let said = heard.recv_timeout(LAST_WORDS).unwrap_or_default();
    Err(Failure::trouble(with_words(&happened, &said)))
}

/// Waits for a program, and ends it with all that it has started once that takes too long; then there is no status.
fn wait(child: &mut Child, patience: Duration) -> std::io::Result<Option<ExitStatus>> {
    let begun = Instant::now();
    while begun.elapsed() < patience {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(LOOK);
    }
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(
        rustix::process::Pid::from_child(child),
        rustix::process::Signal::KILL,
    );
    child.kill()?;
    child.wait()?;
    Ok(None)
}

fn mail(by: &Mail, message: &Message) -> Result<(), Failure> {
    let trouble = |e: lettre::transport::smtp::Error| Failure {
        said: with_words("the mail server", innermost(&e).as_bytes()),
        refused: e.is_permanent(),
        after: None,
    };
    let parameters = || TlsParameters::new(by.host.clone()).map_err(trouble);
    let tls = match by.security {
        Security::Tls => Tls::Wrapper(parameters()?),
        Security::StartTls => Tls::Required(parameters()?),
        Security::None => Tls::None,
    };
    let mut transport =
        SmtpTransport::builder_dangerous(by.host.as_str()).port(by.port).tls(tls).timeout(Some(PATIENCE));
    if let (Some(user), Some(password)) = (&by.user, &by.password) {
        transport = transport.credentials(Credentials::new(user.clone(), password.0.clone()));
    }
    transport.build().send(message).map(|_| ()).map_err(trouble)
}
