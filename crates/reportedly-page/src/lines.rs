//! What a short line of a page is by its own words: the heading of a section that is not the article, a button, a
//! byline, a credit, a reading time.
//!
//! The words are data: `tables/<language>/section_headings.tsv` (whole lines) and `line_starts.tsv` (beginnings).
//! All languages are looked up together, since a page's furniture is often in another language than its article.

use crate::Role;
use crate::words;
use reportedly_text::is_unspaced;
use reportedly_text::{Language, languages, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// How far a line of furniture reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What follows belongs to it too.
    Section,
    /// The next lines may belong to it: a teaser set into an article.
    Next,
    /// It stands by itself.
    Line,
}

/// A line that stands around an article, by its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Furniture {
    /// What it is for.
    pub(crate) role: Role,
    /// How far it reaches.
    pub(crate) reach: Reach,
}

/// The longest line, in bytes, that is looked up; longer ones are paragraphs.
const LONGEST: usize = 200;
/// The longest label, in characters, that a colon and no space part from what it labels.
const LONGEST_LABEL: usize = 10;
/// The longest phrase of the tables, in words, that is looked for at the beginning of a line.
const LONGEST_START: usize = 6;

static HEADINGS: LazyLock<FxHashMap<String, Furniture>> = LazyLock::new(|| load("section_headings"));
static STARTS: LazyLock<FxHashMap<String, Furniture>> = LazyLock::new(|| load("line_starts"));

fn load(name: &str) -> FxHashMap<String, Furniture> {
    let mut map = FxHashMap::default();
    // Where languages share a word, English decides, then the alphabet.
    for language in std::iter::once(Language::EN).chain(languages(name)) {
        for row in rows(Some(language), name) {
            let [words, role, reach] = row[..] else { continue };
            let Some(role) = role_of(role) else { continue };
            let reach = match reach {
                "section" => Reach::Section,
                "next" => Reach::Next,
                _ => Reach::Line,
            };
            map.entry(key(words)).or_insert(Furniture { role, reach });
        }
    }
    map
}

/// The role that a table names.
pub(crate) fn role_of(word: &str) -> Option<Role> {
    const ROLES: &[Role] = &[
        Role::Byline,
        Role::Caption,
        Role::Comments,
        Role::Consent,
        Role::DateLine,
        Role::Feed,
        Role::Legal,
        Role::Masthead,
        Role::Nav,
        Role::Newsletter,
        Role::Other,
        Role::Promo,
        Role::Related,
        Role::Share,
        Role::Topics,
        Role::Trending,
        Role::Video,
    ];
    ROLES.iter().copied().find(|r| r.word() == word)
}

/// A line as the tables have it: lower case, one space between words, apostrophes straight.
pub(crate) fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for word in line.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            match c {
                c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
                '’' | '‘' => out.push('\''),
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
                _ => out.extend(c.to_lowercase()),
            }
        }
    }
    out
}

/// A line as it is looked up: `folded`, and without what capitals, keyboards and habits leave out or vary: accents in
/// Greek, the dot of the Turkish i, vowel signs and forms of letters in Arabic script, a space before a colon.
fn key(line: &str) -> String {
    let folded = folded(line);
    if folded.is_ascii() && !folded.contains(" :") {
        return folded;
    }
    let mut out = String::with_capacity(folded.len());
    for c in folded.chars() {
        let same = match c {
            'ά' => 'α',
            'έ' => 'ε',
            'ή' => 'η',
            'ί' | 'ϊ' | 'ΐ' => 'ι',
            'ό' => 'ο',
            'ύ' | 'ϋ' | 'ΰ' => 'υ',
            'ώ' => 'ω',
            'ς' => 'σ',
            'ı' => 'i',
            'أ' | 'إ' | 'آ' => 'ا',
            'ي' | 'ى' => 'ی',
            'ك' => 'ک',
            // The vowel signs, the lengthening stroke, and the dot that "İ" leaves in lower case.
            '\u{64b}'..='\u{652}' | '\u{640}' | '\u{307}' => continue,
            ':' | '：' => {
                if out.ends_with(' ') {
                    out.pop();
                }
                ':'
            }
            c => c,
        };
        out.push(same);
    }
    out
}

