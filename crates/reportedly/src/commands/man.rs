//! `reportedly man`: the manual pages, made from what `--help` says.

use crate::{
    Usage,
    arguments::Arguments,
    config::{FILE_VARIABLE, IN_FILE, SETTINGS},
    terminal,
};
use anyhow::{Context, Result, bail};
use clap::{Args, Command, CommandFactory};
use clap_mangen::{
    Man,
    roff::{Roff, bold, italic, roman},
};
use std::{fs, io, path::PathBuf};

/// `man`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly man | man -l -
  reportedly man stories | man -l -
  reportedly man --dir ~/.local/share/man/man1")]
pub struct Manual {
    /// The command whose page it is [default: the page of reportedly as a whole]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command", value_hint = clap::ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

/// What every command's exit status means, where its help says nothing else.
const EXIT_STATUS: [(&str, &str); 3] = [
    ("0", "All was done."),
    ("1", "Something could not be done; standard error says what, and the rest was done."),
    ("2", "The command line or the configuration is wrong; nothing was done."),
];

impl Manual {
    /// Prints a page, or writes all of them.
    pub fn run(&self) -> Result<()> {
        let mut whole = Arguments::command().disable_help_subcommand(true);
        whole.build();
        let Some(dir) = &self.dir else {
            let command = match &self.command {
                None => &whole,
                Some(name) => match whole.find_subcommand(name) {
                    Some(command) => command,
                    None => bail!(Usage(format!(
                        "there is no command {name:?}; there are {}",
                        whole.get_subcommands().map(Command::get_name).collect::<Vec<_>>().join(", ")
                    ))),
                },
            };
            return Ok(terminal::print(&page(command, &whole)?)?);
        };
        fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
        for command in std::iter::once(&whole).chain(whole.get_subcommands()) {
            let path = dir.join(Man::new(command.clone()).get_filename());
            fs::write(&path, page(command, &whole)?).with_context(|| path.display().to_string())?;
        }
        Ok(())
    }
}

/// A command's page.
fn page(command: &Command, whole: &Command) -> io::Result<Vec<u8>> {
    let is_whole = command.get_name() == whole.get_name();
    let version = whole.get_version().unwrap_or_default();
    // A date would make every day's pages others.
    let man =
        Man::new(command.clone()).date(" ").source(format!("reportedly {version}")).manual("Reportedly");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    // `help` is every command's, once the command line is built.
    let mut commands = command.get_subcommands().filter(|c| !c.is_hide_set()).peekable();
    if commands.peek().is_some() {
        let mut roff = Roff::new();
        roff.control("SH", ["COMMANDS"]);
        for c in commands.filter(|c| is_whole || c.get_name() != "help") {
            let about = c.get_about().map(ToString::to_string).unwrap_or_default();
            // Only the commands themselves have a page each.
            let term = if is_whole {
                format!("reportedly-{}(1)", c.get_name())
            } else {
                format!("{} {}", command.get_name(), c.get_name())
            };
            item(&mut roff, &term, &about);
        }
        roff.to_writer(&mut page)?;
    }
    rest(command, is_whole).to_writer(&mut page)?;
    Ok(page)
}

/// What follows a command's options.
fn rest(command: &Command, is_whole: bool) -> Roff {
    let mut roff = Roff::new();
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let help = Help::parse(&help);
    if !help.notes.is_empty() {
        roff.control("SH", ["NOTES"]);
        for (i, note) in help.notes.iter().enumerate() {
            if i > 0 {
                roff.control("PP", []);
            }
            roff.text([roman(*note)]);
        }
    }
    roff.control("SH", ["EXAMPLES"]);
    // Set as they are, line by line.
    roff.control("nf", []);
    for example in &help.examples {
        roff.text([roman(*example)]);
    }
    roff.control("fi", []);
    roff.control("SH", ["EXIT STATUS"]);
    match help.exit_status {
        Some(text) => roff.text([roman(text)]),
        None => EXIT_STATUS.iter().fold(&mut roff, |roff, (status, meaning)| item(roff, status, meaning)),
    };
    roff.control("SH", ["ENVIRONMENT"]);
    item(&mut roff, FILE_VARIABLE, "The configuration file.");
    for setting in SETTINGS {
        item(&mut roff, &setting.variable(), &format!("{}. Give {}.", setting.about, setting.allowed));
    }
    item(
        &mut roff,
        &format!("REPORTEDLY_…{IN_FILE}"),
        "A file that holds the value of the variable without _FILE.",
    );
    item(&mut roff, "NO_COLOR", "If set, answers are not coloured unless that is asked for.");
    roff.text([]);
    roff.control("PP", []);
    roff.text([roman("A variable overrules the configuration file, and a flag overrules both. An empty variable is as one that is not set.")]);
    roff.control("SH", ["FILES"]);
    item(
        &mut roff,
        "~/.config/reportedly/reportedly.toml",
        "The configuration, in the platform's directory for such; XDG_CONFIG_HOME is heeded.",
    );
    item(
        &mut roff,
        "~/.local/share/reportedly/",
        "The library, unless it is said to be elsewhere; XDG_DATA_HOME is heeded.",
    );
    roff.control("SH", ["SEE ALSO"]);
    if is_whole {
        roff.text([
            roman("The pages of the commands; "),
            bold("reportedly config"),
            roman(" says what is set, and where."),
        ]);
    } else {
        roff.text([bold("reportedly"), roman("(1), "), bold("reportedly-config"), roman("(1)")]);
    }
    roff
}

/// A term and what is said of it.
fn item<'r>(roff: &'r mut Roff, term: &str, text: &str) -> &'r mut Roff {
    roff.control("TP", []);
    roff.text([italic(term)]);
    roff.text([roman(text)])
}

/// The end of a command's help, by what its paragraphs are.
#[derive(Default)]
struct Help<'t> {
    notes: Vec<&'t str>,
    examples: Vec<&'t str>,
    exit_status: Option<&'t str>,
}

impl<'t> Help<'t> {
    fn parse(text: &'t str) -> Self {
        let mut help = Self::default();
        for paragraph in text.split("\n\n").filter(|p| !p.trim().is_empty()) {
            if let Some(examples) = paragraph.strip_prefix("Examples:\n") {
                help.examples.extend(examples.lines().map(|l| l.strip_prefix("  ").unwrap_or(l)));
            } else if let Some(status) = paragraph.strip_prefix("Exit status:") {
                help.exit_status = Some(status.trim());
            } else {
                help.notes.push(paragraph);
            }
        }
        help
    }
}
