//! Languages, by their ISO 639-1 codes.

use crate::tables::{languages_with, rows};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::sync::LazyLock;

/// A language by its two-letter ISO 639-1 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 2]);

impl Language {
    /// English.
    pub const EN: Self = Self(*b"en");

    /// From the primary subtag of a BCP 47 tag ("en-GB", "DE", "pt_BR"); `None` where it has not two letters.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        match primary.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase()]))
            }
            _ => None,
        }
    }

    /// The two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_tag(&code).ok_or_else(|| D::Error::custom("no language code of two letters"))
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// This share of a text's words, and this many different ones, must be function words of a language for it to be that
/// language whatever its trigrams say. Running English has 35 to 50 per cent (`tables/en/function-words.tsv`).
const FUNCTION_SHARE: f64 = 0.22;
const FUNCTION_WORDS: usize = 3;

/// Bytes of a text from which its language is told: twice as many told no other of 2,411 pages.
const SAMPLE: usize = 4096;

/// The language a text is written in, by its function words, else its trigrams; `None` where there is too little to tell.
pub fn detect(text: &str) -> Option<Language> {
    use whatlang::Lang;
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if let Some(language) = by_function_words(&text[..end]) {
        return Some(language);
    }
    let info = whatlang::detect(&text[..end])?;
    if !info.is_reliable() {
        return None;
    }
    // whatlang speaks ISO 639-3; only codes with a two-letter form are of use here.
    let code = match info.lang() {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Est => "et",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Bul => "bg",
        Lang::Ron => "ro",
        Lang::Hun => "hu",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Bel => "be",
        Lang::Kat => "ka",
        Lang::Hye => "hy",
        Lang::Aze => "az",
        Lang::Uzb => "uz",
        Lang::Tuk => "tk",
        Lang::Heb => "he",
        Lang::Ara => "ar",
        Lang::Pes => "fa",
        Lang::Urd => "ur",
        Lang::Hin => "hi",
        Lang::Ben => "bn",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Kan => "kn",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Guj => "gu",
        Lang::Pan => "pa",
        Lang::Ori => "or",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Mya => "my",
        Lang::Khm => "km",
        Lang::Tha => "th",
        Lang::Vie => "vi",
        Lang::Ind => "id",
        Lang::Jav => "jv",
        Lang::Tgl => "tl",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Amh => "am",
        Lang::Afr => "af",
        Lang::Cat => "ca",
        Lang::Epo => "eo",
        Lang::Lat => "la",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Aka => "ak",
        Lang::Cym => "cy",
    };
    Language::from_tag(code)
}

fn by_function_words(text: &str) -> Option<Language> {
    static KNOWN: LazyLock<Vec<(Language, FxHashSet<&'static str>)>> = LazyLock::new(|| {
        languages_with("function-words")
            .map(|l| (l, rows(Some(l), "function-words").filter_map(|r| r.first().copied()).collect()))
            .collect()
    });
    let mut found: Vec<(usize, FxHashSet<&str>)> = vec![(0, FxHashSet::default()); KNOWN.len()];
    let mut words = 0;
    let mut lower = String::new();
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()) {
        words += 1;
        lower.clear();
        if word.is_ascii() {
            lower.push_str(word);
            lower.make_ascii_lowercase();
        } else {
            lower.push_str(&word.to_lowercase());
        }
        for ((_, known), (hits, different)) in KNOWN.iter().zip(&mut found) {
            if let Some(word) = known.get(lower.as_str()) {
                *hits += 1;
                different.insert(word);
            }
        }
    }
    let is = |(hits, different): &(usize, FxHashSet<&str>)| {
        different.len() >= FUNCTION_WORDS && *hits as f64 >= FUNCTION_SHARE * f64::from(words)
    };
    KNOWN.iter().zip(&found).find_map(|((language, _), found)| is(found).then_some(*language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_full_of_names_keep_their_language() {
        let check = |text: &str, want: Option<&str>| {
            assert_eq!(detect(text).as_ref().map(Language::code), want, "{text}");
        };
        check("Agnes Thorne and her cousin Odile Varga opened the mill together.", Some("en"));
        check(
            "Das Parlament hat am Dienstag ein neues Gesetz beschlossen, das im Herbst in Kraft treten soll.",
            Some("de"),
        );
        check("Thorne Varga", None);
    }
}
