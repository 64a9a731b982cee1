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
    Open(char),
    Close(char),
    Either(char),
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
            let continued = next.starts_with(['“', '"', '‘', '«', '„']);
            if let Some(last) = quotes.last_mut() {
                last.continues = continued;
            }
        }
    }
    quotes
}

fn in_paragraph(analysis: &Analysis<'_>, tokens: Range<usize>, quotes: &mut Vec<Quote>) {
    let mut open: Option<(usize, char)> = None;
    for i in tokens.clone() {
        let Some(mark) = mark(analysis, i, tokens.start) else { continue };
        match (open, mark) {
            (None, Mark::Open(c) | Mark::Either(c)) if c != '\'' || closes_later(analysis, i, tokens.end) => {
                open = Some((i, c));
            }
            (None, _) => {}
            (Some((start, o)), Mark::Close(c) | Mark::Either(c)) if o == c => {
                quotes.push(Quote { tokens: start..i + 1, continues: false, single: o == '\'' });
                open = None;
            }
            // A second opening mark of the same kind: the first was never closed.
            (Some((start, o)), Mark::Open(c)) if o == c && c != '\'' => {
                let end = if i - start > 1 { i } else { start + 1 };
                quotes.push(Quote { tokens: start..end, continues: false, single: false });
                open = Some((i, c));
            }
            _ => {}
        }
    }
    if let Some((start, o)) = open
        && o != '\''
        && tokens.end > start + 1
    {
        quotes.push(Quote { tokens: start..tokens.end, continues: true, single: false });
    }
}

/// Single marks are quotation marks only where one closes them within reach: otherwise they are apostrophes.
fn closes_later(analysis: &Analysis<'_>, i: usize, end: usize) -> bool {
    const REACH: usize = 80;
    (i + 1..end.min(i + REACH)).any(|k| matches!(mark(analysis, k, i), Some(Mark::Close('\''))))
}

fn mark(analysis: &Analysis<'_>, i: usize, first: usize) -> Option<Mark> {
    let token = analysis.tokens.get(i).filter(|t| t.kind == TokenKind::Quote)?;
    let c = analysis.token(i).chars().next()?;
    let space_before = i == first || analysis.tokens[i - 1].span.end < token.span.start;
    let space_after = analysis.tokens.get(i + 1).is_none_or(|t| t.span.start > token.span.end);
    let after_opener =
        i > first && matches!(analysis.token(i - 1), "(" | "[" | "-" | "–" | "—" | "--" | "“" | "\"");
    Some(match c {
        '“' | '„' | '«' | '「' | '『' => Mark::Open('"'),
        '”' | '»' | '」' | '』' => Mark::Close('"'),
        '‘' | '‹' => Mark::Open('\''),
        '’' | '›' => Mark::Close('\''),
        '\'' if (space_before || after_opener) && !space_after => Mark::Open('\''),
        '\'' if !space_before => Mark::Close('\''),
        '"' if (space_before || after_opener) && !space_after => Mark::Open('"'),
        '"' if !space_before => Mark::Close('"'),
        '"' => Mark::Either('"'),
        _ => return None,
    })
}
