//! What asks over the network, as it is set.

use crate::config::Settings;
use anyhow::{Context, Result};
use clap::Args;
use reportedly_gather::fetch::{Fetcher, Options, Reach};

/// An address as it is shown: without the password to get in with.
pub use reportedly_gather::fetch::without_password;

/// How the network is asked.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Network")]
pub struct Network {
    /// Fetch from addresses inside one's own network too: loopback, private, link-local
    #[arg(long)]
    pub allow_private: bool,
}

impl Network {
    /// What fetches.
    pub fn fetcher(&self, settings: &Settings) -> Result<Fetcher> {
        Fetcher::new(self.options(settings)).context("nothing can be fetched")
    }

    /// How it does that.
    pub fn options(&self, settings: &Settings) -> Options {
        let allow_private = self.allow_private || settings.allow_private.value;
        Options {
            contact: settings.contact.value.clone(),
            reach: Reach { allow_private, ..Reach::default() },
            ..Options::default()
        }
    }
}

/// Runs what waits for the network, on this thread.
pub fn run<T>(work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.context("nothing can be fetched")?.block_on(work))
}
