//! Learns the weights that ship with the program, from the corpora that `DATA.md` names.
//!
//! First everything is learned on four fifths of the documents and measured on the rest, five times over; then on
//! all of them, and written to `crates/reportedly-text/tables/en/`. The same data gives the same bytes.

mod gum;
mod perceptron;
mod tagger;

use anyhow::{Context, Result};
use std::path::Path;

/// Where the weights are written, from the root of the workspace.
const TABLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/reportedly-text/tables/en");

/// Parts for cross-validation.
const FOLDS: usize = 5;

/// Learns everything from the folder `data`.
pub fn run(data: &Path) -> Result<()> {
    let documents = gum::read(&data.join("gum/dep")).context("GUM")?;
    let weights = tagger::learn(&documents);
    write("tagger", &weights)
}

fn write(name: &str, weights: &[u8]) -> Result<()> {
    let path = Path::new(TABLES).join(format!("{name}.weights"));
    std::fs::write(&path, weights).with_context(|| path.display().to_string())?;
    say(&format!("{name}: {} bytes", weights.len()));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was measured is this command's answer")]
fn say(line: &str) {
    println!("{line}");
}
