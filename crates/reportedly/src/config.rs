//! What is set once and holds for every run: a file, then variables, then flags; the later wins.
//!
//! [`SETTINGS`] says of each setting what it is for and what it may be. From it come the checks of the file, the names
//! of the variables, `reportedly config`, its example, the manual pages and what `reportedly doctor` knows.

mod file;
mod places;
mod retention;
mod targets;
mod value;

pub use retention::Retention;
pub use targets::{Receiver, Targets};
pub use value::{Color, Pages, Value};

use crate::Usage;
use clap::Args;
use file::File;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

/// One setting, as it is told to people.
#[derive(Debug)]
pub struct Setting {
    /// Its key in the file; in capitals behind `REPORTEDLY_` its variable.
    pub key: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What it may be, to go after "give".
    pub allowed: &'static str,
    /// What holds where nothing is given, in words if it is no constant.
    pub default: &'static str,
    /// A line of the file.
    pub example: &'static str,
    /// The flag that does the same for one run, if there is one.
    pub flag: Option<&'static str>,
    /// It holds secrets: no error repeats it, and what is shown of it leaves them out.
    pub secret: bool,
}

impl Setting {
    /// The variable that sets it.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.key.to_uppercase())
    }
}

static LIBRARY: Setting = Setting {
    key: "library",
    about: "The folder that holds the library",
    allowed: "a folder; in the file, ~/ is the home directory and others are relative to the file",
    default: "the platform's data directory",
    example: "library = \"~/news\"",
    flag: Some("--library"),
    secret: false,
};

static PAGES: Setting = Setting {
    key: "pages",
    about: "Whether the library keeps the bytes of the pages it reads, or only their readings",
    allowed: "\"all\" or \"none\"",
    default: "\"all\"",
    example: "pages = \"all\"",
    flag: None,
    secret: false,
};

static JOBS: Setting = Setting {
    key: "jobs",
    about: "How many threads read",
    allowed: "a whole number from 1 to 65535",
    default: "one for each core",
    example: "jobs = 4",
    flag: Some("--jobs"),
    secret: false,
};

static LIMIT: Setting = Setting {
    key: "limit",
    about: "How many stories are shown to people; JSON is whole unless asked otherwise on the command line",
    allowed: "a whole number",
    default: "10",
    example: "limit = 10",
    flag: Some("--limit"),
    secret: false,
};

static COLOR: Setting = Setting {
    key: "color",
    about: "Whether answers are coloured; \"auto\": on a terminal, unless NO_COLOR is set",
    allowed: "\"auto\", \"always\" or \"never\"",
    default: "\"auto\"",
    example: "color = \"auto\"",
    flag: Some("--color"),
    secret: false,
};

static RETENTION: Setting = Setting {
    key: "retention",
    about: "How long things are kept; nothing goes by itself: `reportedly retain` says what would, and applies it",
    allowed: "a list of rules like { drop = \"pages\", after = \"90 days\" }; see `reportedly retain --help`",
    default: "everything is kept",
    example: "retention = [{ drop = \"pages\", after = \"90 days\" }]",
    flag: None,
    secret: false,
};

static CONTACT: Setting = Setting {
    key: "contact",
    about: "Where whoever is asked over the network can learn who asks: an address on the web or of mail",
    allowed: "an address, in quotes",
    default: "none; servers see Reportedly and its version",
    example: "contact = \"https://desk.example/about-our-reader\"",
    flag: None,
    secret: false,
};

static ALLOW_PRIVATE: Setting = Setting {
    key: "allow_private",
    about: "Whether addresses inside one's own network may be fetched from; feeds and pages name what they like",
    allowed: "true or false",
    default: "false",
    example: "allow_private = false",
    flag: Some("--allow-private"),
    secret: false,
};

static TARGETS: Setting = Setting {
    key: "targets",
    about: "Who is told what is new in what is followed: webhooks, ntfy, commands, mail",
    allowed: "a list like { name = \"desk\", webhook = \"https://…\", secret_file = \"…\" }; see `reportedly alerts --help`",
    default: "nobody",
    example: "targets = [{ name = \"log\", command = [\"logger\", \"-t\", \"news\"] }]",
    flag: None,
    secret: true,
};

/// Every setting there is.
pub static SETTINGS: [&Setting; 9] =
    [&LIBRARY, &PAGES, &JOBS, &LIMIT, &COLOR, &RETENTION, &CONTACT, &ALLOW_PRIVATE, &TARGETS];

/// What all our variables begin with.
pub const PREFIX: &str = "REPORTEDLY_";
/// The variable that names the file.
pub const FILE_VARIABLE: &str = "REPORTEDLY_CONFIG";
/// Behind a variable's name: the file that holds the value.
pub const IN_FILE: &str = "_FILE";
/// Stories shown to people where nobody says how many.
const STORIES: usize = 10;

