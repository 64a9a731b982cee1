//! Fuzzing: `cargo fuzz` on a target, its corpus started from the page fixtures.

use crate::{cargo, root, run as succeed};
use anyhow::{Context, Result};
use std::{fs, process::Command};

/// The targets in `fuzz/`.
pub const TARGETS: [&str; 3] = ["html", "flat", "feed"];
/// Bytes of the longest input that is tried: the longest fixture and some.
const LONGEST: &str = "65536";
/// Seconds in which any such input must be read.
const SLOWEST: &str = "10";

/// Runs a target for a time. What is found lies in `fuzz/artifacts`, what was learned in `fuzz/corpus`.
pub fn run(target: &str, seconds: u64) -> Result<()> {
    let corpus = root().join("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus).with_context(|| corpus.display().to_string())?;
    // The sanitizer needs the nightly toolchain, so it is asked for by name.
    succeed(
        Command::new("cargo")
            .args(["+nightly", "fuzz", "run", target])
            .arg(&corpus)
            .arg(root().join(crate::fixture::FIXTURES))
            .arg("--")
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={LONGEST}"))
            .arg(format!("-timeout={SLOWEST}"))
            .arg("-print_final_stats=1"),
    )
}

/// Whether the targets compile: without libFuzzer, which wants a C++ compiler.
pub fn compile() -> Result<()> {
    succeed(
        cargo()
            .args(["check", "--quiet", "--no-default-features", "--manifest-path"])
            .arg(root().join("fuzz/Cargo.toml"))
            .arg("--target-dir")
            .arg(root().join("target")),
    )
}
