//! `reportedly completions`: what a shell needs to complete our commands.

use crate::{arguments::Arguments, terminal};
use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// `completions`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly completions bash > ~/.local/share/bash-completion/completions/reportedly
  reportedly completions zsh > ~/.zfunc/_reportedly
  reportedly completions fish > ~/.config/fish/completions/reportedly.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

impl Completions {
    /// Prints them.
    pub fn run(&self) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "reportedly", &mut script);
        Ok(terminal::print(&script)?)
    }
}