/// What is neither letter nor digit at the ends of a heading: arrows, bullets, colons, stops.
fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '©' | '(' | ')'))
}

/// The role of a line whose whole words are a known heading or button ("Related Articles", "Show more").
pub(crate) fn heading(line: &str) -> Option<Furniture> {
    if line.len() > LONGEST {
        return None;
    }
    let folded = key(line);
    HEADINGS
        .get(bare(&folded))
        .or_else(|| HEADINGS.get(folded.as_str()))
        .copied()
        .or_else(|| counted(&folded))
}

/// A heading with a count to it: "Comments (12)", "36 Comments".
fn counted(folded: &str) -> Option<Furniture> {
    let rest = folded
        .trim_matches(|c: char| c.is_ascii_digit() || matches!(c, '(' | ')' | ' ' | '[' | ']' | ',' | '.'));
    if rest.len() == folded.len() {
        return None;
    }
    HEADINGS.get(bare(rest)).copied()
}

/// The role of a line by its first words ("Read more: …", "Sign up for …", "© 2031 …").
pub(crate) fn opening(line: &str) -> Option<Furniture> {
    let folded = key(&line[..line.floor_char_boundary(LONGEST)]);
    let line = folded.trim_start_matches(|c: char| {
        !c.is_alphanumeric() && !matches!(c, '©' | '(' | '¿' | '>' | '"' | '“' | '„' | '«' | '\'')
    });
    if line.starts_with('©') {
        return Some(Furniture { role: Role::Legal, reach: Reach::Line });
    }
    let mut ends: Vec<usize> =
        line.char_indices().filter(|(_, c)| *c == ' ').map(|(i, _)| i).take(LONGEST_START).collect();
    if ends.len() < LONGEST_START {
        ends.push(line.len());
    }
    if is_count_of_comments(line) {
        return Some(Furniture { role: Role::Comments, reach: Reach::Section });
    }
    ends.iter()
        .rev()
        .find_map(|&end| {
            let start = line.get(..end)?;
            let bare = start.trim_end_matches([',', '.']);
            // "Read also:" is said by its words, "Video:" by the colon.
            let phrase = bare.trim_end_matches([':', '：']);
            STARTS
                .get(start)
                .or_else(|| STARTS.get(bare))
                .or_else(|| STARTS.get(phrase).filter(|_| phrase.contains(' ')))
                .copied()
        })
        .or_else(|| {
            // Where no space follows the sign: "来源：柳港日报", "【写真】…", "図／…".
            let (at, sign) = line
                .char_indices()
                .take(LONGEST_LABEL)
                .find(|(_, c)| matches!(c, ':' | '】' | ']' | '/' | '／' | '｜' | '=' | '＝'))?;
            let (label, signed) = (line.get(..at)?, line.get(..at + sign.len_utf8())?);
            let named = STARTS.get(signed).or_else(|| STARTS.get(format!("{label}:").as_str()));
            let bare = || STARTS.get(label).filter(|_| matches!(sign, ':' | '】' | ']'));
            named.or_else(bare).copied()
        })
}

/// "14 comments on …", "Un commentaire sur …": a count, one of the words that name comments, and what they are about.
fn is_count_of_comments(line: &str) -> bool {
    let mut words = line.split(' ');
    let counts = words.next().is_some_and(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_digit()));
    counts
        && words.next().and_then(|w| HEADINGS.get(w)).is_some_and(|f| f.role == Role::Comments)
        && words.next().is_some()
        && !line.ends_with('.')
}

/// Words that name picture agencies (`true`) or introduce a credit (`false`).
static CREDITS: LazyLock<FxHashMap<&'static str, bool>> = LazyLock::new(|| {
    rows(None, "credits").filter_map(|row| Some((*row.first()?, *row.get(1)? == "agency"))).collect()
});

/// Phrases before the name of whom a picture is by.
static CREDIT_STARTS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    languages("credit_starts")
        .flat_map(|l| rows(Some(l), "credit_starts"))
        .filter_map(|row| row.first().copied())
        .collect()
});
/// Words of the longest of them.
const LONGEST_CREDIT_START: usize = 3;

/// Bytes of the longest line that is read as a caption with its credit.
const LONGEST_CAPTION: usize = 4 << 10;
/// The longest word, in characters, that makes a credit of what stands before it.
const LONGEST_MARKER: usize = 2;
/// The longest credit, in words.
const LONGEST_CREDIT: usize = 12;

