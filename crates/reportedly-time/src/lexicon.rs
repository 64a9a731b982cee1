//! What the words of a language mean for time, read from its tables once.

use crate::calendar::Holiday;
use crate::expression::{Season, Unit};
use reportedly_text::{Language, rows};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// The part a word plays in building expressions; see `temporal-words.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    The,
    A,
    This,
    That,
    Same,
    Last,
    Past,
    Next,
    Coming,
    Previous,
    Following,
    Latest,
    Current,
    Recent,
    Few,
    Several,
    Some,
    Couple,
    Half,
    Every,
    Per,
    Ago,
    Later,
    After,
    Earlier,
    EarlierBefore,
    From,
    Now,
    Of,
    In,
    Since,
    Until,
    By,
    On,
    At,
    To,
    And,
    Or,
    Early,
    Late,
    Mid,
    Start,
    Middle,
    End,
    About,
    Over,
    More,
    Than,
    Least,
    Up,
    Old,
    Long,
    Fiscal,
    Another,
    Other,
    Full,
    Today,
    Yesterday,
    Tomorrow,
    Tonight,
    Am,
    Pm,
    OClock,
    For,
    Comparable,
    No,
    As,
    Possessive,
    So,
    Ended,
    Time,
}

impl Role {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "the" => Self::The,
            "a" => Self::A,
            "this" => Self::This,
            "that" => Self::That,
            "same" => Self::Same,
            "last" => Self::Last,
            "past" => Self::Past,
            "next" => Self::Next,
            "coming" => Self::Coming,
            "previous" => Self::Previous,
            "following" => Self::Following,
            "latest" => Self::Latest,
            "current" => Self::Current,
            "recent" => Self::Recent,
            "few" => Self::Few,
            "several" => Self::Several,
            "some" => Self::Some,
            "couple" => Self::Couple,
            "half" => Self::Half,
            "every" => Self::Every,
            "per" => Self::Per,
            "ago" => Self::Ago,
            "later" => Self::Later,
            "after" => Self::After,
            "earlier" => Self::Earlier,
            "earlier-before" => Self::EarlierBefore,
            "from" => Self::From,
            "now" => Self::Now,
            "of" => Self::Of,
            "in" => Self::In,
            "since" => Self::Since,
            "until" => Self::Until,
            "by" => Self::By,
            "on" => Self::On,
            "at" => Self::At,
            "to" => Self::To,
            "and" => Self::And,
            "or" => Self::Or,
            "early" => Self::Early,
            "late" => Self::Late,
            "mid" => Self::Mid,
            "start" => Self::Start,
            "middle" => Self::Middle,
            "end" => Self::End,
            "about" => Self::About,
            "over" => Self::Over,
            "more" => Self::More,
            "than" => Self::Than,
            "least" => Self::Least,
            "up" => Self::Up,
            "old" => Self::Old,
            "long" => Self::Long,
            "fiscal" => Self::Fiscal,
            "another" => Self::Another,
            "other" => Self::Other,
            "full" => Self::Full,
            "today" => Self::Today,
            "yesterday" => Self::Yesterday,
            "tomorrow" => Self::Tomorrow,
            "tonight" => Self::Tonight,
            "am" => Self::Am,
            "pm" => Self::Pm,
            "oclock" => Self::OClock,
            "for" => Self::For,
            "comparable" => Self::Comparable,
            "no" => Self::No,
            "as" => Self::As,
            "possessive" => Self::Possessive,
            "so" => Self::So,
            "ended" => Self::Ended,
            "time" => Self::Time,
            _ => return None,
        })
    }
}

/// How far a form may be trusted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// It means nothing else.
    Plain,
    /// An abbreviation.
    Abbreviation,
    /// A common word as well.
    Ambiguous,
}

/// The kinds of number words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numeral {
    Cardinal(u32),
    Ordinal(u32),
    Scale(u32),
}

/// Part of the day, by its TIMEX3 code or its clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartWord {
    pub(crate) code: &'static str,
    pub(crate) many: bool,
}

/// What a word tells about the tense of its clause; see `tense.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TenseWord {
    Future,
    Modal,
    Plan,
    PlanVerb,
    Present,
    PresentClitic,
    Perfect,
    Past,
    PastVerb,
    Participle,
    Base,
}

/// All that one form can be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) month: Option<(u8, Trust)>,
    pub(crate) weekday: Option<(u8, Trust)>,
    pub(crate) weekdays: Option<u8>,
    pub(crate) numeral: Option<Numeral>,
    pub(crate) unit: Option<(Unit, bool)>,
    pub(crate) season: Option<(Season, Trust)>,
    pub(crate) part: Option<PartWord>,
    pub(crate) decade: Option<u8>,
    pub(crate) zone: bool,
    pub(crate) role: Option<Role>,
    pub(crate) tense: Option<TenseWord>,
    /// A verb whose past is spelled as its present: "cost".
    pub(crate) unchanged: bool,
    pub(crate) recurring: Option<(&'static str, bool)>,
    /// Fixed phrases that begin with this form, longest first.
    pub(crate) phrases: Vec<Phrase>,
}

/// A fixed phrase: the words after its first, and what it means.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    pub(crate) rest: Vec<&'static str>,
    pub(crate) meaning: Meaning,
}

/// What a fixed phrase means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning {
    /// A value, and the condition under which it holds.
    Value(&'static str, Condition),
    /// A holiday.
    Holiday(Holiday),
}

/// When a fixed phrase counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Always,
    Noun,
    Future,
}

