//! Finds cues and what they tie together: source phrase, content, relays.
//!
//! Each rule recognises one construction and leaves its name on what it found. Who the phrases stand for is
//! decided later, in `parties`.

mod content;
mod left;
mod nouns;
mod right;
mod verbs;

use crate::Act;
use crate::parties::Parties;
use crate::phrases::{Class, Phrases};
use crate::quotes::Quote;
use std::ops::Range;

/// A statement as found: everything in tokens, nobody resolved yet.
#[derive(Clone, Debug)]
pub struct Found {
    /// What the source does.
    pub act: Act,
    /// The source's phrase.
    pub source: Option<Range<usize>>,
    /// An apposition to it.
    pub apposition: Option<Range<usize>>,
    /// The cue.
    pub cue: Option<Range<usize>>,
    /// The content, in pieces.
    pub content: Vec<Range<usize>>,
    /// Relays' phrases, outermost first.
    pub relays: Vec<Range<usize>>,
    /// Whether the content is a quotation that further ones may continue.
    pub quoted: bool,
    /// The sentence that holds the cue.
    pub sentence: usize,
    /// What found it.
    pub rule: &'static str,
}

/// Words that end a stretch of reported speech: no content is longer, in tokens.
const LONGEST_CLAUSE: usize = 400;
/// No quotation that continues over more pieces than this is followed further.
const MOST_PIECES: usize = 60;

/// Finds statements in one text.
pub struct Finder<'a> {
    p: &'a Phrases<'a>,
    parties: &'a Parties<'a>,
    quotes: &'a [Quote],
    /// For each token, the quotation that holds it, counted from 1; 0 for none.
    quote_of: Vec<u32>,
    /// For each quotation, whether it is speech: counted once, since it is asked at each of its words.
    is_speech: Vec<bool>,
    claimed: Vec<bool>,
    /// Verbs before this token were read ahead of their turn.
    done: usize,
    found: Vec<Found>,
}

impl<'a> Finder<'a> {
    /// All statements of the text, in order of their cues.
    pub fn run(p: &'a Phrases<'a>, parties: &'a Parties<'a>, quotes: &'a [Quote]) -> Vec<Found> {
        let mut quote_of = vec![0; p.analysis.tokens.len()];
        for (n, quote) in quotes.iter().enumerate() {
            for slot in quote_of.get_mut(quote.tokens.clone()).unwrap_or_default() {
                *slot = n as u32 + 1;
            }
        }
        let mut finder = Self {
            p,
            parties,
            quotes,
            quote_of,
            // Quotations of a word or two are no speech of their own: cues inside them still count as words of
            // the sentence.
            is_speech: quotes.iter().map(|q| !q.single || q.words(p.analysis) > 2).collect(),
            claimed: vec![false; quotes.len()],
            done: 0,
            found: Vec::new(),
        };
        for sentence in 0..p.analysis.sentences.len() {
            finder.sentence(sentence);
        }
        finder.continue_quotations();
        finder.found
    }

    fn tokens_of(&self, sentence: usize) -> Range<usize> {
        self.p.analysis.sentences.get(sentence).map_or(0..0, |s| s.tokens.clone())
    }

    /// The quotation that holds token `i`.
    fn quote_at(&self, i: usize) -> Option<usize> {
        self.quote_of.get(i).and_then(|q| (*q as usize).checked_sub(1))
    }

    /// Whether token `i` lies in a quotation that is speech.
    fn inside_speech(&self, i: usize) -> bool {
        self.quote_at(i).is_some_and(|q| self.is_speech[q])
    }

    fn sentence(&mut self, sentence: usize) {
        let tokens = self.tokens_of(sentence);
        if self.headline(sentence, &tokens) {
            return;
        }
        let mut i = tokens.start;
        while i < tokens.end {
            i += self.token(i, sentence, &tokens).max(1);
        }
    }

