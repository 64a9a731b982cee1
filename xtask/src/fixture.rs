//! A page fixture from a page, ready to correct by hand.

use crate::{cargo, root, run as succeed};
use anyhow::{Context, Result, bail};
use std::{fs, path::Path};

/// Where page fixtures live, from the workspace's root.
pub const FIXTURES: &str = "crates/reportedly-page/tests/fixtures";

/// Makes `tests/fixtures/<name>/` with the page and what is read from it now.
pub fn run(page: &Path, name: Option<&str>) -> Result<()> {
    let bytes = fs::read(page).with_context(|| page.display().to_string())?;
    let name = match name {
        Some(name) => name.to_owned(),
        None => page.file_stem().context("the page has no name: give --name")?.to_string_lossy().into_owned(),
    };
    if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
        bail!("\"{name}\" is no name for a folder: give --name");
    }
    let folder = root().join(FIXTURES).join(&name);
    if folder.exists() {
        bail!("there is a fixture \"{name}\" already: give another --name, or remove {FIXTURES}/{name}");
    }
    let ending = page.extension().map_or("html".into(), |e| e.to_string_lossy());
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("page.{ending}")), bytes)?;
    succeed(
        cargo()
            .args(["test", "--quiet", "--package", "reportedly-page", "--test", "fixtures"])
            .env("REPORTEDLY_WRITE_FIXTURES", "1"),
    )?;
    println!(
        "{FIXTURES}/{name}/expected.txt holds what is read now. Correct it until it says what a careful"
    );
    println!("reader would say, then run: cargo test -p reportedly-page --test fixtures");
    Ok(())
}
