//! `reportedly serve`: the newsroom in the browser.

use crate::{
    config::{Config, Pages, Settings},
    demo,
    network::Network,
    terminal::say,
};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use reportedly_library::{Error::Missing, Library, Writer};
use reportedly_serve::{Options, Upkeep};
use std::{
    io::{self, IsTerminal},
    net::SocketAddr,
    pin::pin,
};
use tokio::sync::oneshot;
use tracing_subscriber::fmt;

/// `serve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly serve
  reportedly serve --demo               the example newsroom: nothing is needed, and nothing stays
  reportedly serve --listen 127.0.0.1:9000
  reportedly serve --base /news         behind a proxy that hands over https://desk.example/news/

While it runs, what is due at the subscriptions is asked as `update` does, and whoever follows
something is told.

The server is for one person on one machine: it listens on a loopback address and asks for no
password. End it with Ctrl-C (or SIGTERM); what is under way is answered first, for at most ten
seconds. A second Ctrl-C ends it at once.

For whoever watches it: /healthz answers while it runs, /readyz when the library can be read,
/metrics has counts and times for Prometheus. The log on standard error has a line a request, with
the kind of page and never its address or what was searched for.")]
pub struct Serve {
    /// Where to listen; a loopback address
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The path under which a reverse proxy hands over
    #[arg(long, value_name = "PATH", default_value = "", value_parser = base)]
    pub base: String,
    /// Serve the example newsroom that is built in, from a temporary library
    #[arg(long)]
    pub demo: bool,
    /// The log: text, json, or none [default: text on a terminal, else json]
    #[arg(long, value_name = "FORM", hide_possible_values = true)]
    pub log: Option<Log>,
    /// Ask nothing by itself: only what somebody asks for in the browser
    #[arg(long)]
    pub no_updates: bool,
    /// How the network is asked.
    #[command(flatten)]
    pub network: Network,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// For people.
    Text,
    /// An object a line.
    Json,
    /// Not at all.
    None,
}

impl Log {
    /// Begins the log, on standard error.
    fn begin(self) {
        let to = || fmt().with_writer(io::stderr).with_target(false);
        let begun = match self {
            Self::Text => to().with_ansi(false).try_init(),
            Self::Json => to().json().flatten_event(true).try_init(),
            Self::None => return,
        };
        if begun.is_ok() {
            std::panic::set_hook(Box::new(|panic| {
                tracing::error!(what = %panic, "a part of the program failed");
            }));
        }
    }
}

/// A path that begins with a slash and does not end in one.
fn base(text: &str) -> Result<String, String> {
    let bare = text.trim_matches('/');
    let fine = bare.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c)) && !bare.contains("//");
    match (bare.is_empty(), fine) {
        (true, _) => Ok(String::new()),
        (false, true) => Ok(format!("/{bare}")),
        (false, false) => Err("give a path of letters, digits, - . _ ~ and /".to_owned()),
    }
}

impl Serve {
    /// Serves until it is told to stop.
    pub fn run(&self, config: &Config) -> Result<()> {
        let settings = config.settings()?;
        let log = self.log.unwrap_or(if io::stderr().is_terminal() { Log::Text } else { Log::Json });
        // Held until the end: the example goes with it.
        let example = self.demo.then(demo::library).transpose()?;
        let folder = match &example {
            Some(folder) => folder.path().to_path_buf(),
            None => settings.library()?.to_path_buf(),
        };
        let begun = match Library::open(&folder) {
            Err(Missing(_)) => Some(Writer::open(&folder)?.folder().display().to_string()),
            _ => None,
        };
        let options = Options {
            listen: self.listen,
            base: self.base.clone(),
            upkeep: self.upkeep(settings, config),
            ..Options::of(folder)
        };
        let base = self.base.clone();
        let started = move |at: SocketAddr| {
            let address = format!("http://{at}{base}/");
            match log {
                Log::Json => {
                    log.begin();
                    if let Some(library) = begun {
                        tracing::info!(library, "began a library");
                    }
                    tracing::info!(address, "the newsroom is open");
                }
                Log::Text | Log::None => {
                    say(&format!("the newsroom is at {address}"));
                    if let Some(library) = begun {
                        say(&format!("began a library in {library}; news comes with the first subscription"));
                    }
                    log.begin();
                }
            }
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.context("the server cannot be run")?;
        let served = runtime.block_on(until_told(options, started));
        // Whoever still reads the library by now is waited for by nobody.
        runtime.shutdown_background();
        served
    }

    /// How the library is kept up to date, as it is set.
    fn upkeep(&self, settings: &Settings, config: &Config) -> Upkeep {
        let targets = settings.targets.value.0.iter();
        Upkeep {
            // The example is no newsroom of anybody's.
            updates: !self.no_updates && !self.demo,
            network: self.network.options(settings),
            keep_pages: settings.pages.value == Pages::All,
            targets: targets.map(|receiver| (receiver.name.clone(), receiver.target())).collect(),
            configuration: config.file.as_ref().map(|file| file.value.clone()),
            ..Upkeep::default()
        }
    }
}

/// Serves until it is told to stop, and answers what is under way; told again, it stops at once.
async fn until_told(options: Options, started: impl FnOnce(SocketAddr)) -> Result<()> {
    let mut signals = Signals::new().context("nobody could stop the server")?;
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async {
        let _ = stopped.await;
    };
    let mut serving = pin!(reportedly_serve::serve(options, started, stopped));
    tokio::select! {
        served = &mut serving => return Ok(served?),
        () = signals.next() => drop(stop),
    }
    tokio::select! {
        served = serving => Ok(served?),
        () = signals.next() => Ok(()),
    }
}

/// What tells a server to stop: Ctrl-C, and what a system's services are ended with.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
