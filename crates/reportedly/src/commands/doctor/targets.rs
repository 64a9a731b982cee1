//! What can be looked at of those who are told, without telling them anything.

use super::Check;
use crate::config::Settings;
use reportedly_library::Library;
use std::{env, path::Path};

const WHAT: &str = "targets";

/// Each target's secrets and program; and whom alerts are for who is nowhere to be found.
pub fn checks(settings: &Settings) -> Vec<Check> {
    let targets = &settings.targets.value;
    let mut checks = Vec::new();
    for receiver in &targets.0 {
        if let Err(e) = receiver.target() {
            checks.push(Check::problem(WHAT, format!("{}: {e}", receiver.name), "put its secret there"));
        } else if let Some(program) = receiver.program().filter(|program| !is_there(program)) {
            let says = format!("{}: there is no program {program}", receiver.name);
            checks.push(Check::problem(WHAT, says, "give its whole path"));
        } else if let Some((says, cure)) = receiver.doubts() {
            checks.push(Check::warning(WHAT, says, cure));
        } else {
            checks.push(Check::ok(WHAT, format!("{}: `reportedly alerts --test` tries it", receiver.name)));
        }
    }
    let follows = settings.library().ok().and_then(|folder| Library::open(folder).ok()?.follows().ok());
    for follow in follows.unwrap_or_default() {
        for missing in follow.targets.iter().filter(|name| !targets.names().any(|known| known == *name)) {
            let says = format!(
                "what is new in \"{}\" is for {missing}, which is not in the configuration",
                follow.name
            );
            checks.push(Check::warning(
                WHAT,
                says,
                "add it to the setting targets, or unfollow and follow again",
            ));
        }
    }
    checks
}

/// Whether a program can be found as it is named.
fn is_there(program: &str) -> bool {
    if Path::new(program).components().count() > 1 {
        return Path::new(program).is_file();
    }
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
