//! `reportedly doctor`: looks at a set-up and says what is wrong and what to do.

mod library;
mod machine;
mod targets;

use crate::{
    commands::config::unknown,
    config::{Color, Config, Settings},
    pages::Tally,
    terminal::{self, is_coloured, style},
};
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use std::{env, io::IsTerminal};

/// `doctor`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly doctor
  reportedly doctor --library /srv/news
  reportedly doctor --json | jq '.checks[] | select(.state != \"ok\")'

Exit status: 0 when nothing is wrong or only to be warned of, 1 when there is a problem, 2 for a
wrong command line.")]
pub struct Doctor {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ok,
    /// Works, and may not be what was meant.
    Warning,
    /// Does not work.
    Problem,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// What was looked at, and what was found.
#[derive(Debug)]
struct Check {
    what: &'static str,
    state: State,
    says: String,
    /// What to do.
    cure: Option<String>,
}

impl Check {
    fn ok(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, state: State::Ok, says: says.into(), cure: None }
    }

    fn warning(what: &'static str, says: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what, state: State::Warning, says: says.into(), cure: Some(cure.into()) }
    }

    fn problem(what: &'static str, says: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what, state: State::Problem, says: says.into(), cure: Some(cure.into()) }
    }
}

impl Doctor {
    /// Looks, and says what it sees. A problem is counted.
    pub fn run(&self, config: &Config, tally: &mut Tally) -> Result<()> {
        let settings = config.settings_so_far();
        let mut checks = configuration(config);
        checks.extend(library::checks(settings));
        checks.extend(machine::checks(library::written(settings)));
        checks.extend(targets::checks(settings));
        checks.extend(terminal_checks(settings));
        tally.problems += checks.iter().filter(|c| c.state == State::Problem).count();
        let text = if self.json {
            let checks: Vec<Value> = checks.iter().map(as_json).collect();
            format!("{:#}\n", json!({"checks": checks}))
        } else {
            let style = style(settings);
            checks.iter().map(|check| style.hanging(&as_line(check), 0, INDENT) + "\n").collect()
        };
        Ok(terminal::print(text.as_bytes())?)
    }
}

/// Where the second line of a check begins.
const INDENT: usize = 24;

fn as_line(check: &Check) -> String {
    let Check { what, state, says, cure } = check;
    let cure = cure.as_ref().map(|c| format!(": {c}")).unwrap_or_default();
    format!("{:<8} {what:<14} {says}{cure}", state.word())
}

fn as_json(check: &Check) -> Value {
    json!({"check": check.what, "state": check.state.word(), "says": check.says, "do": check.cure})
}

fn configuration(config: &Config) -> Vec<Check> {
    const WHAT: &str = "configuration";
    let mut checks: Vec<Check> = config
        .problems
        .iter()
        .map(|p| Check::problem(WHAT, p, "`reportedly config --example` shows what can be set"))
        .collect();
    if checks.is_empty() {
        checks.push(match &config.file {
            Some(file) if config.found => Check::ok(WHAT, file.value.display().to_string()),
            Some(file) => {
                Check::ok(WHAT, format!("{}: there is none, and none is needed", file.value.display()))
            }
            None => Check::ok(WHAT, "no place for a file; variables and flags do"),
        });
    }
    checks.extend(
        config
            .unknown
            .iter()
            .map(|name| Check::warning("variables", unknown(name), "rename it or take it away")),
    );
    checks
}

fn terminal_checks(settings: &Settings) -> Vec<Check> {
    let mut checks = Vec::new();
    if cfg!(unix) {
        // The first of them that says something holds.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| env::var(name).ok().filter(|v| !v.is_empty()));
        let locale = locale.unwrap_or_else(|| "C".to_owned());
        let plain = locale.to_lowercase().replace('-', "");
        checks.push(if plain.contains("utf8") {
            Check::ok("locale", locale)
        } else {
            Check::warning(
                "locale",
                format!("{locale}: a terminal may show quotation marks and arrows as something else"),
                "set LANG to a locale with UTF-8, C.UTF-8 say",
            )
        });
    }
    let colours = if is_coloured(settings.color.value) { "coloured" } else { "not coloured" };
    let why = match settings.color.value {
        Color::Auto if !std::io::stdout().is_terminal() => "standard output is no terminal",
        Color::Auto if !is_coloured(Color::Auto) => "NO_COLOR is set",
        Color::Auto => "standard output is a terminal",
        Color::Always | Color::Never => "it was asked for",
    };
    checks.push(Check::ok("colours", format!("answers are {colours}: {why}")));
    checks
}
