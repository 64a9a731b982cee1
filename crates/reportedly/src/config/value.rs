//! What a setting's value can be, and how it is read from a file and from a variable.

use super::places;
use clap::ValueEnum;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// What a setting may be set to.
pub trait Value: Sized {
    /// From a variable.
    fn from_text(text: &OsStr) -> Option<Self>;
    /// From the configuration file at a path.
    fn from_toml(value: &toml::Value, file: &Path) -> Option<Self>;
    /// Of a list, the first part that is wrong, and in what way.
    fn wrong(_value: &toml::Value) -> Option<(usize, String)> {
        None
    }
}

/// A word of a few.
trait Word: ValueEnum {
    fn parse(text: &str) -> Option<Self> {
        <Self as ValueEnum>::from_str(text, false).ok()
    }
}

/// Which pages the library keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Pages {
    /// The bytes of every page.
    All,
    /// Readings only.
    None,
}

/// Whether answers are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Yes, into files and pipes as well.
    Always,
    /// No.
    Never,
}

macro_rules! words {
    ($($word:ty),*) => {$(
        impl Word for $word {}

        impl Value for $word {
            fn from_text(text: &OsStr) -> Option<Self> {
                Self::parse(text.to_str()?)
            }

            fn from_toml(value: &toml::Value, _file: &Path) -> Option<Self> {
                Self::parse(value.as_str()?)
            }
        }

        impl $word {
            /// As it is written in a file.
            pub fn shown(self) -> serde_json::Value {
                self.to_possible_value().map(|v| v.get_name().to_owned()).into()
            }
        }
    )*};
}

words!(Pages, Color);

fn number<T: TryFrom<i64>>(value: &toml::Value) -> Option<T> {
    value.as_integer()?.try_into().ok()
}

impl Value for usize {
    fn from_text(text: &OsStr) -> Option<Self> {
        text.to_str()?.trim().parse().ok()
    }

    fn from_toml(value: &toml::Value, _file: &Path) -> Option<Self> {
        number(value)
    }
}

/// A number of threads: at least one.
impl Value for Option<u16> {
    fn from_text(text: &OsStr) -> Option<Self> {
        text.to_str()?.trim().parse().ok().filter(|n| *n > 0).map(Some)
    }

    fn from_toml(value: &toml::Value, _file: &Path) -> Option<Self> {
        number(value).filter(|n| *n > 0).map(Some)
    }
}

impl Value for bool {
    fn from_text(text: &OsStr) -> Option<Self> {
        match text.to_str()?.trim() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        }
    }

    fn from_toml(value: &toml::Value, _file: &Path) -> Option<Self> {
        value.as_bool()
    }
}

impl Value for Option<String> {
    fn from_text(text: &OsStr) -> Option<Self> {
        Some(Some(text.to_str()?.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    fn from_toml(value: &toml::Value, _file: &Path) -> Option<Self> {
        Some(Some(value.as_str()?.trim().to_owned()).filter(|text| !text.is_empty()))
    }
}

impl Value for Option<PathBuf> {
    fn from_text(text: &OsStr) -> Option<Self> {
        Some(Some(text.into()))
    }

    /// A path means the same wherever the program is started.
    fn from_toml(value: &toml::Value, file: &Path) -> Option<Self> {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        let path = match (text.strip_prefix("~/"), file.parent()) {
            (Some(rest), _) => places::home()?.join(rest),
            (None, Some(folder)) => folder.join(text),
            (None, None) => text.into(),
        };
        Some(Some(path))
    }
}

/// A value as it stands in the file, if it is short.
pub fn as_written(value: &toml::Value) -> String {
    match value {
        toml::Value::Array(_) => "[…]".to_owned(),
        toml::Value::Table(_) => "{…}".to_owned(),
        value => value.to_string(),
    }
}
