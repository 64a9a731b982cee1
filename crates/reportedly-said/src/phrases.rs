//! A shallow parse: what each token does in its clause, noun phrases, verb groups and clause bounds.
//!
//! Closed-class words come from the table `function-words`, open ones from the part of speech; where a token is not
//! tagged, its shape decides. All scans are bounded, so that a sentence without end costs linear time.

use crate::{lexicon::Lexicon, quotes::Quote};
use reportedly_names::Names;
use reportedly_text::{Analysis, Pos, TokenKind, VerbForm};
use std::ops::Range;

/// How far a scan looks in one direction, in tokens.
pub const REACH: usize = 120;

/// What a token does in its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Determiner or possessive pronoun.
    Determiner,
    /// The possessive clitic.
    Possessive,
    /// Personal or indefinite pronoun.
    Pronoun,
    /// Common noun.
    Noun,
    /// Proper noun.
    Proper,
    /// Numeral.
    Number,
    /// Adjective.
    Adjective,
    /// Adverb.
    Adverb,
    /// Full verb.
    Verb,
    /// Form of be, have or do.
    Auxiliary,
    /// Modal verb.
    Modal,
    /// not, never.
    Negation,
    /// The infinitive's "to".
    To,
    /// Preposition.
    Preposition,
    /// Coordinating conjunction.
    Conjunction,
    /// Subordinating conjunction, "that" included.
    Subordinator,
    /// Relative or interrogative word.
    Wh,
    /// Quotation mark.
    Quote,
    /// Comma.
    Comma,
    /// Full stop, question or exclamation mark, colon, semicolon.
    Stop,
    /// Dash.
    Dash,
    /// Bracket.
    Bracket,
    /// Anything else.
    Other,
}

/// A text with its tokens' classes.
#[derive(Debug)]
pub struct Phrases<'a> {
    /// The text.
    pub analysis: &'a Analysis<'a>,
    /// The words of its language.
    pub lexicon: &'static Lexicon,
    classes: Vec<Class>,
    /// Names, in order of the text.
    names: &'a Names,
}

impl<'a> Phrases<'a> {
    /// Classifies every token once.
    pub fn new(
        analysis: &'a Analysis<'a>,
        lexicon: &'static Lexicon,
        names: &'a Names,
        quotes: &[Quote],
    ) -> Self {
        let mut classes: Vec<Class> =
            (0..analysis.tokens.len()).map(|i| classify(analysis, lexicon, i)).collect();
        for sentence in &analysis.sentences {
            let first = sentence.tokens.start;
            // "Farm minister Odum called": a capital at the start of a sentence misleads taggers into an imperative.
            let noun_after = matches!(classes.get(first + 1), Some(Class::Noun | Class::Proper));
            if classes.get(first) == Some(&Class::Verb)
                && noun_after
                && analysis.tokens[first].form == VerbForm::Base
                && let Some(class) = classes.get_mut(first)
            {
                *class = Class::Noun;
            }
        }
        for i in 1..classes.len() {
            if is_plural_possessive(analysis, &classes, i) {
                classes[i] = Class::Possessive;
            }
        }
        // Where single marks quote something, the one that closes is no apostrophe.
        for quote in quotes.iter().filter(|q| q.single) {
            if let Some(close) = quote.tokens.end.checked_sub(1).and_then(|i| classes.get_mut(i)) {
                *close = Class::Quote;
            }
        }
        Self { analysis, lexicon, classes, names }
    }

    /// The class of token `i`; [`Class::Other`] where there is none.
    pub fn class(&self, i: usize) -> Class {
        self.classes.get(i).copied().unwrap_or(Class::Other)
    }

    /// The form of token `i`, if it is a verb.
    pub fn form(&self, i: usize) -> VerbForm {
        self.analysis.tokens.get(i).map_or(VerbForm::None, |t| t.form)
    }