/// Whether words name a picture agency ("Sputnik / AFP via Getty Images").
fn names_agency(words: &str) -> bool {
    let folded = folded(words);
    let parts: Vec<&str> =
        folded.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|w| !w.is_empty()).collect();
    (0..parts.len()).any(|i| {
        CREDITS.get(parts[i]).copied().unwrap_or(false)
            || parts.get(i + 1).is_some_and(|next| {
                CREDITS.get(format!("{} {next}", parts[i]).as_str()).copied().unwrap_or(false)
            })
    })
}

/// Whether words begin with one that introduces a credit ("Photo: …", "Foto …", "© …"); gives what follows it.
fn after_marker(words: &str) -> Option<&str> {
    let words = words.trim_start();
    if let Some(rest) = words.strip_prefix('©') {
        return Some(rest.trim());
    }
    // The marker is one or two words, and what follows is set off by a colon or is "by" somebody.
    let colon = words.find([':', '/', '=']).filter(|&i| i < 40);
    if let Some(colon) = colon
        && CREDITS.get(folded(&words[..colon]).trim()).is_some_and(|agency| !agency)
    {
        return Some(words[colon + 1..].trim());
    }
    // "Photo by Olan Feld": up to so many words introduce a name.
    let ends = words.char_indices().filter(|(_, c)| *c == ' ').map(|(i, _)| i).take(LONGEST_CREDIT_START);
    ends.into_iter()
        .find(|end| CREDIT_STARTS.contains(folded(&words[..*end]).as_str()))
        .map(|end| words[end..].trim())
}

/// Whether words of a script without spaces end in one that makes them a credit ("代表撮影").
fn ends_in_marker(words: &str) -> bool {
    words
        .char_indices()
        .rev()
        .take(LONGEST_MARKER)
        .take_while(|(_, c)| is_unspaced(*c))
        .any(|(i, _)| CREDITS.get(&words[i..]).is_some_and(|agency| !agency))
}

/// A caption line taken apart into caption and credit; `None` where nothing in it is a credit.
///
/// "Text. (Name / Agency)", "Text. / AFP", "Text. Photo: Name", "Text © Name", "Photo: Name" (no caption).
pub(crate) fn caption_and_credit(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if line.len() > LONGEST_CAPTION {
        return None;
    }
    // "© 2031 …" is the page's, not a picture's.
    if line.strip_prefix('©').is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()))
    {
        return None;
    }
    let short = |s: &str| s.split_whitespace().count() <= LONGEST_CREDIT;
    // In brackets at the end.
    for (open, close) in [('(', ')'), ('[', ']'), ('（', '）')] {
        if line.ends_with(close)
            && let Some(start) = line.rfind(open)
        {
            let inside = line[start + open.len_utf8()..line.len() - close.len_utf8()].trim();
            let is_credit = names_agency(inside) || after_marker(inside).is_some() || ends_in_marker(inside);
            if short(inside) && !inside.is_empty() && is_credit {
                return Some((line[..start].trim(), after_marker(inside).unwrap_or(inside)));
            }
        }
    }
    // After a copyright sign or a marker word.
    if let Some(at) = line.rfind('©').or_else(|| line.rfind('📷'))
        && short(&line[at..])
    {
        let sign = line[at..].chars().next().map_or(0, char::len_utf8);
        return Some((line[..at].trim(), line[at + sign..].trim()));
    }
    let starts = line
        .char_indices()
        .filter(|&(i, _)| i == 0 || line[..i].ends_with([' ', '\u{a0}', '(', '|', '.', '/']));
    for (i, _) in starts {
        let tail = &line[i..];
        if short(tail)
            && let Some(name) = after_marker(tail)
            && !name.is_empty()
        {
            let caption = line[..i].trim().trim_end_matches(['|', '/', '(', '-', '–', '—']).trim();
            return Some((caption, name));
        }
    }
    // After a slash, bar or dash, or as a sentence of its own: an agency.
    let cut = line
        .rmatch_indices(' ')
        .filter_map(|(i, _)| {
            let sign = line[..i].chars().next_back()?;
            // "Petra D. Lomax": the stop of an initial ends no caption.
            let initial = sign == '.'
                && line[..i - 1].chars().next_back().is_some_and(char::is_uppercase)
                && line[..i - 1].chars().nth_back(1).is_none_or(|c| !c.is_alphanumeric());
            if initial {
                return None;
            }
            matches!(sign, '/' | '|' | '-' | '–' | '—' | '.').then(|| (i - sign.len_utf8(), i + 1))
        })
        .take(3)
        .filter(|&(_, end)| short(&line[end..]) && names_agency(&line[end..]) && is_name_like(&line[end..]))
        .last();
    if let Some((start, end)) = cut {
        let stop = usize::from(line[start..].starts_with('.'));
        return Some((
            line[..start + stop].trim(),
            line[end..].trim_end_matches('.').trim_matches([' ', '|']),
        ));
    }
    (short(line) && line.split_whitespace().count() <= 6 && names_agency(line) && is_name_like(line))
        .then_some(("", line))
}

