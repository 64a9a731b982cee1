//! From characters to tokens, as the HTML standard has it.
//!
//! The standard describes a machine that looks at one character at a time. What ends a text, a comment or a value is
//! one of very few characters, so that it can be searched for instead; what lies between is taken as a slice of the
//! page. Attributes that nobody reads are passed over.

use super::READ;
use super::parse::Gate;
use super::references::{Place, decode};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
};
use html5ever::{Attribute, LocalName, QualName, ns};
use memchr::{memchr, memchr2, memmem};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::LazyLock;

/// The names of most elements: looking them up here is quicker than making them from their letters.
static NAMES: LazyLock<FxHashMap<&'static str, LocalName>> = LazyLock::new(|| {
    const USUAL: &str = "a abbr address article aside b blockquote body br button center circle cite code dd defs div \
        dl dt em fieldset figcaption figure font footer form g h1 h2 h3 h4 h5 h6 head header hr html i iframe img \
        input ins label legend li link main meta nav noscript ol optgroup option p path picture polygon pre rect s \
        script section select small source span strong style sub sup svg symbol table tbody td template textarea tfoot \
        th thead time title tr u ul use video";
    USUAL.split_ascii_whitespace().map(|name| (name, LocalName::from(name))).collect()
});

/// Reads a page token by token and hands them on.
pub(super) struct Tokens<'a> {
    page: &'a StrTendril,
    html: &'a str,
    gate: &'a Gate,
    at: usize,
    decoded: String,
}

