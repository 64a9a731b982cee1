//! `reportedly config`: what is set, and where.

use crate::{
    config::{Config, Origin, SETTINGS, nearest, variables},
    terminal::{self, say},
};
use anyhow::Result;
use clap::{ArgGroup, Args};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// `config`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("form").args(["json", "example"]),
    after_help = "The configuration file is TOML. A variable overrules it: REPORTEDLY_ and the setting's name in
capitals, or the same with _FILE behind it, which names a file that holds the value. A flag overrules
both.

Of a target's address only scheme and host are shown (https://desk.example/…) and of its command only
the program: what follows may be a secret.

Examples:
  reportedly config
  REPORTEDLY_LIMIT=3 reportedly config --json | jq .settings.limit
  reportedly config --example > ~/.config/reportedly/reportedly.toml"
)]
pub struct Show {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// A file to begin with: every setting, explained, with its default
    #[arg(long)]
    pub example: bool,
}

impl Show {
    /// Shows what holds.
    pub fn run(&self, config: &Config) -> Result<()> {
        let text = if self.example {
            example()
        } else if self.json {
            // What may not be known is told; what is wrong is an error.
            config.settings()?;
            format!("{:#}\n", as_json(config))
        } else {
            config.settings()?;
            as_text(config)
        };
        terminal::print(text.as_bytes())?;
        for name in &config.unknown {
            say(&format!("reportedly: {}", unknown(name)));
        }
        Ok(())
    }
}

/// Characters to which lines are filled up at most, so that a long one does not push all comments away.
const WIDEST: usize = 40;

/// What is wrong with a variable that means nothing.
pub fn unknown(name: &str) -> String {
    match nearest(name, variables()) {
        Some(near) => format!("the variable {name} means nothing: did you mean {near}?"),
        None => format!("the variable {name} means nothing"),
    }
}

/// A file that sets what holds, with comments that say where it comes from.
fn as_text(config: &Config) -> String {
    let mut text = match &config.file {
        Some(file) => {
            let found = if config.found { "" } else { " (there is none)" };
            format!("# {}{found}\n", file.value.display())
        }
        None => String::new(),
    };
    let settings = config.settings_so_far().in_force();
    let lines = settings.map(|(setting, value, origin)| match value {
        Value::Null => (format!("# {}", setting.key), origin, setting),
        // Rules are tables, which TOML writes in its own way.
        value @ Value::Array(_) => {
            let rules = toml::Value::try_from(&value).map_or_else(|_| value.to_string(), |v| v.to_string());
            (format!("{} = {rules}", setting.key), origin, setting)
        }
        value => (format!("{} = {value}", setting.key), origin, setting),
    });
    let widths = lines.iter().map(|(line, ..)| line.chars().count());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    for (line, origin, setting) in lines {
        let _ = match origin {
            Origin::Default if setting.example.ends_with(setting.default) => {
                writeln!(text, "{line:width$}  # default")
            }
            Origin::Default => writeln!(text, "{line:width$}  # default: {}", setting.default),
            origin => writeln!(text, "{line:width$}  # {origin}"),
        };
    }
    text
}

fn as_json(config: &Config) -> Value {
    let settings: Map<String, Value> = config
        .settings_so_far()
        .in_force()
        .into_iter()
        .map(|(setting, value, origin)| {
            let at = if *origin == Origin::Default { Value::Null } else { origin.to_string().into() };
            (setting.key.to_owned(), json!({"value": value, "origin": origin.word(), "at": at}))
        })
        .collect();
    let file = config.file.as_ref().map(|f| f.value.to_string_lossy());
    json!({"file": file, "found": config.found, "settings": settings, "unknown_variables": config.unknown})
}

fn example() -> String {
    let mut text = "# The configuration of reportedly; `reportedly config` says where it lies and what holds.
# What is not set here is as its default. Variables overrule this file, flags overrule both.
"
    .to_owned();
    for setting in SETTINGS {
        let (variable, default) = (setting.variable(), setting.default);
        let flag = setting.flag.map(|flag| format!(" Flag: {flag}.")).unwrap_or_default();
        let _ = write!(
            text,
            "\n# {}.\n# Give {}.\n# Default: {default}. Variable: {variable}.{flag}\n#{}\n",
            setting.about, setting.allowed, setting.example
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::example;
    use crate::{
        arguments::Arguments,
        config::{Config, Environment, Flags, SETTINGS},
    };
    use clap::CommandFactory;

    #[test]
    fn the_flags_that_are_named_are_there() {
        let command = Arguments::command();
        let flags: Vec<String> = std::iter::once(&command)
            .chain(command.get_subcommands())
            .flat_map(clap::Command::get_arguments)
            .filter_map(|a| a.get_long().map(|flag| format!("--{flag}")))
            .collect();
        for flag in SETTINGS.iter().filter_map(|s| s.flag) {
            assert!(flags.iter().any(|f| f == flag), "{flag}");
        }
    }

    #[test]
    fn the_example_is_a_configuration_with_every_setting() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("r.toml");
        let set: String = example()
            .lines()
            .map(|l| l.strip_prefix('#').filter(|l| !l.starts_with(' ')).unwrap_or(l).to_owned() + "\n")
            .collect();
        std::fs::write(&path, set).expect("written");
        let config = Config::load(&Flags { config: Some(path), ..Flags::default() }, &Environment::new());
        assert!(config.problems.is_empty(), "{:?}", config.problems);
        let told = config.settings_so_far().in_force();
        assert_eq!(told.iter().filter(|(.., origin)| origin.word() == "file").count(), SETTINGS.len());
        let none = Config::load(&Flags::default(), &Environment::new());
        for ((setting, value, _), (_, default, _)) in told.iter().zip(none.settings_so_far().in_force()) {
            if setting.example.ends_with(setting.default) {
                assert_eq!(*value, default, "{}", setting.key);
            }
        }
    }
}