    fn pos(&self, i: usize) -> Pos {
        self.analysis.tokens.get(i).map_or(Pos::X, |t| t.pos)
    }

    /// Whether token `i` is a finite verb, as far as its form or shape tells.
    pub fn is_finite(&self, i: usize) -> bool {
        match self.class(i) {
            Class::Modal => true,
            Class::Auxiliary => !matches!(self.analysis.lower(i), "be" | "been" | "being" | "having"),
            Class::Verb => match self.form(i) {
                VerbForm::Present | VerbForm::Past => true,
                VerbForm::PastParticiple => !self.after_auxiliary(i) && !self.starts_reduced(i),
                VerbForm::None | VerbForm::Base if self.pos(i) == Pos::X => {
                    let word = self.analysis.lower(i);
                    !word.ends_with("ing")
                        && !self.after_auxiliary(i)
                        && self.class(i.wrapping_sub(1)) != Class::To
                }
                VerbForm::Base => {
                    i > 0 && matches!(self.class(i - 1), Class::Noun | Class::Proper | Class::Pronoun)
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn after_auxiliary(&self, i: usize) -> bool {
        let mut k = i;
        while k > 0 && i - k < 5 && matches!(self.class(k - 1), Class::Adverb | Class::Negation) {
            k -= 1;
        }
        k > 0 && matches!(self.class(k - 1), Class::Auxiliary | Class::Modal)
    }

    /// A participle that begins a reduced clause: "seen by", "asked about".
    fn starts_reduced(&self, i: usize) -> bool {
        matches!(self.class(i + 1), Class::Preposition | Class::Comma | Class::Stop)
            || i == 0
            || !matches!(self.class(i - 1), Class::Noun | Class::Proper | Class::Pronoun | Class::Adverb)
    }

    /// The first finite verb in a range of tokens, at most [`REACH`] tokens on.
    pub fn finite_in(&self, tokens: Range<usize>) -> Option<usize> {
        tokens.take(REACH).find(|i| self.is_finite(*i))
    }

    /// Whether a noun phrase may begin at token `i`.
    pub fn starts_noun_phrase(&self, i: usize) -> bool {
        matches!(
            self.class(i),
            Class::Determiner
                | Class::Pronoun
                | Class::Noun
                | Class::Proper
                | Class::Number
                | Class::Adjective
        ) || self.class(i) == Class::Verb
            && matches!(self.form(i), VerbForm::PastParticiple | VerbForm::Gerund)
            && matches!(self.class(i + 1), Class::Noun | Class::Proper | Class::Adjective)
            || self.class(i) == Class::Adverb && matches!(self.class(i + 1), Class::Adjective | Class::Number)
            || self.class(i) == Class::Other && matches!(self.analysis.token(i), "$" | "€" | "£" | "@" | "#")
    }

    /// The end of the noun phrase without prepositional phrases that begins at `i`; `i` itself where none does.
    pub fn base_noun_phrase(&self, i: usize, end: usize) -> usize {
        let end = end.min(i + REACH);
        if i >= end || !self.starts_noun_phrase(i) {
            return i;
        }
        if self.class(i) == Class::Pronoun && self.class(i + 1) != Class::Possessive {
            return i + 1;
        }
        let mut k = i;
        let mut head = false;
        while k < end {
            match self.class(k) {
                Class::Noun | Class::Proper => head = true,
                Class::Determiner if head || k > i && !matches!(self.class(k - 1), Class::Determiner) => {
                    break;
                }
                Class::Determiner => {}
                Class::Number | Class::Other => {}
                Class::Adjective if head && !self.noun_follows(k, end) => break,
                Class::Adjective => {}
                Class::Possessive => head = false,
                Class::Adverb
                    if !head
                        && matches!(self.class(k + 1), Class::Adjective | Class::Number | Class::Verb) => {}
                Class::Verb
                    if (!head || self.pos(k) != Pos::X)
                        && matches!(self.form(k), VerbForm::PastParticiple | VerbForm::Gerund)
                        && self.noun_follows(k, end)
                        && (!head || self.form(k) == VerbForm::Gerund) => {}
                Class::Quote if head || k > i => break,
                Class::Conjunction
                    if !head
                        && k > i
                        && self.class(k - 1) == Class::Adjective
                        && self.class(k + 1) == Class::Adjective => {}
                Class::Pronoun if k > i && self.class(k - 1) == Class::Determiner => head = true,
                _ => break,
            }
            k += 1;
        }
        k
    }

    fn noun_follows(&self, i: usize, end: usize) -> bool {
        let mut k = i + 1;
        while k < end && k < i + 4 && self.class(k) == Class::Adjective {
            k += 1;
        }
        k < end && matches!(self.class(k), Class::Noun | Class::Proper)
    }

    /// The end of the noun phrase that begins at `i`, with the phrases that hang on it: "of …", "at …", "familiar with …", "briefed on …".
    ///
    /// Phrases of time and occasion ("on Tuesday", "in a statement") stay outside.
    pub fn noun_phrase(&self, i: usize, end: usize) -> usize {
        let end = end.min(i + REACH);
        let mut k = self.base_noun_phrase(i, end);
        if k == i {
            return i;
        }
        while k < end {
            let next = match self.class(k) {
                Class::Preposition | Class::To if self.starts_noun_phrase(k + 1) => {
                    if self.is_adjunct(k, end) {
                        break;
                    }
                    self.base_noun_phrase(k + 1, end)
                }
                // "familiar with the talks", "briefed on the matter"
                Class::Adjective | Class::Verb
                    if self.class(k + 1) == Class::Preposition
                        && (!self.is_finite(k) || self.is_reduced(k))
                        && !self.introduces_relay(k)
                        && self.starts_noun_phrase(k + 2)
                        && !(k + 2..self.base_noun_phrase(k + 2, end)).any(|x| self.is_time(x)) =>
                {
                    self.base_noun_phrase(k + 2, end)
                }
                // "two officials and a diplomat": joined only where no verb follows
                Class::Conjunction if self.analysis.lower(k) == "and" && self.starts_noun_phrase(k + 1) => {
                    let after = self.base_noun_phrase(k + 1, end);
                    if after < end && (self.is_finite(after) || self.class(after) == Class::Adverb) {
                        break;
                    }
                    after
                }
                _ => break,
            };
            if next <= k + 1 {
                break;
            }
            k = next;
        }
        k
    }

    /// "seen by", "polled by": what follows names an outlet, not the party.
    pub fn introduces_relay(&self, i: usize) -> bool {
        self.lexicon.relaying.at(self.analysis, i) > 0
    }

    /// Whether the preposition at `i` begins a phrase of time or occasion, which hangs on the verb.
    pub fn is_adjunct(&self, i: usize, end: usize) -> bool {
        let after = self.base_noun_phrase(i + 1, end);
        let preposition = self.analysis.lower(i);
        if matches!(preposition, "of") {
            return false;
        }
        if matches!(
            preposition,
            "during"
                | "after"
                | "before"
                | "since"
                | "until"
                | "via"
                | "through"
                | "by"
                | "as"
                | "per"
                | "amid"
                | "despite"
        ) {
            return true;
        }
        let timed = (i + 1..after).any(|k| self.is_time(k));
        let occasion = after > i + 1
            && matches!(preposition, "in" | "at" | "on" | "to")
            && self.lexicon.occasions.contains(self.analysis.lower(after - 1));
        timed || occasion || self.class(i + 1) == Class::Number && self.analysis.token(i + 1).len() == 4
    }

    /// Whether token `i` is a word of time.
    pub fn is_time(&self, i: usize) -> bool {
        self.lexicon.times.contains(self.analysis.lower(i)) && !self.is_part_of_name(i)
    }

    /// Whether a word belongs to a longer name: "Evening" of "Evening Beacon".
    fn is_part_of_name(&self, i: usize) -> bool {
        let Some(token) = self.analysis.tokens.get(i) else { return false };
        self.names.at(token.span.start).is_some_and(|n| n.span.end > token.span.end)
    }

    /// The noun phrase that ends before token `end` and the clause start it reaches back to: the subject of a verb there.
    pub fn subject_before(&self, end: usize, floor: usize) -> Option<Range<usize>> {
        let floor = floor.max(end.saturating_sub(REACH));
        let mut start = end;
        while start > floor {
            let i = start - 1;
            let stop = match self.class(i) {
                Class::Comma | Class::Stop | Class::Dash | Class::Quote | Class::Negation => true,
                Class::Modal | Class::Auxiliary => !self.skip_relative(i, floor, &mut start),
                Class::Bracket => self.analysis.token(i) != ")" || !self.skip_bracket(i, floor, &mut start),
                Class::Subordinator | Class::Wh => true,
                Class::Conjunction => !self.joins_nouns(i, end),
                Class::To => self.class(i + 1) != Class::Verb || i == floor || !self.is_governed(i),
                Class::Verb => {
                    if self.is_finite(i) {
                        !self.skip_relative(i, floor, &mut start) && !self.is_reduced(i)
                    } else {
                        self.form(i) == VerbForm::Base && self.class(i.wrapping_sub(1)) != Class::To
                    }
                }
                _ => false,
            };
            if stop {
                break;
            }
            if start > i {
                start = i;
            }
        }
        // "told a news conference her counterpart had": where one phrase ends and another begins.
        let mut from = (start + 1..end)
            .rev()
            .find(|k| {
                matches!(self.class(*k), Class::Determiner | Class::Pronoun)
                    && !self.is_time(*k + 1)
                    && matches!(self.class(k - 1), Class::Noun | Class::Proper | Class::Pronoun)
                    && !matches!(
                        self.analysis.lower(*k),
                        "all" | "both" | "himself" | "herself" | "itself" | "themselves"
                    )
            })
            .unwrap_or(start);
        // Leading adverbs and adverbials: "In January police said".
        while from < end && matches!(self.class(from), Class::Adverb | Class::Conjunction | Class::Other) {
            from += 1;
        }
        while from < end
            && matches!(self.class(from), Class::Preposition | Class::Verb)
            && !self.starts_noun_phrase(from)
        {
            let after = self.base_noun_phrase(from + 1, end);
            if after >= end {
                // "In January police said": the last words that can stand alone.
                let last = (from + 1..end).rev().find(|k| self.is_time(*k)).map_or(end, |k| k + 1);
                from = if last < end { last } else { return None };
            } else if after == from + 1 {
                from += 1;
            } else {
                from = after;
            }
        }
        // "Monday the council said", "This week officials said".
        if let Some(last) = (from..end.min(from + 4)).rev().find(|k| self.is_time(*k))
            && last + 1 < end
            && self.class(last + 1) != Class::Possessive
            && self.starts_noun_phrase(last + 1)
            && self.class(last + 1) != Class::Noun
        {
            from = last + 1;
        }
        (from < end && self.starts_noun_phrase(from) && (from..end).any(|k| self.can_head(k)))
            .then_some(from..end)
    }

    /// The noun phrase that ends before token `end`, with what "of" ties to it: what a relative pronoun takes up.
    pub fn antecedent(&self, end: usize, floor: usize) -> Option<Range<usize>> {
        let floor = floor.max(end.saturating_sub(REACH));
        let mut start = end;
        while start > floor {
            let i = start - 1;
            let part = match self.class(i) {
                Class::Noun
                | Class::Proper
                | Class::Number
                | Class::Adjective
                | Class::Possessive
                | Class::Pronoun => true,
                Class::Determiner => {
                    start = i;
                    if i > floor && self.analysis.lower(i - 1) == "of" {
                        start = i - 1;
                        continue;
                    }
                    break;
                }
                Class::Preposition => self.analysis.lower(i) == "of",
                _ => false,
            };
            if !part {
                break;
            }
            start = i;
        }
        (start < end && self.starts_noun_phrase(start)).then_some(start..end)
    }

    /// "trying to regain", "plans to sell": an infinitive inside a noun phrase.
    fn is_governed(&self, to: usize) -> bool {
        matches!(self.class(to - 1), Class::Noun | Class::Adjective)
            || self.class(to - 1) == Class::Verb && !self.is_finite(to - 1)
    }

    /// "People briefed on the move": between a noun and a preposition, before another finite verb, a past form is a participle.
    fn is_reduced(&self, i: usize) -> bool {
        i > 0
            && matches!(self.class(i - 1), Class::Noun | Class::Proper)
            && matches!(self.class(i + 1), Class::Preposition)
            && matches!(self.form(i), VerbForm::Past | VerbForm::PastParticiple | VerbForm::None)
            && self.analysis.lower(i).ends_with("ed")
    }

    /// Steps over a relative clause whose verb is token `i` ("those who had met him"): to the noun before it.
    fn skip_relative(&self, i: usize, floor: usize, start: &mut usize) -> bool {
        let wh = (floor..i).rev().take(6).find(|k| {
            matches!(
                self.class(*k),
                Class::Wh | Class::Subordinator | Class::Comma | Class::Verb | Class::Modal
            )
        });
        let Some(wh) = wh else { return false };
        let relative = matches!(self.analysis.lower(wh), "who" | "that" | "which" | "whom")
            && wh > floor
            && matches!(self.class(wh - 1), Class::Noun | Class::Proper | Class::Pronoun | Class::Determiner);
        if relative {
            *start = wh;
        }
        relative
    }

    fn can_head(&self, i: usize) -> bool {
        matches!(
            self.class(i),
            Class::Noun
                | Class::Proper
                | Class::Pronoun
                | Class::Determiner
                | Class::Number
                | Class::Adjective
        )
    }

    fn skip_bracket(&self, i: usize, floor: usize, start: &mut usize) -> bool {
        let open = (floor..i).rev().take(12).find(|k| self.analysis.token(*k) == "(");
        if let Some(open) = open {
            *start = open;
        }
        open.is_some()
    }

    fn joins_nouns(&self, i: usize, end: usize) -> bool {
        i > 0
            && self.analysis.lower(i) == "and"
            && matches!(self.class(i - 1), Class::Noun | Class::Proper | Class::Pronoun)
            && self.starts_noun_phrase(i + 1)
            && i + 1 < end
            && !self.finite_before(i)
    }

    /// Whether a finite verb stands between the clause start and token `i`.
    fn finite_before(&self, i: usize) -> bool {
        for k in (i.saturating_sub(REACH)..i).rev() {
            match self.class(k) {
                Class::Comma | Class::Stop | Class::Dash | Class::Quote => return false,
                _ if self.is_finite(k) => return true,
                _ => {}
            }
        }
        false
    }

    /// The first token of the verb group whose head is `head`: auxiliaries, negation and adverbs before it included.
    pub fn group_start(&self, head: usize, floor: usize) -> usize {
        let mut start = head;
        let mut k = head;
        while k > floor && head - k < 8 {
            match self.class(k - 1) {
                Class::Auxiliary | Class::Modal | Class::Negation | Class::To => {
                    k -= 1;
                    start = k;
                }
                Class::Adverb if !matches!(self.analysis.lower(k - 1), "there" | "here") => {
                    k -= 1;
                    start = k;
                }
                _ => break,
            }
        }
        start
    }
}

/// "the teachers' union": an apostrophe glued to a noun in -s, before what can belong to it.
fn is_plural_possessive(analysis: &Analysis<'_>, classes: &[Class], i: usize) -> bool {
    let (Some(before), Some(mark)) = (analysis.tokens.get(i - 1), analysis.tokens.get(i)) else {
        return false;
    };
    let after = classes.get(i + 1);
    analysis.lower(i) == "'"
        && before.span.end == mark.span.start
        && analysis.tokens.get(i + 1).is_some_and(|t| t.span.start > mark.span.end)
        && analysis.lower(i - 1).ends_with('s')
        && matches!(classes[i - 1], Class::Noun | Class::Proper)
        && matches!(after, Some(Class::Noun | Class::Proper | Class::Adjective | Class::Number))
}

fn classify(analysis: &Analysis<'_>, lexicon: &Lexicon, i: usize) -> Class {
    let token = analysis.tokens[i];
    let lower = analysis.lower(i);
    match token.kind {
        TokenKind::Quote => return Class::Quote,
        TokenKind::Number => return Class::Number,
        TokenKind::Punct => {
            return match lower {
                "," => Class::Comma,
                "." | "!" | "?" | ":" | ";" | "..." | "…" => Class::Stop,
                "-" | "–" | "—" | "--" | "―" => Class::Dash,
                "(" | ")" | "[" | "]" => Class::Bracket,
                _ => Class::Other,
            };
        }
        TokenKind::Word => {}
    }
    let pos = token.pos;
    let next = analysis.lower(i + 1);
    let next_is_verb = analysis
        .tokens
        .get(i + 1)
        .is_some_and(|t| matches!(t.pos, Pos::Verb | Pos::Aux) && matches!(t.form, VerbForm::Base))
        || matches!(next, "be" | "have" | "do");
    match lower {
        "'s" => {
            return match pos {
                Pos::Aux | Pos::Verb => Class::Auxiliary,
                Pos::X => {
                    let before = analysis.lower(i.wrapping_sub(1));
                    if matches!(before, "it" | "he" | "she" | "that" | "there" | "what" | "who" | "here") {
                        Class::Auxiliary
                    } else {
                        Class::Possessive
                    }
                }
                _ => Class::Possessive,
            };
        }
        "to" => {
            let untagged = analysis.tokens.get(i + 1).is_some_and(|t| t.pos == Pos::X);
            let bare = untagged && lexicon.verb_at(analysis, i + 1).is_some_and(|(_, s)| s.forms.base)
                || untagged
                    && !lexicon.function_words.contains_key(next)
                    && next.chars().next().is_some_and(char::is_lowercase);
            return if next_is_verb || bare { Class::To } else { Class::Preposition };
        }
        // "people close to the talks"
        "close" if next == "to" => return Class::Adjective,
        "that" => {
            return match pos {
                Pos::Det => Class::Determiner,
                Pos::Pron
                    if matches!(analysis.tokens.get(i + 1).map(|t| t.pos), Some(Pos::Aux | Pos::Verb)) =>
                {
                    Class::Wh
                }
                _ => Class::Subordinator,
            };
        }
        "her" if pos == Pos::Pron || pos == Pos::X => {
            let noun = analysis.tokens.get(i + 1).is_some_and(|t| {
                matches!(t.pos, Pos::Noun | Pos::Adj | Pos::Propn | Pos::Num)
                    || t.pos == Pos::X
                        && t.kind == TokenKind::Word
                        && !lexicon.function_words.contains_key(next)
            });
            return if noun { Class::Determiner } else { Class::Pronoun };
        }
        _ => {}
    }
    if let Some(classes) = lexicon.function_words.get(lower) {
        let has = |c: &str| classes.contains(&c);
        let modal_name = matches!(lower, "may" | "will" | "march")
            && token.span.of(analysis.text).chars().next().is_some_and(char::is_uppercase)
            && pos == Pos::Propn;
        if !modal_name {
            if has("modal") {
                return Class::Modal;
            }
            if has("auxiliary") {
                return match pos {
                    Pos::Noun | Pos::Propn => Class::Noun,
                    _ => Class::Auxiliary,
                };
            }
            if has("negation") {
                return Class::Negation;
            }
            if has("det") && !has("pronoun") {
                return match pos {
                    Pos::Pron
                        if !matches!(
                            lower,
                            "the" | "a" | "an" | "my" | "your" | "his" | "its" | "our" | "their"
                        ) && !noun_like(analysis, lexicon, i + 1) =>
                    {
                        Class::Pronoun
                    }
                    _ => Class::Determiner,
                };
            }
            if has("wh") && !has("subordinator") {
                return Class::Wh;
            }
            if has("pronoun") {
                return if lower == "one" && noun_like(analysis, lexicon, i + 1) {
                    Class::Number
                } else {
                    Class::Pronoun
                };
            }
            if has("conjunction") {
                return Class::Conjunction;
            }
            if has("subordinator") && has("preposition") {
                return match pos {
                    Pos::Sconj => Class::Subordinator,
                    Pos::Adv => Class::Adverb,
                    _ => Class::Preposition,
                };
            }
            if has("subordinator") {
                return if pos == Pos::Adv && !matches!(lower, "when" | "where" | "while" | "if") {
                    Class::Adverb
                } else {
                    Class::Subordinator
                };
            }
            if has("preposition") {
                return match pos {
                    Pos::Adv => Class::Adverb,
                    Pos::Adj => Class::Adjective,
                    Pos::Noun => Class::Noun,
                    _ => Class::Preposition,
                };
            }
            if has("adverb") {
                return if pos == Pos::Adj { Class::Adjective } else { Class::Adverb };
            }
        }
    }
    match pos {
        Pos::Adj => Class::Adjective,
        Pos::Adp => Class::Preposition,
        Pos::Adv => Class::Adverb,
        Pos::Aux => Class::Auxiliary,
        Pos::Cconj => Class::Conjunction,
        Pos::Det => Class::Determiner,
        Pos::Noun => Class::Noun,
        Pos::Num => Class::Number,
        Pos::Part => Class::Possessive,
        Pos::Pron => Class::Pronoun,
        Pos::Propn => Class::Proper,
        Pos::Sconj => Class::Subordinator,
        Pos::Verb => Class::Verb,
        Pos::Intj | Pos::Punct | Pos::Sym => Class::Other,
        Pos::X => by_shape(analysis, lexicon, i),
    }
}

fn noun_like(analysis: &Analysis<'_>, lexicon: &Lexicon, i: usize) -> bool {
    analysis.tokens.get(i).is_some_and(|t| {
        matches!(t.pos, Pos::Noun | Pos::Propn | Pos::Adj | Pos::Num)
            || t.pos == Pos::X
                && t.kind == TokenKind::Word
                && !lexicon.function_words.contains_key(analysis.lower(i))
                && lexicon.verb_at(analysis, i).is_none()
    })
}

/// Untagged words: by capital, ending, and whether they are a cue.
fn by_shape(analysis: &Analysis<'_>, lexicon: &Lexicon, i: usize) -> Class {
    let word = analysis.token(i);
    let lower = analysis.lower(i);
    if lexicon.adverbs.contains_key(lower) {
        return Class::Adverb;
    }
    let determined = i > 0
        && lexicon
            .function_words
            .get(analysis.lower(i - 1))
            .is_some_and(|c| c.contains(&"det") || c.contains(&"preposition"));
    if !determined && lexicon.verb_at(analysis, i).is_some() {
        return Class::Verb;
    }
    if word.chars().next().is_some_and(char::is_uppercase) {
        return Class::Proper;
    }
    if lower.ends_with("ly") {
        return Class::Adverb;
    }
    if !determined && lower.len() > 4 && lower.ends_with("ed") {
        return Class::Verb;
    }
    Class::Noun
}