/// The flags that every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Flags {
    /// The library's folder [default: see `reportedly config`]
    #[arg(long, value_name = "DIR", global = true, value_hint = clap::ValueHint::DirPath)]
    pub library: Option<PathBuf>,
    /// The configuration file [default: see `reportedly config`]
    #[arg(long, value_name = "FILE", global = true, value_hint = clap::ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Whether answers are coloured: always, never, or auto, on a terminal [default: auto]
    #[arg(long, value_name = "WHEN", global = true, hide_possible_values = true)]
    pub color: Option<Color>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A line of the configuration file.
    File(PathBuf, usize),
    /// A variable, by name.
    Variable(String),
    /// A flag.
    Flag(&'static str),
}

impl Origin {
    /// Its kind, in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File(..) => "file",
            Self::Variable(_) => "variable",
            Self::Flag(_) => "flag",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub struct Set<T> {
    /// What holds.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

/// Everything that can be set, as it holds.
#[derive(Clone, Debug)]
pub struct Settings {
    library: Set<Option<PathBuf>>,
    /// Which pages the library keeps.
    pub pages: Set<Pages>,
    jobs: Set<Option<u16>>,
    /// How many stories are shown to people.
    pub limit: Set<usize>,
    /// Whether answers are coloured.
    pub color: Set<Color>,
    /// How long things are kept.
    pub retention: Set<Retention>,
    /// Where whoever is asked over the network can learn who asks.
    pub contact: Set<Option<String>>,
    /// Whether addresses inside one's own network may be fetched from.
    pub allow_private: Set<bool>,
    /// Who is told what is new.
    pub targets: Set<Targets>,
}

impl Settings {
    /// The folder of the library.
    pub fn library(&self) -> Result<&Path, Usage> {
        self.library.value.as_deref().ok_or_else(|| {
            Usage(
                "there is no home directory to hold a library: say where it is with --library DIR".to_owned(),
            )
        })
    }

    /// How many threads read, where the command line says nothing.
    pub fn jobs(&self) -> usize {
        self.jobs
            .value
            .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// What holds of each setting, in the order of [`SETTINGS`]: its value and where it comes from.
    pub fn in_force(&self) -> [(&'static Setting, serde_json::Value, &Origin); SETTINGS.len()] {
        let library = self.library().ok().map(Path::to_string_lossy);
        [
            (&LIBRARY, library.into(), &self.library.origin),
            (&PAGES, self.pages.value.shown(), &self.pages.origin),
            (&JOBS, self.jobs().into(), &self.jobs.origin),
            (&LIMIT, self.limit.value.into(), &self.limit.origin),
            (&COLOR, self.color.value.shown(), &self.color.origin),
            (&RETENTION, self.retention.value.shown(), &self.retention.origin),
            (&CONTACT, self.contact.value.as_deref().into(), &self.contact.origin),
            (&ALLOW_PRIVATE, self.allow_private.value.into(), &self.allow_private.origin),
            (&TARGETS, self.targets.value.shown(), &self.targets.origin),
        ]
    }
}

/// The configuration: what holds, and what is wrong with what was given.
#[derive(Clone, Debug)]
pub struct Config {
    settings: Settings,
    /// The file, if the platform has a place for one, and who named it.
    pub file: Option<Set<PathBuf>>,
    /// Whether it is there.
    pub found: bool,
    /// What is wrong, one sentence each.
    pub problems: Vec<String>,
    /// Variables that look like ours and mean nothing.
    pub unknown: Vec<String>,
}

/// Our variables; an empty one is as one that is not set.
pub type Environment = BTreeMap<String, OsString>;

/// Those of this process.
pub fn environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty())
        .collect()
}

impl Config {
    /// Looks at the file, the variables and the flags. What is wrong is kept for [`Self::settings`] to say; in its
    /// place the next before it holds.
    pub fn load(flags: &Flags, environment: &Environment) -> Self {
        let mut problems = Vec::new();
        let named = match (&flags.config, environment.get(FILE_VARIABLE)) {
            (Some(path), _) => Some(Set { value: path.clone(), origin: Origin::Flag("--config") }),
            (None, Some(path)) => {
                Some(Set { value: path.into(), origin: Origin::Variable(FILE_VARIABLE.to_owned()) })
            }
            (None, None) => places::file().map(|value| Set { value, origin: Origin::Default }),
        };
        let file = named.as_ref().and_then(|named| match File::read(&named.value) {
            Ok(file) => Some(file),
            // That there is none is as good as an empty one, unless somebody asked for it.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && named.origin == Origin::Default => None,
            Err(e) => {
                problems.push((0, format!("{}: {e}", named.value.display())));
                None
            }
        });
        let found = file.is_some();
        let file = file.unwrap_or_default();
        problems.extend(file.problems.iter().cloned());
        let mut layers = Layers { file: &file, environment, problems };
        let settings = Settings {
            library: layers.pick(&LIBRARY, flags.library.clone().map(Some), places::library),
            pages: layers.pick(&PAGES, None, || Pages::All),
            jobs: layers.pick(&JOBS, None, || None),
            limit: layers.pick(&LIMIT, None, || STORIES),
            color: layers.pick(&COLOR, flags.color, || Color::Auto),
            retention: layers.pick(&RETENTION, None, Retention::default),
            contact: layers.pick(&CONTACT, None, || None),
            allow_private: layers.pick(&ALLOW_PRIVATE, None, || false),
            targets: layers.pick(&TARGETS, None, Targets::default),
        };
        let mut problems = layers.problems;
        problems.sort_by_key(|(line, _)| *line);
        let problems = problems.into_iter().map(|(_, problem)| problem).collect();
        let unknown = environment.keys().filter(|name| !is_known(name)).cloned().collect();
        Self { settings, file: named, found, problems, unknown }
    }

    /// What holds, if nothing is wrong.
    pub fn settings(&self) -> Result<&Settings, Usage> {
        if self.problems.is_empty() { Ok(&self.settings) } else { Err(Usage(self.problems.join("\n  "))) }
    }

    /// What holds, whatever else is wrong.
    pub fn settings_so_far(&self) -> &Settings {
        &self.settings
    }
}

/// The variables there are, in the order of the settings.
pub fn variables() -> impl Iterator<Item = String> {
    std::iter::once(FILE_VARIABLE.to_owned()).chain(SETTINGS.iter().map(|s| s.variable()))
}

fn is_known(name: &str) -> bool {
    name == FILE_VARIABLE
        || SETTINGS
            .iter()
            .any(|s| name.strip_prefix(&s.variable()).is_some_and(|r| r.is_empty() || r == IN_FILE))
}

/// Of the words there are, the one that was probably meant.
pub fn nearest(word: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let near = |candidate: &String| {
        let distance = strsim::damerau_levenshtein(word, candidate);
        distance <= (candidate.len() / 3).clamp(1, 3) || word.contains(candidate.as_str())
    };
    known.filter(near).min_by_key(|candidate| strsim::damerau_levenshtein(word, candidate))
}

/// What was given, to pick from.
struct Layers<'a> {
    file: &'a File,
    environment: &'a Environment,
    /// By the file's lines; of variables behind them.
    problems: Vec<(usize, String)>,
}

impl Layers<'_> {
    /// The last of default, file, variable and flag that says something about a setting.
    fn pick<T: Value>(&mut self, setting: &Setting, flag: Option<T>, default: impl Fn() -> T) -> Set<T> {
        if let Some(value) = flag {
            return Set { value, origin: Origin::Flag(setting.flag.unwrap_or_default()) };
        }
        // Both are looked at, so that what is wrong in the file is said even where a variable overrules it.
        let from_file = self.in_file(setting);
        self.in_variable(setting)
            .or(from_file)
            .unwrap_or_else(|| Set { value: default(), origin: Origin::Default })
    }

