//! What the tables know of words and phrases: names given to people, places, organisations, outlets, titles.

use reportedly_text::model::hash;
use reportedly_text::{Analysis, ByLanguage, Language, rows, split};
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// What a word or phrase may be, one bit each.
pub mod class {
    /// A country.
    pub const COUNTRY: u32 = 1;
    /// Any other place.
    pub const PLACE: u32 = 1 << 1;
    /// An organisation.
    pub const ORG: u32 = 1 << 2;
    /// A news outlet or agency.
    pub const OUTLET: u32 = 1 << 3;
    /// What stands before a person's name.
    pub const TITLE: u32 = 1 << 4;
    /// An adjective or noun of origin.
    pub const DEMONYM: u32 = 1 << 5;
    /// A given name of men.
    pub const MALE: u32 = 1 << 6;
    /// A given name of women.
    pub const FEMALE: u32 = 1 << 7;
    /// A family name.
    pub const SURNAME: u32 = 1 << 8;
    /// Ends the name of an organisation.
    pub const ORG_LAST: u32 = 1 << 9;
    /// Begins the name of an organisation, "of" behind it.
    pub const ORG_OF: u32 = 1 << 10;
    /// Begins the name of a place.
    pub const PLACE_FIRST: u32 = 1 << 11;
    /// Ends the name of a place.
    pub const PLACE_LAST: u32 = 1 << 12;
    /// What outlets are called by.
    pub const OUTLET_HEAD: u32 = 1 << 13;
    /// What hardly anything but outlets is called by.
    pub const OUTLET_SURE: u32 = 1 << 14;
    /// What a person is or does.
    pub const ROLE: u32 = 1 << 15;
    /// A title of men.
    pub const MALE_TITLE: u32 = 1 << 16;
    /// A title of women.
    pub const FEMALE_TITLE: u32 = 1 << 17;
    /// A month or weekday.
    pub const CALENDAR: u32 = 1 << 18;
    /// Says of the name beside it that it is a place's.
    pub const PLACE_NOUN: u32 = 1 << 19;
    /// As before, an organisation's.
    pub const ORG_NOUN: u32 = 1 << 20;
    /// As before, of something else.
    pub const OTHER_NOUN: u32 = 1 << 21;
    /// As before, an outlet's.
    pub const OUTLET_NOUN: u32 = 1 << 22;
    /// What countries and towns have, not people: "…'s ministry".
    pub const STATE_NOUN: u32 = 1 << 23;
    /// A longer phrase begins like this.
    pub const PREFIX: u32 = 1 << 31;

    /// Any given name.
    pub const GIVEN: u32 = MALE | FEMALE;
    /// A noun that tells what the name beside it names, people included.
    pub const NOUN: u32 = PLACE_NOUN | ORG_NOUN | OTHER_NOUN | OUTLET_NOUN | ROLE;
    /// Any place.
    pub const ANY_PLACE: u32 = COUNTRY | PLACE;
}

/// Every phrase of the tables of a language, by the hash of its tokens.
pub struct Gazetteer {
    phrases: FxHashMap<u32, u32>,
}

static GAZETTEERS: ByLanguage<Gazetteer> = ByLanguage::new(Gazetteer::new);

/// Phrases are looked for up to this many tokens.
const LONGEST: usize = 9;