const fn is_space(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

impl<'a> Tokens<'a> {
    /// `page` has no carriage returns: the standard makes them line feeds before anything else.
    pub(super) fn new(page: &'a StrTendril, gate: &'a Gate) -> Self {
        Self { page, html: page, gate, at: 0, decoded: String::new() }
    }

    /// Hands on all tokens, or as many as there is room for; the number of bytes that were read.
    pub(super) fn run(&mut self) -> usize {
        if self.html.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        while self.at < self.html.len() && self.gate.has_room() {
            let end = self.markup();
            self.text(self.at, end);
            self.at = end;
            match self.bytes(end) {
                [b'<', b'/', b'>', ..] => self.at += 3,
                [b'<', b'/', letter, ..] if letter.is_ascii_alphabetic() => {
                    self.tag(TagKind::EndTag, end + 2);
                }
                [b'<', b'/' | b'?', ..] => self.bogus_comment(),
                [b'<', b'!', ..] => self.declaration(),
                [b'<', ..] => self.tag(TagKind::StartTag, end + 1),
                _ => {}
            }
        }
        self.hand_on(Token::EOFToken);
        self.gate.end();
        self.at
    }

    fn bytes(&self, at: usize) -> &'a [u8] {
        self.html.as_bytes().get(at..).unwrap_or_default()
    }

    /// Where the next markup begins: not every `<` is markup.
    fn markup(&self) -> usize {
        let bytes = self.html.as_bytes();
        memchr::memchr_iter(b'<', self.bytes(self.at))
            .map(|at| self.at + at)
            .find(|at| match bytes.get(at + 1) {
                Some(b'/') => at + 2 < bytes.len(),
                Some(b) => b.is_ascii_alphabetic() || matches!(b, b'!' | b'?'),
                None => false,
            })
            .unwrap_or(bytes.len())
    }

    /// Only tags change how what follows is to be read.
    fn hand_on(&self, token: Token) {
        let _ = self.gate.take(token);
    }

    /// A part of the page as a text of its own.
    fn slice(&self, start: usize, end: usize) -> StrTendril {
        self.page.subtendril(start as u32, (end - start) as u32)
    }

    /// Text with references in it.
    fn text(&mut self, mut start: usize, end: usize) {
        // The tree builder decides what becomes of a null.
        while let Some(null) = memchr(b'\0', &self.html.as_bytes()[start..end]) {
            self.piece(start, start + null);
            self.hand_on(Token::NullCharacterToken);
            start += null + 1;
        }
        self.piece(start, end);
    }

    fn piece(&mut self, start: usize, end: usize) {
        if start < end {
            let text = self.value(start, end, Place::Text);
            self.hand_on(Token::CharacterTokens(text));
        }
    }

    /// A part of the page with references decoded; a null in it is a character that cannot be shown.
    fn value(&mut self, start: usize, end: usize, place: Place) -> StrTendril {
        let text = &self.html[start..end];
        if memchr2(b'&', b'\0', text.as_bytes()).is_none() {
            return self.slice(start, end);
        }
        self.decoded.clear();
        decode(text, place, &mut self.decoded);
        if memchr(b'\0', self.decoded.as_bytes()).is_some() {
            self.decoded = self.decoded.replace('\0', "\u{fffd}");
        }
        StrTendril::from_slice(&self.decoded)
    }

    /// Text that is no markup, whatever it looks like, up to an element's end tag.
    fn raw(&mut self, length: usize, references: bool) {
        let (start, end) = (self.at, self.at + length);
        self.at = end;
        if start == end {
            return;
        }
        let text = if references {
            self.value(start, end, Place::Text)
        } else if memchr(b'\0', &self.html.as_bytes()[start..end]).is_some() {
            StrTendril::from(self.html[start..end].replace('\0', "\u{fffd}"))
        } else {
            self.slice(start, end)
        };
        self.hand_on(Token::CharacterTokens(text));
    }

    /// A tag, from its name on.
    fn tag(&mut self, kind: TagKind, name_at: usize) {
        let (bytes, start) = (self.html.as_bytes(), kind == TagKind::StartTag);
        let name_end = name_at + end_of(self.bytes(name_at), |b| is_space(b) || matches!(b, b'/' | b'>'));
        let (mut at, mut attrs, mut self_closing) = (name_end, Vec::new(), false);
        loop {
            // Between attributes.
            while let Some(b) = bytes.get(at)
                && (is_space(*b) || *b == b'/')
            {
                at += 1;
                self_closing = *b == b'/';
            }
            match bytes.get(at) {
                // What is not closed is no tag.
                None => {
                    self.at = bytes.len();
                    return;
                }
                Some(b'>') => break,
                Some(_) => self_closing = false,
            }
            let name = at;
            at += 1;
            at += end_of(self.bytes(at), |b| is_space(b) || matches!(b, b'/' | b'>' | b'='));
            let name = name..at;
            at += end_of(self.bytes(at), |b| !is_space(b));
            let value = if bytes.get(at) == Some(&b'=') {
                at += 1;
                at += end_of(self.bytes(at), |b| !is_space(b));
                let (value, after) = match bytes.get(at) {
                    Some(quote @ (b'"' | b'\'')) => {
                        let Some(length) = memchr(*quote, self.bytes(at + 1)) else {
                            self.at = bytes.len();
                            return;
                        };
                        (at + 1..at + 1 + length, at + length + 2)
                    }
                    _ => {
                        let end = at + end_of(self.bytes(at), |b| is_space(b) || b == b'>');
                        (at..end, end)
                    }
                };
                at = after;
                value
            } else {
                at..at
            };
            if start
                && let Some(name) = self.read_attribute(name.start, name.end)
                && !attrs.iter().any(|a: &Attribute| a.name.local == *name)
            {
                let value = self.value(value.start, value.end, Place::Attribute);
                attrs.push(Attribute { name: QualName::new(None, ns!(), name.clone()), value });
            }
        }
        self.at = at + 1;
        let name = self.name(name_at, name_end);
        let token = Token::TagToken(Tag { kind, name, self_closing, attrs, had_duplicate_attributes: false });
        let result = self.gate.take(token);
        let rest = &self.html[self.at..];
        match result {
            TokenSinkResult::RawData(kind) => {
                let length = raw_length(rest, &self.html[name_at..name_end]);
                self.raw(length, kind == RawKind::Rcdata);
            }
            TokenSinkResult::Plaintext => self.raw(rest.len(), false),
            _ => {}
        }
    }

    fn name(&self, start: usize, end: usize) -> LocalName {
        let name = &self.html[start..end];
        if let Some(known) = NAMES.get(name) {
            return known.clone();
        }
        LocalName::from(name.to_ascii_lowercase().replace('\0', "\u{fffd}"))
    }

    /// The name of an attribute, if somebody reads it.
    fn read_attribute(&self, start: usize, end: usize) -> Option<&'static LocalName> {
        let name = &self.html[start..end];
        if name.bytes().any(|b| b.is_ascii_uppercase()) {
            return READ.get(name.to_ascii_lowercase().as_str());
        }
        READ.get(name)
    }

    /// What begins with `<!`.
    fn declaration(&mut self) {
        let rest = self.bytes(self.at + 2);
        let begins =
            |with: &str| rest.get(..with.len()).is_some_and(|r| r.eq_ignore_ascii_case(with.as_bytes()));
        if rest.starts_with(b"--") {
            self.comment();
        } else if begins("doctype") {
            let start = self.at;
            let length = memchr(b'>', rest).map_or(self.html.len() - start, |end| end + 3);
            self.at += length;
            self.hand_on(Token::DoctypeToken(doctype(self.slice(start, self.at))));
        } else if rest.starts_with(b"[CDATA[") && self.gate.in_foreign_element() {
            let (start, rest) = (self.at + "<![CDATA[".len(), &rest["[CDATA[".len()..]);
            let length = memmem::find(rest, b"]]>");
            let end = start + length.unwrap_or(rest.len());
            self.at = length.map_or(end, |_| end + 3);
            self.character_data(start, end);
        } else {
            self.bogus_comment();
        }
    }

    /// Text without references.
    fn character_data(&self, mut start: usize, end: usize) {
        while let Some(null) = memchr(b'\0', &self.html.as_bytes()[start..end]) {
            self.hand_on(Token::CharacterTokens(self.slice(start, start + null)));
            self.hand_on(Token::NullCharacterToken);
            start += null + 1;
        }
        self.hand_on(Token::CharacterTokens(self.slice(start, end)));
    }

    /// What comments say is not read.
    fn comment(&mut self) {
        let start = self.at + "<!--".len();
        let rest = self.bytes(start);
        let closes =
            |said: &[u8]| matches!(said, b"" | b"-") || said.ends_with(b"--") || said.ends_with(b"--!");
        let end = memchr::memchr_iter(b'>', rest).find(|at| closes(&rest[..*at]));
        self.at = end.map_or(self.html.len(), |length| start + length + 1);
        self.hand_on(Token::CommentToken(StrTendril::new()));
    }

    /// What looks like a declaration or an end tag and is none.
    fn bogus_comment(&mut self) {
        self.at = memchr(b'>', self.bytes(self.at)).map_or(self.html.len(), |length| self.at + length + 1);
        self.hand_on(Token::CommentToken(StrTendril::new()));
    }
}

