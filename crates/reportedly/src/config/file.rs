//! The configuration file: TOML, with the line of every key.

use super::{SETTINGS, nearest};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};
use toml::{
    Table, Value,
    de::{DeTable, DeValue},
};

/// No configuration is longer.
const LONGEST: u64 = 1 << 20;

/// The file as it was read.
#[derive(Debug, Default)]
pub struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// What is wrong with it as a whole, by line; not with its values.
    pub problems: Vec<(usize, String)>,
    settings: Vec<(String, usize, Value)>,
    /// The lines of the parts of lists.
    parts: Vec<(String, Vec<usize>)>,
}

/// The content of a small file of text.
pub fn content(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    // Half of it might say something else.
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {LONGEST} bytes")));
    }
    String::from_utf8(bytes).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
}

impl File {
    /// Reads it. What is no TOML and which keys are unknown stands in `problems`.
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(Self::parse(path, &content(path)?))
    }

    fn parse(path: &Path, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let line = |at: usize| text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
        let mut file = Self { path: path.to_path_buf(), ..Self::default() };
        let (keys, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(1, |span| line(span.start));
            file.problems.push((line, format!("{}:{line}: {}", path.display(), error.message())));
        }
        // What stands behind a mistake in the grammar may be anything.
        if !file.problems.is_empty() {
            return file;
        }
        let mut values = toml::from_str::<Table>(text).unwrap_or_default();
        for (key, value) in keys.get_ref() {
            let parts = match value.get_ref() {
                DeValue::Array(parts) => parts.iter().map(|part| line(part.span().start)).collect(),
                _ => Vec::new(),
            };
            let line = line(key.span().start);
            let key = key.get_ref().as_ref();
            file.parts.push((key.to_owned(), parts));
            if SETTINGS.iter().any(|s| s.key == key) {
                file.settings.extend(values.remove(key).map(|value| (key.to_owned(), line, value)));
                continue;
            }
            let known = || SETTINGS.iter().map(|s| s.key.to_owned());
            let hint = match nearest(&key.to_lowercase(), known()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
            };
            let problem = format!("{}:{line}: unknown key {key:?}: {hint}", path.display());
            file.problems.push((line, problem));
        }
        file
    }

    /// A key's line and value.
    pub fn get(&self, key: &str) -> Option<(usize, &Value)> {
        self.settings.iter().find(|(k, ..)| k == key).map(|(_, line, value)| (*line, value))
    }

    /// The line of a part of a list.
    pub fn line_of_part(&self, key: &str, part: usize) -> Option<usize> {
        let (_, lines) = self.parts.iter().find(|(k, _)| k == key)?;
        lines.get(part).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{File, LONGEST, content};
    use std::path::Path;

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let read = |bytes: Vec<u8>| {
            std::fs::write(file.path(), bytes).expect("written");
            content(file.path()).map(|text| text.len()).map_err(|e| e.kind())
        };
        assert_eq!(read(vec![b' '; LONGEST as usize]), Ok(LONGEST as usize));
        assert_eq!(read(vec![b' '; LONGEST as usize + 1]), Err(std::io::ErrorKind::FileTooLarge));
        assert_eq!(read(vec![0xff]), Err(std::io::ErrorKind::InvalidData));
    }

    fn problems(text: &str) -> Vec<String> {
        File::parse(Path::new("r.toml"), text).problems.into_iter().map(|(_, problem)| problem).collect()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_may_have_been_meant() {
        assert_eq!(problems("# a comment\n\njob = 3"), ["r.toml:3: unknown key \"job\": did you mean jobs?"]);
        assert_eq!(problems("Colour = 'never'"), ["r.toml:1: unknown key \"Colour\": did you mean color?"]);
        assert_eq!(problems("jobs = 3\nlibrary_path = 'x'").len(), 1);
        assert!(
            problems("zebra = 1")[0].contains("there are library, pages, jobs"),
            "{:?}",
            problems("zebra = 1")
        );
        assert!(
            problems("[jobs]\nn = 1").is_empty(),
            "a table in a value's place is told with what is allowed"
        );
        assert_eq!(
            problems("library = \nlimit").iter().filter(|p| p.starts_with("r.toml:")).count(),
            problems("library = \nlimit").len()
        );
        assert!(!problems("library = \nlimit").is_empty());
        assert!(!problems("jobs = 1\njobs = 2").is_empty(), "the same key twice");
        assert!(problems("\u{feff}jobs = 1").is_empty());
    }
}