impl Gazetteer {
    /// The one of a language, where there are tables.
    pub fn of(language: Language) -> Option<&'static Self> {
        GAZETTEERS.get(language)
    }

    fn new(language: Language) -> Self {
        // All entries go through the tokeniser at once, a line each.
        let mut lines = String::new();
        let mut classes = Vec::new();
        let mut enter = |phrase: &str, class: u32| {
            if !phrase.is_empty() && writeln!(lines, "{phrase}").is_ok() {
                classes.push(class);
            }
        };
        let table = |name: &'static str| rows(Some(language), name);
        for row in table("places") {
            enter(row[0], if row.get(1) == Some(&"country") { class::COUNTRY } else { class::PLACE });
        }
        for row in table("demonyms") {
            enter(row[0], class::DEMONYM);
        }
        for row in table("given-names") {
            let class = match row.get(1) {
                Some(&"m") => class::MALE,
                Some(&"f") => class::FEMALE,
                _ => class::GIVEN,
            };
            enter(row[0], class);
        }
        for row in table("surnames") {
            enter(row[0], class::SURNAME);
        }
        for row in table("titles") {
            let class = match row.get(1) {
                Some(&"m") => class::MALE_TITLE,
                Some(&"f") => class::FEMALE_TITLE,
                _ => 0,
            };
            enter(row[0], class::TITLE | class);
        }
        for row in table("organisations") {
            for name in named(&row) {
                enter(name, class::ORG);
            }
        }
        for row in rows(None, "outlets") {
            for name in named(&row) {
                enter(name, class::OUTLET);
            }
        }
        let kinds = [
            ("organisation-heads", "last", class::ORG_LAST),
            ("organisation-heads", "of", class::ORG_OF),
            ("place-heads", "first", class::PLACE_FIRST),
            ("place-heads", "last", class::PLACE_LAST),
            ("outlet-heads", "sure", class::OUTLET_SURE),
            ("kind-nouns", "place", class::PLACE_NOUN),
            ("kind-nouns", "org", class::ORG_NOUN),
            ("kind-nouns", "other", class::OTHER_NOUN),
            ("kind-nouns", "outlet", class::OUTLET_NOUN),
            ("kind-nouns", "state", class::STATE_NOUN),
        ];
        for (name, flag, class) in kinds {
            for row in
                table(name).filter(|row| row.get(1).is_some_and(|flags| flags.split(' ').any(|f| f == flag)))
            {
                enter(row[0], class);
            }
        }
        for row in table("outlet-heads") {
            enter(row[0], class::OUTLET_HEAD);
        }
        for row in table("roles") {
            enter(row[0], class::ROLE);
        }
        for name in ["weekdays", "months"] {
            for row in table(name) {
                let mut letters = row[0].chars();
                if let Some(first) = letters.next() {
                    enter(&format!("{}{}", first.to_uppercase(), letters.as_str()), class::CALENDAR);
                }
            }
        }
        let analysis = split(&lines, language);
        let mut phrases = FxHashMap::default();
        let mut lines = classes.iter();
        let mut sentences = analysis.sentences.iter().peekable();
        while let Some(sentence) = sentences.next() {
            // A line with a stop in it may have become several sentences.
            let mut tokens = sentence.tokens.clone();
            while let Some(next) = sentences.next_if(|s| s.paragraph == sentence.paragraph) {
                tokens.end = next.tokens.end;
            }
            let Some(class) = lines.next() else { break };
            let mut phrase = PHRASE;
            for i in tokens.clone() {
                phrase = then(phrase, analysis.token(i));
                *phrases.entry(phrase).or_insert(0) |=
                    if i + 1 == tokens.end { *class } else { class::PREFIX };
            }
        }
        Self { phrases }
    }

    /// What this word may be by itself.
    pub fn word(&self, word: &str) -> u32 {
        self.phrases.get(&then(PHRASE, word)).map_or(0, |c| c & !class::PREFIX)
    }

    /// The longest phrase that begins at token `i` and has one of these classes: where it ends, and all it may be.
    pub fn longest(
        &self,
        analysis: &Analysis<'_>,
        i: usize,
        last: usize,
        classes: u32,
    ) -> Option<(usize, u32)> {
        let mut phrase = PHRASE;
        let mut found = None;
        for end in i..last.min(i + LONGEST) {
            phrase = then(phrase, analysis.token(end));
            let Some(class) = self.phrases.get(&phrase) else { break };
            if class & classes != 0 {
                found = Some((end + 1, class & !class::PREFIX));
            }
            if class & class::PREFIX == 0 {
                break;
            }
        }
        found
    }
}

/// A row's name and its other names.
pub fn named<'r>(row: &[&'r str]) -> impl Iterator<Item = &'r str> + use<'r> {
    let others = row.get(1).copied().unwrap_or("");
    row.first().copied().into_iter().chain(others.split(" | ").filter(|name| !name.is_empty()))
}

const PHRASE: u32 = 0;

fn then(phrase: u32, word: &str) -> u32 {
    (phrase.rotate_left(5) ^ hash(word.as_bytes())).wrapping_mul(0x9e37_79b1)
}
