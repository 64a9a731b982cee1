//! The binary: arguments in, answers out, nothing else.

mod arguments;
mod commands;
mod config;
mod demo;
mod destination;
mod formats;
mod indexing;
mod network;
mod ordered;
mod pages;
mod terminal;

use anyhow::Result;
use arguments::{Arguments, Command};
use clap::FromArgMatches;
use config::Config;
use pages::Tally;
use std::{io, process::ExitCode};
use terminal::say;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut tally = Tally::default();
    let done = match arguments::command_line().try_get_matches().and_then(|m| Arguments::from_arg_matches(&m))
    {
        Ok(arguments) => dispatch(&arguments, &mut tally),
        Err(e) if e.use_stderr() => e.exit(),
        Err(help) => terminal::show(&help.render()).map_err(Into::into),
    };
    match done {
        // Whoever closed the pipe has seen enough.
        Err(e) if is_closed_pipe(&e) => ExitCode::SUCCESS,
        Err(e) if e.is::<Usage>() => {
            for line in format!("error: {e}").lines() {
                say(line);
            }
            say("");
            say("For more information, try '--help'.");
            ExitCode::from(2)
        }
        Err(e) => {
            say(&format!("reportedly: {}", in_words(&e)));
            ExitCode::FAILURE
        }
        Ok(()) if tally.problems > 0 => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn dispatch(arguments: &Arguments, tally: &mut Tally) -> Result<()> {
    let config = Config::load(&arguments.everywhere, &config::environment());
    match &arguments.command {
        Command::Read(command) => command.run(config.settings()?, tally),
        Command::Stories(command) => command.run(config.settings()?, tally),
        Command::Timeline(command) => command.run(config.settings()?, tally),
        Command::Add(command) => command.run(config.settings()?, tally),
        Command::Update(command) => command.run(config.settings()?, tally),
        Command::Serve(command) => command.run(&config),
        Command::Story(command) => command.run(config.settings()?),
        Command::Article(command) => command.run(config.settings()?),
        Command::History(command) => command.run(config.settings()?),
        Command::Rebuild(command) => command.run(config.settings()?),
        Command::Check(command) => command.run(config.settings()?, tally),
        Command::Forget(command) => command.run(config.settings()?),
        Command::Backup(command) => command.run(config.settings()?),
        Command::Restore(command) => command.run(config.settings()?),
        Command::Export(command) => command.run(config.settings()?),
        Command::Import(command) => command.run(config.settings()?, tally),
        Command::Retain(command) => command.run(config.settings()?),
        Command::Subscriptions(command) => command.run(config.settings()?),
        Command::Search(command) => command.run(config.settings()?),
        Command::Follow(command) => command.run(config.settings()?),
        Command::Following(command) => command.run(config.settings()?),
        Command::Unfollow(command) => command.run(config.settings()?),
        Command::Alerts(command) => command.run(config.settings()?, tally),
        Command::Config(command) => command.run(&config),
        Command::Doctor(command) => command.run(&config, tally),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    }
}

/// What went wrong and why, each said once: many an error's own words hold those of its cause.
fn in_words(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said {
        said if said.is_empty() => cause,
        said if said.contains(&cause) => said,
        said => format!("{said}: {cause}"),
    })
}

/// A command line or a configuration that asks for what cannot be.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error
        .downcast_ref::<io::Error>()
        .map(io::Error::kind)
        .or_else(|| error.downcast_ref::<serde_json::Error>()?.io_error_kind());
    kind == Some(io::ErrorKind::BrokenPipe)
}
