//! Development commands, run as `cargo xtask COMMAND`.

// Development commands speak to the developer; there is no data to keep apart on standard output.
#![allow(clippy::print_stdout)]

mod bench;
mod fixture;
mod fuzz;
mod gate;
mod hostile;
mod serve;
mod test;
mod train;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development commands", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that must pass: format, lints, tests, transcripts, the README's commands, the gate
    Test {
        /// Where the benchmark kit lies
        #[arg(long, value_name = "DIR", default_value = gate::DATA)]
        data: PathBuf,
    },
    /// Throughput of reading, beside other extractors in the same run, and the cost of hostile pages; or what a library of
    /// a million articles costs, and the newsroom's pages over it; or a fortnight of updates, played
    Bench {
        /// What: reading, a library of a million articles, the newsroom over it, or a fortnight of updates
        #[arg(value_enum, default_value = "reading")]
        what: Measured,
        /// Articles in the library
        #[arg(long, default_value_t = 1_000_000)]
        articles: usize,
        /// Pages in the archive that is added to a library
        #[arg(long, default_value_t = 20_000)]
        pages: usize,
        /// Where the library is made, and stays [default: a temporary folder]
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
        /// Days that are played; 0: every feed is due at once, and updated in one go
        #[arg(long, default_value_t = 14)]
        days: usize,
        /// Feeds that are played
        #[arg(long, default_value_t = 200)]
        feeds: usize,
        /// What the invented world is made from
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Hostile pages only; with a word, those that have it in their name
        #[arg(long, value_name = "WORD", num_args = 0..=1, default_missing_value = "")]
        hostile: Option<String>,
        /// The program that reads the hostile pages [default: the release build of this workspace]
        #[arg(long, value_name = "FILE")]
        bin: Option<PathBuf>,
        /// Pages to read: a folder of the benchmark kit's corpora
        #[arg(long, value_name = "DIR", default_value = "../shared/bench/pages")]
        data: PathBuf,
        /// How many times each tool reads everything; the best run counts
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
    /// Run the scorers on the release binary; fails when a figure falls below its floor in gate.toml
    Gate {
        /// Where the benchmark kit lies
        #[arg(long, value_name = "DIR", default_value = gate::DATA)]
        data: PathBuf,
        /// Raise the floors to what was measured
        #[arg(long)]
        raise: bool,
        /// Lower the floors too, where less was measured: say why in the commit
        #[arg(long)]
        lower: bool,
    },
    /// Make a page fixture from a page, ready to correct by hand
    Fixture {
        /// The page
        page: PathBuf,
        /// The fixture's name [default: the page's]
        #[arg(long)]
        name: Option<String>,
    },
    /// Fuzz a target with cargo-fuzz and the nightly toolchain, from the page fixtures
    Fuzz {
        /// The target
        #[arg(value_parser = fuzz::TARGETS)]
        target: String,
        /// For how long, in seconds
        #[arg(long, default_value_t = 600)]
        seconds: u64,
    },
    /// Learn the weights that ship with the program, again (DATA.md says from what)
    Train {
        /// Where the data that may be learned from lies
        #[arg(long, value_name = "DIR", default_value = "../shared/train")]
        data: PathBuf,
    },
}

/// What `bench` measures.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Measured {
    /// Reading: throughput beside other extractors, and hostile pages
    Reading,
    /// A library: filling it, asking it, opening it; pages from an archive
    Library,
    /// The newsroom's pages over a library: each room by itself, and story pages under load
    Serve,
    /// Gathering: updates against a server with a clock of its own, and whether all was polite and nothing missed
    Gather,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // Paths are given from where the developer stands; everything else is said from the root.
    let here = std::env::current_dir()?;
    std::env::set_current_dir(root()).context("the workspace's root")?;
    match arguments.task {
        Task::Test { data } => test::run(&data),
        Task::Bench { what: Measured::Library, articles, pages, folder, bin, .. } => {
            let binary = bin.map_or_else(release_binary, |bin| Ok(here.join(bin)))?;
            bench::library(articles, pages, folder.map(|f| here.join(f)).as_deref(), &binary)
        }
        Task::Bench { what: Measured::Serve, articles, folder, bin, .. } => {
            let binary = bin.map_or_else(release_binary, |bin| Ok(here.join(bin)))?;
            serve::run(articles, folder.map(|f| here.join(f)).as_deref(), &binary)
        }
        Task::Bench { what: Measured::Gather, days, feeds, seed, .. } => bench::gather(days, feeds, seed),
        Task::Bench { hostile, bin, data, rounds, .. } => {
            if hostile.is_none() {
                bench::run(&data, rounds)?;
            }
            let binary = bin.map_or_else(release_binary, |bin| Ok(here.join(bin)))?;
            hostile::run(&binary, hostile.as_deref().unwrap_or_default())
        }
        Task::Gate { data, raise, lower } => gate::run(&data, raise, lower),
        Task::Fixture { page, name } => fixture::run(&here.join(page), name.as_deref()),
        Task::Fuzz { target, seconds } => fuzz::run(&target, seconds),
        Task::Train { data } => train::run(&data),
    }
}

/// The workspace's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf()
}

/// Runs a command to its end; an error where it cannot be run or fails.
fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed ({status})");
    }
    Ok(())
}

/// The cargo that runs us.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds the release binary and says where it is.
fn release_binary() -> Result<PathBuf> {
    run(cargo().args(["build", "--release", "--quiet", "--package", "reportedly"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release").join(format!("reportedly{}", std::env::consts::EXE_SUFFIX)))
}
