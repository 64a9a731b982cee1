//! The words of attribution, read once from the language tables.

use crate::Act;
use reportedly_text::{Analysis, Language, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// What may follow or surround a cue verb: which constructions hand its content over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frames {
    /// A clause with its complementiser.
    pub that: bool,
    /// A clause without it.
    pub zero: bool,
    /// A clause without it, only where a pronoun or determiner begins it.
    pub zero_marked: bool,
    /// A quotation.
    pub quote: bool,
    /// The content may stand before the cue: "P, X says".
    pub paren: bool,
    /// An infinitive: "promised to".
    pub to: bool,
    /// An object and an infinitive: "urged X to".
    pub object_to: bool,
    /// A noun phrase.
    pub noun: bool,
    /// A noun phrase, but only one that is itself something said, or quoted.
    pub said_noun: bool,
    /// Whether, how, what …
    pub wh: bool,
    /// The addressee stands before the content.
    pub recipient: bool,
    /// "accuse X of".
    pub of: bool,
    /// "call X Y".
    pub naming: bool,
    /// "describe X as".
    pub as_: bool,
    /// A gerund: "denied taking".
    pub gerund: bool,
    /// "put X at Y".
    pub figure: bool,
}

/// A verb that hands a content over.
#[derive(Debug)]
pub struct Verb {
    /// Its dictionary form.
    pub lemma: &'static str,
    /// What its subject does.
    pub act: Act,
    /// Its constructions.
    pub frames: Frames,
    /// Prepositions that its content may follow.
    pub prepositions: Vec<&'static str>,
}

/// Forms a spelling may stand for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forms {
    /// Base form.
    pub base: bool,
    /// Third person present.
    pub third: bool,
    /// Finite past.
    pub past: bool,
    /// Past participle.
    pub participle: bool,
    /// Gerund.
    pub gerund: bool,
}

/// One spelling of a verb.
#[derive(Debug)]
pub struct Spelling {
    /// Index into [`Lexicon::verbs`].
    pub verb: usize,
    /// What it may stand for.
    pub forms: Forms,
    /// The words after the first ("out" of "pointed out").
    pub rest: Vec<&'static str>,
}

/// Words of one kind, found by their first word.
#[derive(Debug, Default)]
pub struct Phrases(FxHashMap<&'static str, Vec<Vec<&'static str>>>);

impl Phrases {
    fn load(language: Language, table: &str) -> Self {
        let mut map: FxHashMap<&'static str, Vec<Vec<&'static str>>> = FxHashMap::default();
        for row in rows(Some(language), table) {
            let mut words = row[0].split(' ');
            if let Some(first) = words.next() {
                map.entry(first).or_default().push(words.collect());
            }
        }
        for entries in map.values_mut() {
            entries.sort_by_key(|e| std::cmp::Reverse(e.len()));
        }
        Self(map)
    }

    /// How many tokens the longest phrase that begins at token `i` takes; 0 for none.
    pub fn at(&self, analysis: &Analysis<'_>, i: usize) -> usize {
        let Some(entries) = self.0.get(analysis.lower(i)) else { return 0 };
        entries
            .iter()
            .find(|rest| rest.iter().enumerate().all(|(k, w)| analysis.lower(i + 1 + k) == *w))
            .map_or(0, |rest| rest.len() + 1)
    }
}

/// All the words of attribution of one language.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// Cue verbs.
    pub verbs: Vec<Verb>,
    spellings: FxHashMap<&'static str, Vec<Spelling>>,
    /// Words of closed classes, with their classes.
    pub function_words: FxHashMap<&'static str, Vec<&'static str>>,
    /// "according to" and the like.
    pub prefixes: Phrases,
    /// What outlets do: "reported".
    pub reporting: FxHashSet<&'static str>,
    /// "citing" and the like.
    pub citing: Phrases,
    /// "seen by", "interview with" and the like.
    pub relaying: Phrases,
    /// "reportedly" and the like.
    pub adverbs: FxHashMap<&'static str, Act>,
    /// Nouns that stand for any institution named before: "the company".
    pub general_organisations: FxHashSet<&'static str>,
    /// Holders of a role.
    pub roles: FxHashSet<&'static str>,
    /// Those who speak for an institution.
    pub spokespeople: FxHashSet<&'static str>,
    /// Unnamed people.
    pub anonymous: FxHashSet<&'static str>,
    /// Institutions.
    pub organisations: FxHashSet<&'static str>,
    /// Texts.
    pub documents: FxHashSet<&'static str>,
    /// News media.
    pub outlets: FxHashSet<&'static str>,
    /// Those of them that stand for nothing else, though they are words for institutions too.
    sure_outlets: FxHashSet<&'static str>,
    /// What an outlet is called by where it appears: "the Corvanne daily".
    pub local_outlets: FxHashSet<&'static str>,
    /// What people are called by before their names: "Mr", "Captain".
    pub titles: FxHashSet<String>,
    /// Occasions and channels of speaking.
    pub occasions: FxHashSet<&'static str>,
    /// What can be said: claims, plans, criticism.
    pub contents: FxHashSet<&'static str>,
    /// Nouns that hand over the clause behind them: "the claim that".
    pub cue_nouns: FxHashSet<&'static str>,
    /// Names of days and stretches of time.
    pub times: FxHashSet<&'static str>,
    /// What pronouns may stand for.
    pub pronouns: FxHashMap<&'static str, &'static str>,
    /// Words that stand before a headline's colon without saying anything.
    pub labels: FxHashSet<&'static str>,
}