/// The number of bytes before the first that ends what they are.
fn end_of(bytes: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|b| ends(*b)).unwrap_or(bytes.len())
}

/// The parts of a document type, on which depends whether tables may stand in paragraphs: html5ever's own
/// tokeniser takes apart what stands once in a page.
fn doctype(declaration: StrTendril) -> Doctype {
    #[derive(Default)]
    struct Parts(RefCell<Doctype>);
    impl TokenSink for Parts {
        type Handle = ();
        fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
            if let Token::DoctypeToken(doctype) = token {
                *self.0.borrow_mut() = doctype;
            }
            TokenSinkResult::Continue
        }
    }
    let tokenizer = Tokenizer::new(Parts::default(), html5ever::tokenizer::TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(declaration);
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// The length of the text that stands in an element before its end tag, as the standard has it: a script that is
/// commented out may hold another with its end tag. Half of many pages is scripts and styles.
fn raw_length(text: &str, element: &str) -> usize {
    let bytes = text.as_bytes();
    let is_tag = |at: usize| {
        let end = at + element.len();
        bytes.get(at..end).is_some_and(|name| name.eq_ignore_ascii_case(element.as_bytes()))
            && bytes
                .get(end)
                .is_some_and(|b| matches!(b, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ' | b'/' | b'>'))
    };
    let is_script = element.eq_ignore_ascii_case("script");
    let (mut at, mut commented, mut nested) = (0, false, false);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let next = if commented { memchr2(b'<', b'-', rest) } else { memchr(b'<', rest) };
        let Some(next) = next else { return bytes.len() };
        at += next;
        let here = &bytes[at..];
        if here.starts_with(b"</") && is_tag(at + 2) {
            if !nested {
                return at;
            }
            nested = false;
        } else if commented && here.starts_with(b"-->") {
            (commented, nested) = (false, false);
        } else if commented && here.starts_with(b"<") && is_tag(at + 1) {
            nested = true;
        } else if is_script && !commented && here.starts_with(b"<!--") {
            commented = true;
            // Its dashes may be those that end it: "<!-->".
            at += 1;
        }
        at += 1;
    }
}
