//! The texts of the pages, by language: a table, so that a language is added without touching the pages.

use std::{borrow::Borrow, collections::HashMap, sync::LazyLock};

/// The texts in one language.
#[derive(Debug)]
pub struct Words {
    /// The tag of the language.
    pub language: &'static str,
    of: HashMap<&'static str, &'static str>,
}

static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::read("en", include_str!("../words/en.tsv")));

impl Words {
    /// The texts of a language, or English ones.
    pub fn of(_language: &str) -> &'static Self {
        &ENGLISH
    }

    fn read(language: &'static str, table: &'static str) -> Self {
        let rows = table.lines().filter(|line| !line.starts_with('#'));
        Self { language, of: rows.filter_map(|line| line.split_once('\t')).collect() }
    }

    /// The text with this key; the key itself, where there is none, is seen by whoever looks at the page.
    pub fn say<'k>(&self, key: &'k str) -> &'k str
    where
        'static: 'k,
    {
        self.of.get(key).copied().unwrap_or(key)
    }

    /// What kind of party somebody is, in words.
    pub fn kind<'k>(&self, kind: &'k str) -> &'k str
    where
        'static: 'k,
    {
        self.of.get(format!("kind.{kind}").as_str()).copied().unwrap_or(kind)
    }

    /// What a part of a page is for, which is why it is no part of the article.
    pub fn role<'k>(&self, role: &'k str) -> &'k str
    where
        'static: 'k,
    {
        self.of.get(format!("role.{role}").as_str()).copied().unwrap_or(role)
    }

    /// What a language is called, by its code.
    pub fn language<'k>(&self, code: &'k str) -> &'k str
    where
        'static: 'k,
    {
        self.of.get(format!("language.{code}").as_str()).copied().unwrap_or(code)
    }

    /// What a status means.
    pub fn means(&self, status: &str) -> &str {
        self.of.get(format!("means.{status}").as_str()).copied().unwrap_or_default()
    }

    /// Where the evidence for a date was found, by the rule that found it.
    pub fn rule<'k>(&self, rule: &'k str) -> &'k str
    where
        'static: 'k,
    {
        self.of.get(format!("rule.{rule}").as_str()).copied().unwrap_or(rule)
    }

    /// The text with this key, where there is one.
    pub fn find(&self, key: &str) -> Option<&'static str> {
        self.of.get(key).copied()
    }

    /// What a room is called in the masthead.
    pub fn room(&self, room: &str) -> &str {
        self.of.get(format!("nav.{room}").as_str()).copied().unwrap_or_default()
    }

    /// What a column of the table of outlets is headed by.
    pub fn column(&self, column: &str) -> &str {
        self.of.get(format!("outlets.{column}").as_str()).copied().unwrap_or_default()
    }

    /// So many of something: the text under `key.one` or `key.many`, with the number in place of `{}`.
    pub fn count(&self, key: &str, number: impl Borrow<usize>) -> String {
        let number = number.borrow();
        let form = if *number == 1 { "one" } else { "many" };
        let key = format!("{key}.{form}");
        self.of.get(key.as_str()).copied().unwrap_or("{}").replace("{}", &number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_that_a_page_asks_for_is_there() {
        let words = Words::of("en");
        let templates =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).expect("templates");
        let mut asked = 0;
        for template in templates {
            let text = std::fs::read_to_string(template.expect("one").path()).expect("a template");
            for (call, forms) in [(".say(\"", &[""][..]), (".count(\"", &[".one", ".many"])] {
                for key in text.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                    for form in forms {
                        let key = format!("{key}{form}");
                        assert!(words.of.contains_key(key.as_str()), "{key}");
                        asked += 1;
                    }
                }
            }
        }
        assert!(asked > 20);
    }
}
