//! Standard output and standard error as somebody sees them.

use reportedly_answer::Style;
use std::io::{self, IsTerminal, Write};

/// How answers are set: to the terminal's width and in colour where there is a terminal and nobody objects.
pub fn style() -> Style {
    let terminal = io::stdout().is_terminal();
    let width = terminal_width().filter(|_| terminal).unwrap_or(100).clamp(40, 110);
    Style { width, color: terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) }
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(terminal_size::Width(w), _)| usize::from(w))
}

/// Says a line on standard error. File names and records may hold anything, which must not steer the terminal; and
/// where nobody can be told, the answers still matter.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", reportedly_answer::visible(line));
}
