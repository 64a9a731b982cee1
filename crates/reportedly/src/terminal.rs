//! Standard output and standard error as somebody sees them.

use crate::config::{Color, Settings};
use clap::builder::StyledStr;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reportedly_answer::Style;
use std::io::{self, IsTerminal, Write};

/// How answers are set: to the terminal's width and in colour where there is a terminal and nobody objects.
pub fn style(settings: &Settings) -> Style {
    Style { width: width(), color: is_coloured(settings.color.value) }
}

/// How wide answers are.
pub fn width() -> usize {
    let width = terminal_size::terminal_size().map(|(terminal_size::Width(w), _)| usize::from(w));
    width.filter(|_| io::stdout().is_terminal()).unwrap_or(100).clamp(40, 110)
}

/// Whether what goes to standard output is to be coloured.
pub fn is_coloured(color: Color) -> bool {
    let objects = || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    match color {
        Color::Auto => io::stdout().is_terminal() && !objects(),
        Color::Always => true,
        Color::Never => false,
    }
}

/// Writes to standard output, to the last byte.
pub fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Shows help, which comes with its own style.
pub fn show(help: &StyledStr) -> io::Result<()> {
    let text = if is_coloured(Color::Auto) { help.ansi().to_string() } else { help.to_string() };
    print(text.as_bytes())
}

/// A progress bar on standard error where somebody can see it. Without a length it counts.
pub fn progress(visible: bool, length: Option<u64>, template: &str) -> ProgressBar {
    let visible = visible && io::stderr().is_terminal();
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(length, target).with_style(style)
}

/// Says a line on standard error. File names and records may hold anything, which must not steer the terminal; and
/// where nobody can be told, the answers still matter.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", reportedly_answer::visible(line));
}