    /// Tries every rule at one token; gives how many tokens it used up.
    fn token(&mut self, i: usize, sentence: usize, tokens: &Range<usize>) -> usize {
        if self.inside_speech(i) {
            return 1;
        }
        let analysis = self.p.analysis;
        let lexicon = self.p.lexicon;
        let n = lexicon.prefixes.at(analysis, i);
        if n > 0 {
            self.according_to(i..i + n, sentence, tokens);
            return n;
        }
        let n = lexicon.citing.at(analysis, i);
        if n > 0 && self.citing(i..i + n, sentence, tokens) {
            return n;
        }
        if let Some(act) = lexicon.adverbs.get(analysis.lower(i)) {
            self.adverb(i, *act, sentence, tokens);
            return 1;
        }
        if lexicon.cue_nouns.contains(analysis.lower(i)) && self.noun(i, sentence, tokens) {
            return 1;
        }
        self.verb(i, sentence, tokens)
    }

    fn push(&mut self, found: Found) {
        for piece in &found.content {
            if let Some(q) = self.quote_at(piece.start)
                && self.quotes[q].tokens.end <= piece.end
                && let Some(slot) = self.claimed.get_mut(q)
            {
                *slot = true;
            }
        }
        self.found.push(found);
    }

    /// "P, according to X" and "According to X, P".
    fn according_to(&mut self, cue: Range<usize>, sentence: usize, tokens: &Range<usize>) {
        let mut end = self.p.noun_phrase(cue.end, tokens.end);
        if end == cue.end {
            // A phrase the tags make nothing of: up to the next mark.
            end = (cue.end..tokens.end.min(cue.end + 8))
                .find(|k| matches!(self.p.class(*k), Class::Comma | Class::Stop | Class::Quote))
                .unwrap_or(cue.end);
        }
        if end == cue.end {
            return;
        }
        let source = cue.end..end;
        let mut after = end;
        // ", head of the union," and relative clauses belong to the source.
        let before = cue.start.checked_sub(1).filter(|_| cue.start > tokens.start);
        let opens = cue.start == tokens.start
            || before.is_some_and(|b| {
                matches!(self.p.class(b), Class::Conjunction | Class::Stop | Class::Subordinator)
            });
        if opens {
            while after < tokens.end && self.p.class(after) != Class::Comma && after - end < 25 {
                after += 1;
            }
            let start = after + 1;
            if start >= tokens.end {
                return;
            }
            if let Some(content) = self.clause(start, tokens) {
                let content = self.with_quote(content);
                self.push(Found {
                    act: Act::Speech,
                    source: Some(source),
                    apposition: None,
                    cue: Some(cue),
                    quoted: self.ends_quoted(&content),
                    content: vec![content],
                    relays: self.relays_in(end..after, tokens),
                    sentence,
                    rule: "according-to-first",
                });
            }
        } else if let Some(mut content) = {
            let rest = self.resumed(cue.start, end, sentence, tokens);
            let left = self.left_or_fragment(cue.start, sentence, tokens, rest.is_some());
            left.map(|mut l| {
                l.extend(rest);
                l
            })
        } {
            content.dedup();
            let tail = self.clause_end(end, tokens);
            let relays = self.relays_in(end..tail, tokens);
            self.push(Found {
                act: Act::Speech,
                source: Some(source),
                apposition: None,
                cue: Some(cue),
                quoted: content.len() == 1 && self.ends_quoted(&content[0]),
                content,
                relays,
                sentence,
                rule: "according-to",
            });
        }
    }