    fn in_file<T: Value>(&mut self, setting: &Setting) -> Option<Set<T>> {
        let (line, value) = self.file.get(setting.key)?;
        let origin = Origin::File(self.file.path.clone(), line);
        match T::from_toml(value, &self.file.path) {
            Some(value) => Some(Set { value, origin }),
            None => {
                if let Some((part, what)) = T::wrong(value) {
                    let line = self.file.line_of_part(setting.key, part).unwrap_or(line);
                    let origin = Origin::File(self.file.path.clone(), line);
                    self.problems.push((line, format!("{origin}: {}: {what}", setting.key)));
                    return None;
                }
                let given =
                    if setting.secret { String::new() } else { format!(" = {}", value::as_written(value)) };
                self.problems
                    .push((line, format!("{origin}: {}{given}: give {}", setting.key, setting.allowed)));
                None
            }
        }
    }

    fn variable_problem(&mut self, problem: String) {
        self.problems.push((usize::MAX, problem));
    }

    fn in_variable<T: Value>(&mut self, setting: &Setting) -> Option<Set<T>> {
        let name = setting.variable();
        let in_file = format!("{name}{IN_FILE}");
        let (name, text) = match (self.environment.get(&name), self.environment.get(&in_file)) {
            (Some(_), Some(_)) => {
                self.variable_problem(format!("{name} and {in_file} are both set: keep one of them"));
                return None;
            }
            (Some(text), None) => (name, text.clone()),
            (None, Some(path)) => match file::content(Path::new(path)) {
                // Whoever writes a file ends its line.
                Ok(text) => (in_file, text.trim_end_matches(['\r', '\n']).into()),
                Err(e) => {
                    self.variable_problem(format!("{in_file}: {}: {e}", Path::new(path).display()));
                    return None;
                }
            },
            (None, None) => return None,
        };
        match T::from_text(&text) {
            Some(value) => Some(Set { value, origin: Origin::Variable(name) }),
            None => {
                let given =
                    if setting.secret { String::new() } else { format!(" {:?}:", text.to_string_lossy()) };
                self.variable_problem(format!("{name}:{given} give {}", setting.allowed));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
