//! Throughput of reading: the bench workspace, one process a tool and round, so that none pays for another's memory.

use crate::{cargo, root, run as succeed};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{path::Path, process::Command};

/// The tools, ours first. The third is what ratios are to.
const TOOLS: &[&str] =
    &["article", "reading", "dom_smoothie", "libreadability", "trafilatura", "rust-trafilatura"];
const REFERENCE: &str = "dom_smoothie";

/// What one process measured.
struct Run {
    pages_a_second: f64,
    slowest_ms: f64,
    slowest_page: String,
    peak_mb: f64,
    failed: u64,
}

/// Lets each tool read every page `rounds` times, taking turns, and prints the best run of each.
pub fn run(data: &Path, rounds: usize) -> Result<()> {
    let data = if data.is_dir() {
        data.to_path_buf()
    } else {
        println!("no pages at {}: reading examples/newsroom instead", data.display());
        root().join("examples/newsroom")
    };
    let manifest = root().join("bench/Cargo.toml");
    println!("building the peers, several minutes the first time …");
    // One peer declares a newer compiler than it needs; without the flag it could not be measured.
    let build = ["build", "--release", "--quiet", "--ignore-rust-version", "--manifest-path"];
    succeed(cargo().args(build).arg(&manifest))?;
    let binary = root().join("bench/target/release/reportedly-bench");
    let mut best: Vec<Option<Run>> = TOOLS.iter().map(|_| None).collect();
    for round in 0..rounds.max(1) {
        for (tool, best) in TOOLS.iter().zip(&mut best) {
            eprint!("\rround {} of {rounds}: {tool}                    ", round + 1);
            let measured = one(&binary, tool, &data)?;
            if best.as_ref().is_none_or(|b| measured.pages_a_second > b.pages_a_second) {
                *best = Some(measured);
            }
        }
    }
    eprint!("\r{:60}\r", "");
    let reference = TOOLS
        .iter()
        .zip(&best)
        .find_map(|(t, b)| (*t == REFERENCE).then_some(b.as_ref()?.pages_a_second))
        .unwrap_or(f64::NAN);
    println!("one thread; best of {rounds} rounds; ratios to {REFERENCE} in this run");
    println!(
        "{:<28} {:>14} {:>7} {:>11} {:>9} {:>7}",
        "tool", "pages/CPU s", "ratio", "slowest ms", "peak MB", "failed"
    );
    for (tool, run) in TOOLS.iter().zip(&best) {
        let Some(r) = run else { continue };
        let name = match *tool {
            "article" => "reportedly, article alone",
            "reading" => "reportedly, whole reading",
            other => other,
        };
        println!(
            "{name:<28} {:>14.1} {:>7.2} {:>11.1} {:>9.0} {:>7}   {}",
            r.pages_a_second,
            r.pages_a_second / reference,
            r.slowest_ms,
            r.peak_mb,
            r.failed,
            r.slowest_page
        );
    }
    Ok(())
}

/// Fills a library with articles that are made in the run, and asks it.
pub fn library(articles: usize, pages: usize, folder: Option<&Path>, binary: &Path) -> Result<()> {
    let mut command = cargo();
    command.args(["bench", "--quiet", "--package", "reportedly-library", "--bench", "library", "--"]);
    command.args(["--articles", &articles.to_string(), "--pages", &pages.to_string(), "--bin"]).arg(binary);
    if let Some(folder) = folder {
        command.arg("--folder").arg(folder);
    }
    succeed(&mut command)
}

/// Plays a fortnight of updates against a server that is made in the run.
pub fn gather(days: usize, feeds: usize, seed: u64) -> Result<()> {
    let mut command = cargo();
    command.args(["bench", "--quiet", "--package", "reportedly-follow", "--bench", "gather", "--"]);
    command.args(["--days", &days.to_string(), "--feeds", &feeds.to_string(), "--seed", &seed.to_string()]);
    succeed(&mut command)
}

fn one(binary: &Path, tool: &str, data: &Path) -> Result<Run> {
    let output = Command::new(binary).arg(tool).arg(data).output().context("the bench program")?;
    if !output.status.success() {
        bail!("{tool}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let v: Value = serde_json::from_slice(&output.stdout)?;
    let number = |name: &str| v[name].as_f64().with_context(|| format!("{tool}: no {name}"));
    Ok(Run {
        pages_a_second: number("pages")? / number("cpu_s")?.max(1e-9),
        slowest_ms: number("slowest_ms")?,
        slowest_page: v["slowest_page"].as_str().unwrap_or("").to_owned(),
        peak_mb: number("peak_mb")?,
        failed: v["failed"].as_u64().unwrap_or(0),
    })
}
