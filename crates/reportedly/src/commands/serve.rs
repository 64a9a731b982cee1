//! `reportedly serve`: the newsroom in the browser.

use crate::{config::Settings, network::run, terminal::say};
use anyhow::Result;
use clap::Args;
use std::net::SocketAddr;

/// `serve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly serve
  reportedly serve --listen 127.0.0.1:9000
  reportedly serve --base /news         behind a proxy that hands over https://desk.example/news/

The server is for one person on one machine: it listens on a loopback address and asks for no
password. End it with Ctrl-C; what is under way is answered first.")]
pub struct Serve {
    /// Where to listen; a loopback address
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The path under which a reverse proxy hands over
    #[arg(long, value_name = "PATH", default_value = "", value_parser = base)]
    pub base: String,
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
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let folder = settings.library()?.to_path_buf();
        let options = reportedly_serve::Options { folder, listen: self.listen, base: self.base.clone() };
        let base = self.base.clone();
        let started = |at: SocketAddr| say(&format!("the newsroom is at http://{at}{base}/"));
        run(reportedly_serve::serve(options, started, std::future::pending()))??;
        Ok(())
    }
}
