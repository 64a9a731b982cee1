//! The names of rules, as facts carry them; read back from disk they are the same static words again.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Deserializer, de::Error};
use std::{
    borrow::Cow,
    sync::{PoisonError, RwLock},
};

/// The name of a rule that found a fact, in kebab-case.
pub type Rule = &'static str;

/// Different rules that are taken from outside in one run: the readers have some two hundred. More than these come
/// from no reader of ours, and each one that is taken stays in memory.
const MOST: usize = 1_000;
/// Bytes of the longest name that is taken.
const LONGEST: usize = 80;

static KNOWN: RwLock<Option<FxHashSet<Rule>>> = RwLock::new(None);

/// The rule of this name, which stays in memory from the first time on; `None` where there are too many of them.
pub fn rule(name: &str) -> Option<Rule> {
    let seen =
        KNOWN.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|k| k.get(name).copied());
    if seen.is_some() {
        return seen;
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(seen) = known.get(name) {
        return Some(seen);
    }
    if known.len() >= MOST || name.len() > LONGEST {
        return None;
    }
    let name: Rule = Box::leak(name.into());
    known.insert(name);
    Some(name)
}

/// For serde's `deserialize_with`: a rule from its name.
pub fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
    let name = Cow::<'de, str>::deserialize(deserializer)?;
    rule(&name).ok_or_else(|| D::Error::custom("more rules than any reader has"))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, rule};

    #[test]
    fn a_rule_is_the_same_word_each_time_and_no_flood_of_them_stays_in_memory() {
        let first = rule("url-month").expect("a rule");
        assert!(std::ptr::eq(first, rule(&String::from("url-month")).expect("a rule")));
        assert_eq!(rule(&"x".repeat(LONGEST + 1)), None);
        let taken = (0..5_000).filter(|i| rule(&format!("rule-{i}")).is_some()).count();
        assert!(taken < 1_000, "{taken}");
        assert_eq!(rule("url-month"), Some("url-month"));
    }
}
