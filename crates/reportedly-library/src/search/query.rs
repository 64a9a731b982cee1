//! The query language: words, phrases, fields, `OR`, `-`, parentheses.
//!
//! ```text
//! any   = all { "OR" all }
//! all   = not { ["AND"] not }
//! not   = ["-" | "NOT"] item
//! item  = "(" any ")" | field ":" value | "phrase" | word
//! value = word | "phrase", after `said:` also followed by "(" words ")"
//! ```

use super::words::words;
use jiff::civil::Date;
use reportedly_text::{Language, Span};
use std::fmt;

/// Bytes of the longest query.
const LONGEST: usize = 2_000;
/// Words, phrases and fields of a query.
const CLAUSES: usize = 64;
/// Words of one phrase.
const PHRASE: usize = 32;
/// Parentheses and negations inside each other.
const DEPTH: usize = 16;

/// Characters of a query that are shown on either side of a place in it.
const AROUND: usize = 60;

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub(super) root: Node,
}

/// A word of a query as it is written, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub lower: String,
    pub bare: bool,
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// All of them.
    All(Vec<Node>),
    /// Any of them.
    Any(Vec<Node>),
    /// What does not match.
    Not(Box<Node>),
    /// Words that follow one another in title or text.
    Text(Vec<Asked>),
    /// Words that follow one another in a name: outlet, person, place, org.
    Name(&'static str, Vec<Asked>),
    /// A source, and words of what it said.
    Said(Vec<Asked>, Vec<Asked>),
    /// A status or language, as `status:planned`.
    Fact(String),
    /// Published before this day.
    Before(Date),
    /// Published on this day or later.
    After(Date),
    /// In this story.
    Story(String),
}

/// A query that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// The place, in bytes of the query.
    pub at: Span,
    /// What is wrong.
    pub message: String,
    /// What would do.
    pub help: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.help)
    }
}

impl std::error::Error for QueryError {}

impl QueryError {
    /// The query with a line under it that marks the place, for a terminal; of a long one what stands around it.
    pub fn marked(&self, query: &str) -> String {
        let before = query.get(..self.at.start).map_or(0, |b| b.chars().count());
        let from = before.saturating_sub(AROUND);
        let under = self.at.of(query).chars().count().clamp(1, AROUND);
        let mut line = String::from(if from > 0 { "…" } else { "" });
        let mut rest = query.chars().skip(from);
        line.extend(
            rest.by_ref().take(before - from + under + AROUND).map(|c| if c.is_control() { ' ' } else { c }),
        );
        if rest.next().is_some() {
            line.push('…');
        }
        let indent = before - from + usize::from(from > 0);
        format!("{line}\n{}{}", " ".repeat(indent), "^".repeat(under))
    }
}

const FIELDS: [&str; 10] =
    ["outlet", "person", "place", "org", "said", "status", "lang", "before", "after", "story"];

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.len() > LONGEST {
            let mut at = LONGEST;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            return Err(error(
                Span::new(at, text.len()),
                "the query is too long",
                format!("at most {LONGEST} bytes are read"),
            ));
        }
        let mut parser = Parser { text, tokens: tokens(text)?, at: 0, clauses: 0 };
        let root = parser.any(0)?;
        if let Some(token) = parser.tokens.get(parser.at) {
            return Err(error(
                token.span,
                "nothing is open here",
                "leave \")\" out, or put \"(\" before what belongs together",
            ));
        }
        let root = root.ok_or_else(|| {
            error(
                Span::new(0, text.len()),
                "nothing to search for",
                "give a word, a \"phrase\" or a field such as outlet:",
            )
        })?;
        Ok(Self { root })
    }

    /// The words and phrases of title and text that are asked for, and, where `names`, those of fields.
    pub(super) fn wanted(&self, names: bool) -> Vec<&[Asked]> {
        let mut found = Vec::new();
        collect(&self.root, names, &mut found);
        found
    }
}