/// Names only: every word but the smallest begins with a capital or is no letter.
fn is_name_like(words: &str) -> bool {
    words.split_whitespace().all(|w| {
        let w = w.trim_matches(|c: char| !c.is_alphanumeric());
        w.len() <= 3 || w.chars().next().is_none_or(|c| !c.is_lowercase())
    })
}

/// Names of people in a byline ("By Ann Lee and Bo Ray, Staff Writer"); `None` where the line is none.
pub(crate) fn byline(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    if line.len() > LONGEST {
        return None;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let by = (1..=3.min(words.len())).rev().find(|&n| {
        let phrase = key(&words[..n].join(" "));
        STARTS.get(phrase.as_str()).is_some_and(|f| f.role == Role::Byline)
    })?;
    crate::byline::people(&words[by..].join(" "))
}

/// What feeds put at the end of a text: `more` leads to the page, `appeared` says where it first stood.
static FEED_ENDS: LazyLock<Vec<(&'static str, bool)>> = LazyLock::new(|| {
    let rows = languages("feed_ends").flat_map(|l| rows(Some(l), "feed_ends"));
    rows.filter_map(|row| Some((*row.first()?, *row.get(1)? == "more"))).collect()
});
/// Bytes at the end of a text in which such words are looked for.
const FEED_END: usize = 60;

/// Whether a line says where an article first appeared.
pub(crate) fn says_where_it_appeared(line: &str) -> bool {
    let folded = folded(line);
    FEED_ENDS.iter().any(|(words, more)| !more && folded.contains(words))
}

/// Where the words begin that lead from the end of a text to the page: "… Continue reading".
pub(crate) fn leads_on(text: &str) -> Option<usize> {
    let end = text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let from = text.ceil_char_boundary(end.saturating_sub(FEED_END));
    let starts = text[from..end].char_indices().map(|(at, _)| from + at).filter(|at| {
        let before = text[..*at].trim_end();
        // By themselves, or behind a sentence; "he told them to read more" is the text's own.
        before.is_empty()
            || before.len() < *at && words::ends_sentence(before)
            || before.ends_with([']', '>', '»', '|', '(', '['])
    });
    starts.into_iter().find(|at| {
        let words = folded(&text[*at..end]);
        FEED_ENDS.iter().any(|(phrase, more)| *more && words == *phrase)
    })
}

/// Whether words are the name of an agency and nothing else.
pub(crate) fn is_agency(words: &str) -> bool {
    let folded = folded(words);
    CREDITS.get(bare(&folded)).copied().unwrap_or(false)
}

