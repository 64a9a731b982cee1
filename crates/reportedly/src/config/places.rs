//! Where the platform keeps a user's files.

use etcetera::{BaseStrategy, base_strategy::choose_native_strategy};
use std::path::PathBuf;

/// Our folder in each of the platform's.
const FOLDER: &str = "reportedly";

/// The configuration file.
pub fn file() -> Option<PathBuf> {
    Some(choose_native_strategy().ok()?.config_dir().join(FOLDER).join("reportedly.toml"))
}

/// The library's folder.
pub fn library() -> Option<PathBuf> {
    Some(choose_native_strategy().ok()?.data_dir().join(FOLDER))
}

/// The home directory.
pub fn home() -> Option<PathBuf> {
    Some(choose_native_strategy().ok()?.home_dir().to_path_buf())
}