fn collect<'q>(node: &'q Node, names: bool, found: &mut Vec<&'q [Asked]>) {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|n| collect(n, names, found)),
        Node::Text(words) => found.push(words),
        Node::Name(_, words) if names => found.push(words),
        Node::Said(source, words) if names => {
            found.push(source);
            found.extend(words.chunks(1));
        }
        _ => {}
    }
}

fn error(at: Span, message: impl Into<String>, help: impl Into<String>) -> QueryError {
    QueryError { at, message: message.into(), help: help.into() }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Open,
    Close,
    Minus,
    Or,
    And,
    Not,
    /// A field's name; the span holds its colon too.
    Field,
    Quoted,
    Bare,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    span: Span,
}

const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

/// Divides a query.
fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let one = Span::new(at, at + c.len_utf8());
        let glued = found.last().is_some_and(|t| t.span.end == at);
        let value = glued && found.last().is_some_and(|t| t.kind == Kind::Field);
        let kind = match c {
            '(' => Kind::Open,
            ')' => Kind::Close,
            '|' => Kind::Or,
            '-' | '−' if !value => Kind::Minus,
            _ => Kind::Bare,
        };
        if c.is_whitespace() {
            at = one.end;
        } else if kind != Kind::Bare {
            found.push(Token { kind, span: one });
            at = one.end;
        } else if is_quote(c) {
            let Some((end, close)) = text[one.end..].char_indices().find(|(_, c)| is_quote(*c)) else {
                return Err(error(
                    Span::new(at, text.len()),
                    "the quotation mark is not closed",
                    "put another one after the phrase",
                ));
            };
            at = one.end + end + close.len_utf8();
            found.push(Token { kind: Kind::Quoted, span: Span::new(one.start, at) });
        } else {
            let rest = &text[at..];
            let end = rest.find(|c: char| c.is_whitespace() || is_quote(c) || "()|".contains(c));
            let word = &rest[..end.unwrap_or(rest.len())];
            let field = word
                .find(':')
                .filter(|i| !value && *i > 0 && word.as_bytes()[..*i].iter().all(u8::is_ascii_alphabetic));
            let (kind, len) = match (field, word) {
                (Some(colon), _) => (Kind::Field, colon + 1),
                (None, "OR") if !value => (Kind::Or, 2),
                (None, "AND") if !value => (Kind::And, 3),
                (None, "NOT") if !value => (Kind::Not, 3),
                _ => (Kind::Bare, word.len()),
            };
            found.push(Token { kind, span: Span::new(at, at + len) });
            at += len;
        }
    }
    Ok(found)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    clauses: usize,
}

type Part = Result<Option<Node>, QueryError>;

