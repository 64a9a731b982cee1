//! The outlets that a collection has: whatever publishes one of its pages is an outlet wherever it is named.

use crate::origins::key;
use rustc_hash::FxHashMap;

/// Letters that a short form of a name has at least: "Mail" for "Sarn Valley Mail", but no "TV".
const SHORT_FORM: usize = 4;

/// The outlets known so far.
#[derive(Clone, Debug, Default)]
pub struct Outlets {
    /// Each by its name as it is compared.
    names: FxHashMap<String, String>,
    /// By the last word of the name those that end in it.
    short: FxHashMap<String, Vec<String>>,
}

impl Outlets {
    /// From outlets' names as readings give them, in order of becoming known.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut outlets = Self::default();
        for name in names {
            outlets.add(name);
        }
        outlets
    }

    /// One more; the first spelling of a name counts.
    pub fn add(&mut self, outlet: &str) {
        let name = key(outlet);
        if name.is_empty() || self.names.contains_key(&name) {
            return;
        }
        if let Some((_, last)) = name.rsplit_once(' ')
            && last.len() >= SHORT_FORM
        {
            self.short.entry(last.to_owned()).or_default().push(name.clone());
        }
        self.names.insert(name, outlet.to_owned());
    }

    /// The spelling of a name that is one's.
    pub(crate) fn named(&self, name: &str) -> Option<&str> {
        self.names.get(&key(name)).map(String::as_str)
    }

    /// Whether this is the name of one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains_key(&key(name))
    }

    /// The full name of the outlet that a text means by this name: one that it names in full, or its own.
    pub(crate) fn meant(&self, name: &str, text: &str, own: Option<&str>) -> Option<&str> {
        let short = key(name);
        let own = own.map(key);
        let known = |full: &&String| own.as_ref() == Some(*full) || text.contains(full.as_str());
        let mut meant = self.short.get(&short)?.iter().filter(known);
        let only = meant.next().filter(|_| meant.next().is_none())?;
        self.names.get(only).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::Outlets;
    use crate::example::{article, story};

    #[test]
    fn a_short_name_means_the_outlet_that_the_text_names_in_full() {
        let pages = ["Sarn Valley Mail", "Merrin Mail", "The Tern"].map(|o| article(o, 3, "", ""));
        let (observations, _) = story(pages.into());
        let outlets = Outlets::of(observations.iter().filter_map(|o| o.reading.outlet.as_deref()));
        let check = |name: &str, text: &str, own: Option<&str>, want: Option<&str>| {
            assert_eq!(outlets.meant(name, text, own), want, "{name} in {text:?}");
        };
        check("the Mail", "the sarn valley mail had it first", None, Some("Sarn Valley Mail"));
        check("The Mail", "nobody called the mail back", Some("Merrin Mail"), Some("Merrin Mail"));
        check("the Mail", "the sarn valley mail and the merrin mail", None, None);
        check("the Mail", "the mail was late", None, None);
        assert!(outlets.has("Tern") && !outlets.has("Mail"));
    }
}