/// Whether a line gives a reading time ("2 min read", "Lesezeit: 3 Min.").
pub(crate) fn is_reading_time(line: &str) -> bool {
    let folded = folded(line);
    folded.len() <= 40
        && folded.contains(|c: char| c.is_ascii_digit())
        && [
            "min read",
            "minute read",
            "mins read",
            "minutes read",
            "min. read",
            "minuti di lettura",
            "min de lecture",
            "min lesezeit",
            "lesezeit",
            "leestijd",
            "min. de lectura",
            "min de lectura",
            "minutos de lectura",
            "temps de lecture",
            "min de leitura",
            "lästid",
            "min. lesezeit",
            "minuten lesezeit",
            "tempo di lettura",
            "tempo de leitura",
            "reading time",
            "to read",
        ]
        .iter()
        .any(|w| folded.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headings_and_buttons_are_known_by_their_words() {
        let check =
            |line: &str, want: Option<Role>| assert_eq!(heading(line).map(|f| f.role), want, "{line}");
        check("Related Articles", Some(Role::Related));
        check("▸ HOT THIS WEEK:", Some(Role::Trending));
        check("36 Comments", Some(Role::Comments));
        check("Lesen Sie auch", Some(Role::Related));
        check("The harbour closes", None);
        // Without accents, with the Turkish dot, with and without vowel signs.
        check("ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ", Some(Role::Related));
        check("İLGİLİ HABERLER", Some(Role::Related));
        check("اقرأ أيضًا", Some(Role::Related));
        check("Legolvasottabb", Some(Role::Trending));
        check("ये भी पढ़ें", Some(Role::Related));
        let check =
            |line: &str, want: Option<Role>| assert_eq!(opening(line).map(|f| f.role), want, "{line}");
        check("Sign up for our letter from Lune", Some(Role::Newsletter));
        check("© 2031 Tarn Herald", Some(Role::Legal));
        check("Signs of a thaw in Velm", None);
        check("来源：柳港日报", Some(Role::Byline));
        check("責任編輯：沈若溪", Some(Role::Other));
        check("【写真】霧の港", Some(Role::Caption));
        check("Read more : the fog over Velm", Some(Role::Related));
        check("Sledujte nás na Facebooku", Some(Role::Share));
        check("Zdroj blízký vládě uvedl, že přístav zůstane zavřený", None);
    }

    #[test]
    fn every_row_of_the_tables_names_a_role_and_a_reach() {
        for name in ["section_headings", "line_starts"] {
            for language in languages(name) {
                for row in rows(Some(language), name) {
                    let valid = row.len() == 3
                        && role_of(row[1]).is_some()
                        && matches!(row[2], "section" | "next" | "line");
                    assert!(valid, "{name} of {language:?}: {row:?}");
                }
            }
        }
    }

    #[test]
    fn captions_come_apart_from_their_credits() {
        let check =
            |line: &str, want: Option<(&str, &str)>| assert_eq!(caption_and_credit(line), want, "{line}");
        check(
            "The quay. (Olan Feld / AFP via Getty Images)",
            Some(("The quay.", "Olan Feld / AFP via Getty Images")),
        );
        check("The quay at night. Photo: Olan Feld", Some(("The quay at night.", "Olan Feld")));
        check("The quay at night © Olan Feld", Some(("The quay at night", "Olan Feld")));
        check("Foto: Olan Feld", Some(("", "Olan Feld")));
        check("The boat of Petra D. Lomax. | Reuters", Some(("The boat of Petra D. Lomax.", "Reuters")));
        check("The mayor (left) and her deputy", None);
        check("He said that the photo was taken at night and that nobody had seen it.", None);
    }

    #[test]
    fn bylines_give_names() {
        let check = |line: &str, want: &[&str]| {
            assert_eq!(byline(line).unwrap_or_default(), want, "{line}");
        };
        check("By Petra Lomax", &["Petra Lomax"]);
        check("Von Petra Lomax und Olan Feld", &["Petra Lomax", "Olan Feld"]);
        check("By Petra Lomax, Harbour Correspondent", &["Petra Lomax"]);
        check("Exclusive by Petra Lomax, Crime Editor", &["Petra Lomax"]);
        check("By the end of the year", &[]);
        check("Petra Lomax", &[]);
    }

    #[test]
    fn reading_times_are_told_from_sentences() {
        for line in ["2 min read", "Lesezeit: 3 Min.", "4 minutes to read"] {
            assert!(is_reading_time(line), "{line}");
        }
        assert!(!is_reading_time("He ran a mile in four minutes"));
    }

    proptest! {
        #[test]
        fn no_line_is_too_odd(line in "([A-Za-z]{1,6}|Photo|by|©|\\(|\\)|\\[|\\]|/|:|é|日| ){0,40}") {
            let _ = (heading(&line), opening(&line), byline(&line), is_reading_time(&line));
            if let Some((caption, credit)) = caption_and_credit(&line) {
                prop_assert!(line.contains(caption) && line.contains(credit));
            }
        }
    }
}