impl Parser<'_> {
    fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|t| t.kind)
    }

    fn end(&self) -> Span {
        Span::new(self.text.len(), self.text.len())
    }

    fn here(&self) -> Span {
        self.tokens.get(self.at).map_or(self.end(), |t| t.span)
    }

    fn any(&mut self, depth: usize) -> Part {
        let mut parts = Vec::new();
        loop {
            let before = self.at;
            let part = self.all(depth)?;
            let or = self.kind() == Some(Kind::Or);
            if before == self.at && (or || before > 0 && self.tokens[before - 1].kind == Kind::Or) {
                let at = if or { self.here() } else { self.tokens[before - 1].span };
                return Err(error(at, "OR stands between two things", "write: strike OR walkout"));
            }
            parts.extend(part);
            if !or {
                break;
            }
            self.at += 1;
        }
        Ok(if parts.len() > 1 { Some(Node::Any(parts)) } else { parts.pop() })
    }

    fn all(&mut self, depth: usize) -> Part {
        let mut parts = Vec::new();
        loop {
            match self.kind() {
                None | Some(Kind::Close | Kind::Or) => break,
                Some(Kind::And) => self.at += 1,
                Some(_) => parts.extend(self.not(depth)?),
            }
        }
        Ok(if parts.len() > 1 { Some(Node::All(parts)) } else { parts.pop() })
    }

    fn not(&mut self, depth: usize) -> Part {
        if depth > DEPTH {
            return Err(error(
                self.here(),
                "too much stands inside one another",
                format!("at most {DEPTH} parentheses and negations do"),
            ));
        }
        match self.kind() {
            Some(Kind::Minus | Kind::Not) => {
                let minus = self.here();
                self.at += 1;
                if matches!(self.kind(), None | Some(Kind::Close | Kind::Or | Kind::And)) {
                    // A dash by itself is punctuation.
                    if self.text.as_bytes().get(minus.start) == Some(&b'N') {
                        return Err(error(
                            minus,
                            "NOT stands before what is not wanted",
                            "write: strike NOT teachers",
                        ));
                    }
                    return Ok(None);
                }
                Ok(self.not(depth + 1)?.map(|n| Node::Not(Box::new(n))))
            }
            _ => self.item(depth),
        }
    }

    fn item(&mut self, depth: usize) -> Part {
        let Some(token) = self.tokens.get(self.at).copied() else { return Ok(None) };
        self.at += 1;
        if token.kind == Kind::Open {
            let inner = self.any(depth + 1)?;
            if self.kind() != Some(Kind::Close) {
                return Err(error(
                    token.span,
                    "the parenthesis is not closed",
                    "put \")\" after what belongs together",
                ));
            }
            self.at += 1;
            return Ok(inner);
        }
        self.clauses += 1;
        if self.clauses > CLAUSES {
            return Err(error(
                token.span,
                "the query has too many parts",
                format!("at most {CLAUSES} are read"),
            ));
        }
        match token.kind {
            Kind::Field => self.field(token.span).map(Some),
            _ => {
                let words = asked(token, self.text)?;
                Ok((!words.is_empty()).then_some(Node::Text(words)))
            }
        }
    }

    fn field(&mut self, name: Span) -> Result<Node, QueryError> {
        let field = name.of(self.text).trim_end_matches(':').to_ascii_lowercase();
        let Some(field) = FIELDS.into_iter().find(|k| *k == field) else {
            return Err(error(
                name,
                format!("there is no field named {field}"),
                format!(
                    "the fields are {}:; words with a colon go into \"quotation marks\"",
                    FIELDS.join(":, ")
                ),
            ));
        };
        let example = match field {
            "outlet" => "outlet:\"Harbour Wire\"",
            "person" => "person:\"Petra Lomax\"",
            "place" => "place:Ruddock",
            "org" => "org:\"Harbour Board\"",
            "said" => "said:\"Petra Lomax\" or said:Lomax(strike)",
            "status" => "status:planned, happened, possible or denied",
            "lang" => "a language's two letters, as lang:de",
            "story" => "story: and a story's id",
            _ => "a day, month or year: before:2031-03-04, after:2031-03, after:2031",
        };
        let value = self.tokens.get(self.at).copied().filter(|t| t.span.start == name.end);
        let Some(value) = value.filter(|t| matches!(t.kind, Kind::Bare | Kind::Quoted)) else {
            return Err(error(name, format!("{field}: has no value"), format!("write {example}")));
        };
        self.at += 1;
        let text = inside(value, self.text).trim();
        let wrong = || error(value.span, format!("{field}: cannot be that"), format!("write {example}"));
        match field {
            "status" => {
                let status = text.to_lowercase();
                let known = ["happened", "planned", "possible", "denied"];
                known
                    .contains(&status.as_str())
                    .then(|| Node::Fact(format!("status:{status}")))
                    .ok_or_else(wrong)
            }
            "lang" => {
                let language = Language::from_tag(text).ok_or_else(wrong)?;
                Ok(Node::Fact(format!("lang:{}", language.code())))
            }
            "before" => first_day(text).map(Node::Before).ok_or_else(wrong),
            "after" => first_day(text).map(Node::After).ok_or_else(wrong),
            "story" if text.is_empty() => Err(wrong()),
            "story" => Ok(Node::Story(text.to_owned())),
            _ => {
                let words = asked(value, self.text)?;
                if words.is_empty() {
                    return Err(wrong());
                }
                if field == "said" {
                    let content = self.content(value)?;
                    return Ok(Node::Said(words, content));
                }
                Ok(Node::Name(field, words))
            }
        }
    }

    /// The words in parentheses right after a source.
    fn content(&mut self, source: Token) -> Result<Vec<Asked>, QueryError> {
        let open = self.tokens.get(self.at).copied();
        let Some(open) = open.filter(|t| t.kind == Kind::Open && t.span.start == source.span.end) else {
            return Ok(Vec::new());
        };
        self.at += 1;
        let mut words = Vec::new();
        loop {
            let Some(token) = self.tokens.get(self.at).copied() else {
                return Err(error(open.span, "the parenthesis is not closed", "put \")\" after the words"));
            };
            self.at += 1;
            match token.kind {
                Kind::Close => break,
                Kind::Bare | Kind::Quoted => words.extend(asked(token, self.text)?),
                _ => {
                    return Err(error(
                        token.span,
                        "only words stand here",
                        "write said:Lomax(strike wages), all of which must be in what was said",
                    ));
                }
            }
        }
        words.dedup();
        if words.len() > PHRASE {
            return Err(error(open.span, "too many words", format!("at most {PHRASE} are read")));
        }
        Ok(words)
    }
}