    /// "Z reported, citing X": the statement's source becomes X, Z a relay.
    fn citing(&mut self, cue: Range<usize>, sentence: usize, tokens: &Range<usize>) -> bool {
        let mut from = cue.end;
        if self.p.class(from) == Class::To || self.p.class(from) == Class::Preposition {
            from += 1;
        }
        if self.p.analysis.lower(cue.start).starts_with("attribut") && self.p.analysis.lower(from) == "the" {
            // "attributing the information to X"
            if let Some(to) = (from..tokens.end.min(from + 4)).find(|k| self.p.analysis.lower(*k) == "to") {
                from = to + 1;
            }
        }
        let end = self.p.noun_phrase(from, tokens.end);
        // Whom an outlet cites has spoken, whatever he is called.
        let of_outlet = self.found.last().is_some_and(|f| {
            f.sentence == sentence && f.source.clone().is_some_and(|s| self.parties.is_outlet(s))
        });
        if end == from || !of_outlet && !self.parties.may_speak(from..end) {
            return false;
        }
        let word = if self.p.analysis.lower(cue.start).starts_with("which")
            || self.p.analysis.lower(cue.start).starts_with("who")
        {
            cue.start + 1..cue.end
        } else if self.p.analysis.lower(cue.start).starts_with("attribut") {
            cue.start..cue.start + 1
        } else {
            cue
        };
        let governed = self
            .found
            .iter_mut()
            .rev()
            .take_while(|f| f.sentence == sentence)
            .find(|f| f.act == Act::Speech || f.act == Act::Finding);
        match governed {
            Some(f) if f.source.is_some() => {
                let Some(relay) = f.source.replace(from..end) else { return true };
                f.apposition = None;
                f.relays.push(relay);
                f.cue = Some(word.clone());
                f.rule = "citing";
                // The content may have run on into the words of citing.
                for piece in &mut f.content {
                    if piece.start < word.start && word.start < piece.end {
                        piece.end = word.start;
                        while piece.end > piece.start + 1
                            && matches!(self.p.class(piece.end - 1), Class::Comma | Class::Dash)
                        {
                            piece.end -= 1;
                        }
                    }
                }
                true
            }
            Some(_) => true,
            None => {
                // "Z, citing X, reported" and "Citing X, Z reported": wait for the verb.
                self.citing_before(word, from..end, sentence, tokens);
                true
            }
        }
    }

    fn citing_before(
        &mut self,
        cue: Range<usize>,
        origin: Range<usize>,
        sentence: usize,
        tokens: &Range<usize>,
    ) {
        let before = self.found.len();
        let mut i = origin.end;
        while i < tokens.end && self.found.len() == before && i - origin.end < 40 {
            i += self.verb(i, sentence, tokens).max(1);
        }
        if self.found.len() > before {
            self.done = i;
        }
        if let Some(f) = self.found.get_mut(before)
            && let Some(relay) = f.source.replace(origin)
        {
            f.apposition = None;
            f.relays.push(relay);
            f.cue = Some(cue);
            f.rule = "citing";
        }
    }

    /// "The harvest reportedly failed": the clause around the adverb, handed to nobody.
    fn adverb(&mut self, i: usize, act: Act, sentence: usize, tokens: &Range<usize>) {
        let mut start = i;
        while start > tokens.start && i - start < LONGEST_CLAUSE {
            let class = self.p.class(start - 1);
            if matches!(class, Class::Comma | Class::Stop | Class::Dash | Class::Quote | Class::Subordinator)
            {
                break;
            }
            start -= 1;
        }
        let end = self.clause_end(i + 1, tokens);
        // Before an adjective or participle only ("the allegedly stolen car") it hands over no clause.
        if end <= i + 1 {
            return;
        }
        let left = self.trim(start..i);
        let right = self.trim(i + 1..end);
        let content: Vec<Range<usize>> = [left, right].into_iter().filter(|r| !r.is_empty()).collect();
        if content.is_empty() {
            return;
        }
        self.push(Found {
            act,
            source: None,
            apposition: None,
            cue: Some(i..i + 1),
            content,
            relays: Vec::new(),
            quoted: false,
            sentence,
            rule: "adverb",
        });
    }