/// The words of one language.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    entries: FxHashMap<&'static str, Entry>,
}

impl Lexicon {
    /// The lexicon of a language, where there are tables for it.
    pub(crate) fn of(language: Language) -> Option<&'static Self> {
        static LEXICONS: LazyLock<Vec<(Language, Lexicon)>> =
            LazyLock::new(|| LANGUAGES.iter().map(|l| (*l, Lexicon::read(*l))).collect());
        LEXICONS.iter().find(|(l, _)| *l == language).map(|(_, lexicon)| lexicon)
    }

    /// What a form, in lower case, can be.
    pub(crate) fn get(&self, form: &str) -> Option<&Entry> {
        self.entries.get(form)
    }

    fn read(language: Language) -> Self {
        let mut lexicon = Self::default();
        let table = |name| rows(Some(language), name).map(Row);
        for row in table("months") {
            lexicon.entry(row.form()).month = row.number().map(|n| (n, row.trust(2)));
        }
        for row in table("weekdays") {
            let trust = if row.form().len() > 5 { Trust::Plain } else { Trust::Abbreviation };
            lexicon.entry(row.form()).weekday = row.number().map(|n| (n, trust));
        }
        for row in table("weekdays-plural") {
            lexicon.entry(row.form()).weekdays = row.number();
        }
        for row in table("numerals") {
            let value = row.field(1).parse().unwrap_or(0);
            lexicon.entry(row.form()).numeral = Some(match row.field(2) {
                "ordinal" => Numeral::Ordinal(value),
                "scale" => Numeral::Scale(value),
                _ => Numeral::Cardinal(value),
            });
        }
        for row in table("time-units") {
            lexicon.entry(row.form()).unit =
                Unit::from_code(row.field(1)).map(|u| (u, row.field(2) == "many"));
        }
        for row in table("seasons") {
            lexicon.entry(row.form()).season = Season::from_code(row.field(1)).map(|s| (s, row.trust(2)));
        }
        for row in table("parts-of-day") {
            let part = PartWord { code: row.field(1), many: row.field(2) == "many" };
            lexicon.entry(row.form()).part = Some(part);
        }
        for row in table("decades") {
            lexicon.entry(row.form()).decade = row.number();
        }
        for row in table("time-zones") {
            lexicon.entry(row.form()).zone = true;
        }
        for row in table("temporal-words") {
            lexicon.entry(row.form()).role = Role::named(row.field(1));
        }
        for row in table("tense") {
            lexicon.entry(row.form()).tense = tense_word(row.field(1));
        }
        for row in table("verb-forms").filter(|row| row.form() == row.field(2)) {
            lexicon.entry(row.form()).unchanged = true;
        }
        for row in table("recurring") {
            lexicon.entry(row.form()).recurring = Some((row.field(1), row.field(2) == "adverb"));
        }
        for row in table("temporal-phrases") {
            let condition = match row.field(2) {
                "noun" => Condition::Noun,
                "future" => Condition::Future,
                _ => Condition::Always,
            };
            lexicon.phrase(row.form(), Meaning::Value(row.field(1), condition));
        }
        for row in table("holidays") {
            if let Some(holiday) = Holiday::from_rule(row.field(1)) {
                lexicon.phrase(row.form(), Meaning::Holiday(holiday));
            }
        }
        for entry in lexicon.entries.values_mut() {
            entry.phrases.sort_by_key(|p| std::cmp::Reverse(p.rest.len()));
        }
        lexicon
    }

    fn entry(&mut self, form: &'static str) -> &mut Entry {
        self.entries.entry(form).or_default()
    }

    /// A phrase is kept under its first word, cut as the tokeniser cuts it: clitics stand by themselves.
    fn phrase(&mut self, form: &'static str, meaning: Meaning) {
        let mut words = form.split(' ').flat_map(|word| match word.strip_suffix("'s") {
            Some(stem) => vec![stem, "'s"],
            None => match word.strip_suffix('\'') {
                Some(stem) => vec![stem, "'"],
                None => word.split('-').collect(),
            },
        });
        if let Some(first) = words.next() {
            let rest = words.collect();
            self.entry(first).phrases.push(Phrase { rest, meaning });
        }
    }
}

/// Languages with tables for time.
const LANGUAGES: &[Language] = &[Language::EN];

struct Row(Vec<&'static str>);

impl Row {
    fn form(&self) -> &'static str {
        self.field(0)
    }

    fn field(&self, i: usize) -> &'static str {
        self.0.get(i).copied().unwrap_or("")
    }

    fn number(&self) -> Option<u8> {
        self.field(1).parse().ok()
    }

    fn trust(&self, i: usize) -> Trust {
        match self.field(i) {
            "abbreviation" => Trust::Abbreviation,
            "ambiguous" => Trust::Ambiguous,
            _ => Trust::Plain,
        }
    }
}

fn tense_word(name: &str) -> Option<TenseWord> {
    Some(match name {
        "future" => TenseWord::Future,
        "modal" => TenseWord::Modal,
        "plan" => TenseWord::Plan,
        "plan-verb" => TenseWord::PlanVerb,
        "present" => TenseWord::Present,
        "present-clitic" => TenseWord::PresentClitic,
        "perfect" => TenseWord::Perfect,
        "past" => TenseWord::Past,
        "past-verb" => TenseWord::PastVerb,
        "participle" => TenseWord::Participle,
        "base" => TenseWord::Base,
        _ => return None,
    })
}
