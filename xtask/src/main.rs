//! Development commands.

mod train;

use anyhow::{Result, bail};
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["train", "--data", data] => train::run(Path::new(data)),
        _ => bail!("usage: cargo xtask train --data FOLDER"),
    }
}
