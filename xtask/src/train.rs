//! Learns the weights that ship with the program, from the corpora that `DATA.md` names.
//!
//! First everything is learned on four fifths of the documents and measured on the rest, five times over; then on
//! all of them, and written to `crates/reportedly-text/tables/en/`. The same data gives the same bytes.

mod common;
mod conll;
mod gum;
mod names;
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
    let words = common::table(&documents);
    write("common-words.tsv", words.as_bytes())?;
    write("tagger.weights", &tagger::learn(&documents))?;
    let mut texts = names::of_gum(&documents);
    texts.extend(conll::read(&data.join("wnut17/wnut17train.conll"), "wnut17")?);
    for domain in ["politics", "literature", "science"] {
        texts.extend(conll::read(&data.join("crossner").join(domain).join("train.txt"), domain)?);
    }
    write("names.weights", &names::learn(&texts))
}

fn write(name: &str, weights: &[u8]) -> Result<()> {
    let path = Path::new(TABLES).join(name);
    std::fs::write(&path, weights).with_context(|| path.display().to_string())?;
    say(&format!("{name}: {} bytes", weights.len()));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was measured is this command's answer")]
fn say(line: &str) {
    println!("{line}");
}