/// A token without its quotation marks.
fn inside(token: Token, text: &str) -> &str {
    let words = token.span.of(text);
    if token.kind == Kind::Quoted { words.trim_matches(is_quote) } else { words }
}

/// The words of a token.
fn asked(token: Token, text: &str) -> Result<Vec<Asked>, QueryError> {
    let mut found = Vec::new();
    words(inside(token, text), Language::EN, |w| {
        found.push(Asked { lower: w.lower.to_owned(), bare: w.bare });
    });
    if found.len() > PHRASE {
        return Err(error(token.span, "the phrase is too long", format!("at most {PHRASE} words are read")));
    }
    Ok(found)
}

/// The first day of a day, month or year.
fn first_day(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    let year = parts.next().filter(|p| digits(p, 4))?.parse().ok()?;
    let mut next = || match parts.next() {
        None => Some(1),
        Some(p) if digits(p, 2) => p.parse().ok(),
        Some(_) => None,
    };
    let (month, day) = (next()?, next()?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(node: &Node) -> String {
        let words = |w: &[Asked]| w.iter().map(|w| w.lower.as_str()).collect::<Vec<_>>().join("_");
        let list = |n: &[Node]| n.iter().map(show).collect::<Vec<_>>().join(" ");
        match node {
            Node::All(n) => format!("(all {})", list(n)),
            Node::Any(n) => format!("(any {})", list(n)),
            Node::Not(n) => format!("(not {})", show(n)),
            Node::Text(w) => words(w),
            Node::Name(f, w) => format!("{f}={}", words(w)),
            Node::Said(s, w) => format!("said={}({})", words(s), words(w)),
            Node::Fact(f) => f.clone(),
            Node::Before(d) => format!("<{d}"),
            Node::After(d) => format!(">={d}"),
            Node::Story(s) => format!("story={s}"),
        }
    }

    #[test]
    fn queries_mean_what_they_say() {
        let check = |query: &str, want: &str| {
            let parsed = Query::parse(query).map_or_else(|e| format!("error: {e}"), |q| show(&q.root));
            assert_eq!(parsed, want, "{query}");
        };
        check("Harbour strike", "(all harbour strike)");
        check("harbour AND strike", "(all harbour strike)");
        check("\"harbour strike\" pay", "(all harbour_strike pay)");
        check("“harbour strike” ", "harbour_strike");
        check("strike OR walkout pay", "(any strike (all walkout pay))");
        check("(strike | walkout) pay -teachers", "(all (any strike walkout) pay (not teachers))");
        check("strike NOT (teachers OR nurses)", "(all strike (not (any teachers nurses)))");
        check("long-term", "long_term");
        check("strike - pay", "(all strike (not pay))");
        check("person:\"Petra Lomax\" outlet:Wire", "(all person=petra_lomax outlet=wire)");
        check("said:lomax(strike wages)", "said=lomax(strike_wages)");
        check("said:lomax (strike)", "(all said=lomax() strike)");
        check("status:Planned lang:de-AT", "(all status:planned lang:de)");
        check("after:2031-03 before:2032", "(all >=2031-03-01 <2032-01-01)");
        check("before:2031-03-04", "<2031-03-04");
        check("story:harbour-1", "story=harbour-1");
        check("at 10:30", "(all at 10_30)");
        check("or not and", "(all or not and)");
        check("strike &", "strike");
        check("東京都", "東京_京都");
    }

    #[test]
    fn what_is_not_understood_is_pointed_at() {
        let check = |query: &str, at: &str, message: &str| {
            let error = Query::parse(query).unwrap_err();
            assert_eq!((error.at.of(query), error.message.as_str()), (at, message), "{query}");
            assert!(!error.help.is_empty());
        };
        check("", "", "nothing to search for");
        check("... &", "... &", "nothing to search for");
        check("strike \"pay", "\"pay", "the quotation mark is not closed");
        check("(strike pay", "(", "the parenthesis is not closed");
        check("strike) pay", ")", "nothing is open here");
        check("strike OR", "OR", "OR stands between two things");
        check("OR strike", "OR", "OR stands between two things");
        check("strike NOT", "NOT", "NOT stands before what is not wanted");
        check("author:lomax", "author:", "there is no field named author");
        check("outlet: wire", "outlet:", "outlet: has no value");
        check("status:open", "open", "status: cannot be that");
        check("before:2031-02-30", "2031-02-30", "before: cannot be that");
        check("after:spring", "spring", "after: cannot be that");
        check("said:lomax(person:x)", "person:", "only words stand here");
        let deep = format!("{}a{}", "(".repeat(40), ")".repeat(40));
        assert!(Query::parse(&deep).is_err());
        assert!(Query::parse(&"a ".repeat(100)).is_err());
        assert!(Query::parse(&"é".repeat(3000)).is_err());
    }

    #[test]
    fn the_place_is_marked() {
        let query = "strike author:lomax";
        let marked = Query::parse(query).unwrap_err().marked(query);
        assert_eq!(marked, "strike author:lomax\n       ^^^^^^^");
        let query = "quay ".repeat(1_000);
        let marked = Query::parse(&query).unwrap_err().marked(&query);
        let (line, under) = marked.split_once('\n').unwrap();
        assert!(line.starts_with('…') && line.ends_with('…') && line.chars().count() < 200, "{line}");
        assert_eq!(under.trim_start(), "^".repeat(AROUND));
        let query = format!("{} author:lomax", "é".repeat(100));
        let marked = Query::parse(&query).unwrap_err().marked(&query);
        let (line, under) = marked.split_once('\n').unwrap();
        let at = |text: &str, c: char| text.chars().position(|x| x == c);
        assert_eq!(at(line, 'a'), at(under, '^'), "{marked}");
    }

    proptest! {
        #[test]
        fn any_string_is_a_query_or_an_error_inside_it(
            text in "(\\PC|\"|\\(|\\)|-| OR | NOT |said:|before:|2031|x|東){0,60}",
        ) {
            if let Err(error) = Query::parse(&text) {
                prop_assert!(text.get(error.at.start..error.at.end).is_some());
                let _ = error.marked(&text);
            }
        }
    }
}
