//! Quotations: where quotation marks open and close, across paragraphs too.

use reportedly_text::{Analysis, TokenKind};
use std::ops::Range;

/// One quotation inside one paragraph, its marks included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Its tokens, from the opening mark to the closing one.
    pub tokens: Range<usize>,
    /// Whether the next quotation, in the next paragraph, continues it (it has no closing mark of its own).
    pub continues: bool,
    /// Whether it has single marks.
    pub single: bool,
}

impl Quote {
    /// How many words it holds.
    pub fn words(&self, analysis: &Analysis<'_>) -> usize {
        self.tokens
            .clone()
            .filter(|i| matches!(analysis.tokens[*i].kind, TokenKind::Word | TokenKind::Number))
            .count()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open(Family),
    Close(Family),
    Either(Family),
}

/// Marks that open and close each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// The typewriter's double mark, also written as two single ones.
    Straight,
    /// Double marks of a shape of their own on either side.
    Curly,
    /// Single marks.
    Single,
}

/// Finds the quotations of a text, in order and not nested: inside double marks, single ones are words of the quotation.
pub fn find(analysis: &Analysis<'_>) -> Vec<Quote> {
    let mut quotes: Vec<Quote> = Vec::new();
    let mut token = 0;
    for (number, paragraph) in analysis.paragraphs.iter().enumerate() {
        let first = token;
        while analysis.tokens.get(token).is_some_and(|t| t.span.start < paragraph.end) {
            token += 1;
        }
        let from = quotes.len();
        in_paragraph(analysis, first..token, &mut quotes);
        // A quotation left open is continued where the next paragraph begins with an opening mark.
        let open = quotes.last().is_some_and(|q| q.continues) && quotes.len() > from;
        if open {
            let next = analysis.paragraphs.get(number + 1).map_or("", |p| p.of(analysis.text));
            let continued = next.starts_with(['“', '"', '‘', '«', '„']) || next.starts_with("''");
            if let Some(last) = quotes.last_mut() {
                last.continues = continued;
            }
        }
    }
    quotes
}

fn in_paragraph(analysis: &Analysis<'_>, tokens: Range<usize>, quotes: &mut Vec<Quote>) {
    let mut open: Option<(usize, Family)> = None;
    // Curly marks inside straight ones.
    let mut nested = 0_usize;
    let mut i = tokens.start;
    while i < tokens.end {
        let (mark, width) = mark(analysis, i, tokens.start);
        let after = (i + width).min(tokens.end);
        let Some(mark) = mark else {
            i = after;
            continue;
        };
        match (open, mark) {
            (None, Mark::Open(f) | Mark::Either(f))
                if f != Family::Single || closes_later(analysis, i, tokens.end) =>
            {
                open = Some((i, f));
                nested = 0;
            }
            (None, _) => {}
            (Some((_, Family::Straight)), Mark::Open(Family::Curly)) => nested += 1,
            (Some((_, Family::Straight)), Mark::Close(Family::Curly)) if nested > 0 => nested -= 1,
            (Some((start, o)), Mark::Close(f) | Mark::Either(f)) if closes(o, f) => {
                quotes.push(Quote { tokens: start..after, continues: false, single: o == Family::Single });
                open = None;
            }
            // A second opening mark of the same kind: the first was never closed.
            (Some((start, o)), Mark::Open(f)) if o == f && f != Family::Single => {
                quotes.push(Quote { tokens: start..i, continues: false, single: false });
                open = Some((i, f));
            }
            _ => {}
        }
        i = after;
    }
    if let Some((start, o)) = open
        && o != Family::Single
        && tokens.end > start + 1
    {
        quotes.push(Quote { tokens: start..tokens.end, continues: true, single: false });
    }
}

/// Careless typing mixes straight and curly double marks.
fn closes(open: Family, close: Family) -> bool {
    open == close || open != Family::Single && close != Family::Single
}

/// Single marks are quotation marks only where one closes them within reach: otherwise they are apostrophes.
fn closes_later(analysis: &Analysis<'_>, i: usize, end: usize) -> bool {
    const REACH: usize = 80;
    (i + 1..end.min(i + REACH)).any(|k| matches!(mark(analysis, k, i).0, Some(Mark::Close(Family::Single))))
}

/// What kind of mark stands at token `i`, and how many tokens it takes.
fn mark(analysis: &Analysis<'_>, i: usize, first: usize) -> (Option<Mark>, usize) {
    let Some(token) = analysis.tokens.get(i).filter(|t| t.kind == TokenKind::Quote) else { return (None, 1) };
    let word = analysis.token(i);
    // Two single marks side by side are one double mark.
    let twin = matches!(word, "'" | "’" | "‘")
        && analysis.token(i + 1) == word
        && analysis.tokens[i + 1].span.start == token.span.end;
    // Of three, a single one is inside: it opens last and closes first.
    let closing = i > first && analysis.tokens[i - 1].span.end == token.span.start;
    let twin = twin
        && !(closing
            && analysis.token(i + 2) == word
            && analysis.tokens[i + 2].span.start == token.span.end + word.len());
    let width = 1 + usize::from(twin);
    let end = analysis.tokens.get(i + width - 1).map_or(token.span.end, |t| t.span.end);
    let space_before = i == first || analysis.tokens[i - 1].span.end < token.span.start;
    let space_after = analysis.tokens.get(i + width).is_none_or(|t| t.span.start > end);
    let after_opener = i > first
        && matches!(analysis.token(i - 1), "(" | "[" | "-" | "–" | "—" | "--" | "“" | "\"" | "'" | "‘");
    let opens = (space_before || after_opener) && !space_after;
    let mark = match word {
        _ if twin && word == "‘" => Mark::Open(Family::Straight),
        _ if twin && opens => Mark::Open(Family::Straight),
        _ if twin => Mark::Close(Family::Straight),
        "“" | "„" | "«" | "「" | "『" => Mark::Open(Family::Curly),
        "”" | "»" | "」" | "』" => Mark::Close(Family::Curly),
        "‘" | "‹" => Mark::Open(Family::Single),
        "’" | "›" => Mark::Close(Family::Single),
        "'" if opens => Mark::Open(Family::Single),
        "'" if !space_before => Mark::Close(Family::Single),
        "\"" if opens => Mark::Open(Family::Straight),
        "\"" if !space_before => Mark::Close(Family::Straight),
        "\"" => Mark::Either(Family::Straight),
        _ => return (None, width),
    };
    (Some(mark), width)
}