impl Lexicon {
    /// The lexicon of a language, empty where there are no tables.
    pub fn of(language: Language) -> &'static Self {
        static ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::load(Language::EN));
        static NONE: LazyLock<Lexicon> = LazyLock::new(Lexicon::default);
        if language == Language::EN { &ENGLISH } else { &NONE }
    }

    fn load(language: Language) -> Self {
        let mut lexicon = Self {
            prefixes: Phrases::load(language, "prefix-cues"),
            reporting: words(language, "reporting-verbs"),
            citing: Phrases::load(language, "citing-words"),
            relaying: Phrases::load(language, "relay-words"),
            general_organisations: words(language, "general-organisations"),
            roles: words(language, "role-nouns"),
            spokespeople: words(language, "spokespeople"),
            anonymous: words(language, "anonymous-nouns"),
            organisations: words(language, "organisation-nouns"),
            documents: words(language, "document-nouns"),
            outlets: words(language, "outlet-nouns"),
            sure_outlets: marked(language, "outlet-nouns", "sure"),
            local_outlets: marked(language, "outlet-context", "local"),
            occasions: words(language, "occasion-nouns"),
            contents: words(language, "content-nouns"),
            cue_nouns: words(language, "cue-nouns"),
            times: words(language, "time-nouns"),
            labels: words(language, "headline-labels"),
            ..Self::default()
        };
        lexicon.titles = rows(Some(language), "titles")
            .filter_map(|row| row.first().copied())
            .map(str::to_lowercase)
            .collect();
        for row in rows(Some(language), "person-pronouns") {
            if let [word, kind, ..] = row[..] {
                lexicon.pronouns.insert(word, kind);
            }
        }
        for row in rows(Some(language), "function-words") {
            if let [word, class, ..] = row[..] {
                lexicon.function_words.entry(word).or_default().push(class);
            }
        }
        for row in rows(Some(language), "adverb-cues") {
            if let [word, name, ..] = row[..] {
                lexicon.adverbs.insert(word, act(name));
            }
        }
        for row in rows(Some(language), "cues") {
            if let [lemma, base, third, past, participle, gerund, name, frames, _flags, ..] = row[..] {
                let verb = lexicon.verbs.len();
                lexicon.verbs.push(verb_of(lemma, act(name), frames));
                for (column, cell) in [base, third, past, participle, gerund].iter().enumerate() {
                    for spelling in cell.split('|') {
                        lexicon.add_spelling(verb, column, spelling);
                    }
                }
            }
        }
        for entries in lexicon.spellings.values_mut() {
            entries.sort_by_key(|s| std::cmp::Reverse(s.rest.len()));
        }
        lexicon
    }

    fn add_spelling(&mut self, verb: usize, column: usize, spelling: &'static str) {
        let mut words = spelling.split(' ');
        let Some(first) = words.next() else { return };
        let rest: Vec<&'static str> = words.collect();
        let entries = self.spellings.entry(first).or_default();
        let entry = match entries.iter_mut().position(|s| s.verb == verb && s.rest == rest) {
            Some(i) => &mut entries[i],
            None => {
                entries.push(Spelling { verb, forms: Forms::default(), rest });
                let last = entries.len() - 1;
                &mut entries[last]
            }
        };
        match column {
            0 => entry.forms.base = true,
            1 => entry.forms.third = true,
            2 => entry.forms.past = true,
            3 => entry.forms.participle = true,
            _ => entry.forms.gerund = true,
        }
    }

    /// Whether a word stands for a news medium and not for some other institution.
    pub fn is_outlet(&self, word: &str) -> bool {
        self.outlets.contains(word)
            && (!self.organisations.contains(word) || self.sure_outlets.contains(word))
    }

    /// The cue verb whose spelling begins at token `i`, the longest first.
    pub fn verb_at(&self, analysis: &Analysis<'_>, i: usize) -> Option<(&Verb, &Spelling)> {
        let entry = self
            .spellings
            .get(analysis.lower(i))?
            .iter()
            .find(|s| s.rest.iter().enumerate().all(|(k, w)| analysis.lower(i + 1 + k) == *w))?;
        Some((&self.verbs[entry.verb], entry))
    }
}

fn words(language: Language, table: &str) -> FxHashSet<&'static str> {
    rows(Some(language), table).filter_map(|row| row.first().copied()).collect()
}

/// The words of a table whose second column says this of them.
fn marked(language: Language, table: &str, mark: &str) -> FxHashSet<&'static str> {
    rows(Some(language), table)
        .filter(|row| row.get(1).copied() == Some(mark))
        .filter_map(|row| row.first().copied())
        .collect()
}

fn act(name: &str) -> Act {
    match name {
        "finding" => Act::Finding,
        "belief" => Act::Belief,
        "intention" => Act::Intention,
        "refusal" => Act::Refusal,
        _ => Act::Speech,
    }
}

fn verb_of(lemma: &'static str, act: Act, cell: &'static str) -> Verb {
    let mut frames = Frames::default();
    let mut prepositions = Vec::new();
    for frame in cell.split(',') {
        match frame {
            "that" => frames.that = true,
            "zero" => frames.zero = true,
            "zero!" => frames.zero_marked = true,
            "quote" => frames.quote = true,
            "paren" => frames.paren = true,
            "to" => frames.to = true,
            "objto" => frames.object_to = true,
            "np" => frames.noun = true,
            "np?" => frames.said_noun = true,
            "wh" => frames.wh = true,
            "rcpt" => frames.recipient = true,
            "of" => frames.of = true,
            "name" => frames.naming = true,
            "as" => frames.as_ = true,
            "ing" => frames.gerund = true,
            "figure" => frames.figure = true,
            _ => prepositions.extend(frame.strip_prefix("prep:")),
        }
    }
    Verb { lemma, act, frames, prepositions }
}