    /// "Minister: No new taxes", "Ferry sank in minutes – survivors", "SPEAKER: words".
    fn headline(&mut self, sentence: usize, tokens: &Range<usize>) -> bool {
        const LONGEST_SPEAKER: usize = 6;
        let analysis = self.p.analysis;
        let Some(paragraph) = analysis.sentences.get(sentence).map(|s| s.paragraph) else { return false };
        let first = sentence == 0 || analysis.sentences[sentence - 1].paragraph != paragraph;
        let last = analysis.sentences.get(sentence + 1).is_none_or(|s| s.paragraph != paragraph);
        if !first {
            return false;
        }
        let mut start = tokens.start;
        if self.p.class(start) == Class::Quote {
            start += 1;
        }
        let colon = (start..tokens.end.min(start + LONGEST_SPEAKER + 1)).find(|i| analysis.token(*i) == ":");
        if let Some(colon) = colon
            && colon > start
            && colon + 1 < tokens.end
            && self.names_a_speaker(start..colon)
        {
            let paragraph_end = analysis.tokens_in(analysis.paragraphs[paragraph]).end;
            let shouted = (start..colon).all(|i| !analysis.token(i).chars().any(char::is_lowercase));
            let end = if shouted { paragraph_end } else { tokens.end };
            let content = self.trim(colon + 1..end);
            if !content.is_empty() && (shouted || last || self.p.class(colon + 1) == Class::Quote) {
                self.push(Found {
                    act: Act::Speech,
                    source: Some(start..colon),
                    apposition: None,
                    cue: None,
                    content: vec![content],
                    relays: Vec::new(),
                    quoted: false,
                    sentence,
                    rule: "headline-colon",
                });
                return true;
            }
            return false;
        }
        // At the end, after a dash or colon.
        if !last || tokens.len() > 40 {
            return false;
        }
        let mut end = tokens.end;
        if analysis.token(end.wrapping_sub(1)) == "." {
            end -= 1;
        }
        let mark = (tokens.start + 2..end)
            .rev()
            .take(LONGEST_SPEAKER)
            .find(|i| matches!(self.p.class(*i), Class::Dash) || analysis.token(*i) == ":");
        if let Some(mark) = mark
            && mark + 1 < end
            && self.names_a_speaker(mark + 1..end)
            && self.parties.is_known(mark + 1..end)
            && (tokens.start..mark).any(|k| self.p.class(k) == Class::Verb)
        {
            let content = self.trim(tokens.start..mark);
            self.push(Found {
                act: Act::Speech,
                source: Some(mark + 1..end),
                apposition: None,
                cue: None,
                content: vec![content],
                relays: Vec::new(),
                quoted: false,
                sentence,
                rule: "headline-dash",
            });
            return true;
        }
        false
    }

    fn names_a_speaker(&self, phrase: Range<usize>) -> bool {
        let words = phrase.clone().all(|i| {
            !matches!(
                self.p.class(i),
                Class::Comma | Class::Stop | Class::Dash | Class::Number | Class::Bracket
            )
        });
        words
            && !phrase.clone().any(|i| self.p.lexicon.labels.contains(self.p.analysis.lower(i)))
            && self.p.base_noun_phrase(phrase.start, phrase.end) == phrase.end
            && self.parties.may_speak(phrase)
    }

    /// Quotations that follow a quoted statement without a cue of their own belong to it.
    fn continue_quotations(&mut self) {
        // For each sentence, the last quoted statement whose cue stands in it.
        let analysis = self.p.analysis;
        let mut order: Vec<usize> = (0..self.found.len()).collect();
        let reach = |f: &Found| f.content.iter().map(|c| c.end).chain(f.cue.iter().map(|c| c.end)).max();
        order.sort_by_key(|i| reach(&self.found[*i]));
        let mut next = 0;
        let mut last: Option<(usize, usize)> = None; // the statement, and the last sentence it reaches
        for q in 0..self.quotes.len() {
            let tokens = self.quotes[q].tokens.clone();
            while let Some(i) = order.get(next)
                && reach(&self.found[*i]).is_some_and(|end| end <= tokens.start)
            {
                let end = reach(&self.found[*i]).unwrap_or(0);
                let reached = analysis.sentence_of(end.saturating_sub(1));
                // What else the tag's sentence says ("…, who said she would come") does not end the quotation.
                let same = last.is_some_and(|(_, s)| reached == Some(s));
                if self.found[*i].quoted || !same {
                    last = reached.map(|s| (*i, s));
                }
                next += 1;
            }
            let Some((statement, sentence)) = last else { continue };
            let Some(here) = analysis.sentence_of(tokens.start) else { continue };
            let continued = q > 0 && self.quotes[q - 1].continues && self.found[statement].quoted;
            let starts = self.tokens_of(here).start == tokens.start;
            let ends = analysis
                .sentence_of(tokens.end.saturating_sub(1))
                .is_some_and(|s| self.tokens_of(s).end <= tokens.end + 1);
            if self.claimed[q]
                || !self.found[statement].quoted
                || here > sentence + 1
                || !starts
                || !(ends || continued)
                || self.found[statement].content.len() >= MOST_PIECES
                || self.quotes[q].words(analysis) < 2
            {
                continue;
            }
            self.claimed[q] = true;
            let end = tokens.end;
            self.found[statement].content.push(tokens);
            if let Some(s) = analysis.sentence_of(end.saturating_sub(1)) {
                last = Some((statement, s));
            }
        }
    }
}
