//! The tree is the one that html5ever's own tokeniser leads to, on whatever input.

use super::parse::{Gate, parse};
use super::{DOCUMENT, Data, Dom, NodeId, READ};
use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use proptest::prelude::*;
use std::fs;

struct Theirs(Gate);

impl TokenSink for Theirs {
    type Handle = NodeId;

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<NodeId> {
        match token {
            Token::ParseError(_) => TokenSinkResult::Continue,
            Token::TagToken(mut tag) => {
                tag.attrs.retain(|a| READ.contains_key(&*a.name.local));
                self.0.take(Token::TagToken(tag))
            }
            token => self.0.take(token),
        }
    }

    fn end(&self) {
        self.0.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.0.in_foreign_element()
    }
}

fn theirs(html: &str) -> Dom {
    let tokenizer = Tokenizer::new(Theirs(Gate::new(html.len())), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.0.into_dom(Vec::new())
}

/// A tree as lines: a node each, indented by depth.
fn lines(dom: &Dom) -> String {
    let mut out = String::new();
    for id in dom.descendants(DOCUMENT) {
        let said = match dom.data(id) {
            Data::Element(name, attributes) => {
                let attributes: Vec<String> =
                    attributes.iter().map(|a| format!(" {}={:?}", &*a.name.local, &*a.value)).collect();
                format!("<{} {}{}>", &*name.ns, &*name.local, attributes.concat())
            }
            Data::Text(text) => format!("{:?}", &**text),
            other => format!("{other:?}"),
        };
        out.push_str(&" ".repeat(dom.ancestors(id).count()));
        out.push_str(&said);
        out.push('\n');
    }
    out
}

fn check(html: &str) {
    assert_eq!(lines(&parse(html)), lines(&theirs(html)), "{html:?}");
}

#[test]
fn hard_cases() {
    for html in [
        // Markup that is none.
        "a < b <",
        "a <",
        "a </",
        "</>b",
        "</ b>c",
        "< p>",
        "<3",
        "<p",
        "<p ",
        "<p a",
        "<p a=",
        "<p a='",
        "<p a=b",
        "<?xml a>b",
        "<!a>b",
        "<!",
        "<!-",
        "<!>",
        "<!-->a",
        "<!--->a",
        "<!---->a",
        "<!--a--!>b",
        "<!--a--!b-->c",
        "<!--a->b-->c",
        "<!--<!-- -->a",
        "<!----!>a",
        "<!---!>a-->b",
        "<!--a----->b",
        "<!--a--",
        "<!--a",
        "a<!-- b -->c",
        // Attributes.
        "<p id=a id=b>",
        "<P ID=A>",
        "<p id='a\"b' class=\"a'b\">",
        "<p id = a class\n=\n'b'>",
        "<p id=a/>b",
        "<p id/class=b>",
        "<br/ >a",
        "<div/>a",
        "<p =id=a>b",
        "<p id=>b",
        "<p id= >b",
        "<p id='a'class='b'>",
        "<p id=a&amp;b&copy=1&copy;>",
        "<p id=\"a\0b\r\nc\rd\">",
        "<p \"id=a>b",
        "<p id=a<b>c",
        "<a href=?a=1&lt=2&amp>b</a>",
        "<p id=&#x80;>",
        "<p/id=a>",
        "</p id=a>b",
        "</p/>",
        "<p title=`a b`>",
        "<\u{e4}>",
        "<p\0q>a</p\0q>",
        "<p\u{e4}>a",
        "<p i\0d=a>",
        "<X-Y>a</x-y>",
        "<p id=a\u{0c}class=b>",
        "<img src=a/><p>b",
        // References.
        "&amp;&#38;&#x26;&amp &lt&gt;&notit;&notin;&nosuch;&;&#;&#x;&#65",
        "a&",
        "a&#",
        "a&#x",
        "a&am",
        "a&amp",
        "&#13;&#10;a",
        "&#0;&#128;&#xFFFF;",
        "<pre>&#10;a</pre>",
        "<title>a&amp;b</title>",
        "<textarea>\n&lt;p></textarea>",
        "<style>a&amp;b</style>",
        "&NotEqualTilde;&ngE;&#1114112;",
        // Line ends and nulls.
        "a\r\nb\rc\n\r\nd",
        "<pre>\r\na</pre>",
        "<pre>\n\na</pre>",
        "a\0b",
        "<p>\0</p>",
        "<table>\0a",
        "<title>a\0</title>",
        "<svg>a\0b</svg>",
        "<script>a\0</script>",
        "<plaintext>a\0</plaintext>&amp;",
        "\u{feff}a",
        "\u{feff}\u{feff}a",
        "\r",
        "&\r\n",
        "<p\r\nid=a\r>",
        // Text that is no markup.
        "<title><p>a</title>b",
        "<title>a</titles></title >b",
        "<TITLE>a</Title/>b",
        "<title>a</title",
        "<title>a</title b",
        "<textarea><!-- </textarea>a",
        "<style><!-- </style> -->a",
        "<script><!-- <script> </script> --></script>a",
        "<script><!-- <script> --></script>a",
        "<script><!--></script>a",
        "<script><!-- a </script>b",
        "<script>a</script\n>b",
        "<script>",
        "<script></script",
        "<iframe><p></iframe>a",
        "<noscript><p>a</noscript>b",
        "<xmp><b></xmp>a",
        "<noembed><b></noembed>a",
        "<noframes><b></noframes>a",
        "<svg><style><b>a",
        "<svg><title><p>a",
        "<svg><script>a<b></script>b",
        "<math><mi><style>a",
        "<plaintext></plaintext><p>a",
        "<script/>a</script>b",
        "<textarea/>a</textarea>b",
        // Sections of character data.
        "<svg><![CDATA[a<b>&amp;\0]]]>b",
        "<![CDATA[a]]>b",
        "<svg><![CDATA[a",
        "<svg><![CDATA[]]>a",
        "<svg><foreignObject><![CDATA[a]]>b",
        "<math><![cdata[a]]>",
        // Document types.
        "<!DOCTYPE html><p><table>",
        "<p><table>",
        "<!doctype><p><table>",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"a\"><p><table>",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\"><p><table>",
        "<!DOCTYPE html SYSTEM 'a>b'><p><table>",
        "<!DOCTYPE",
        "<!DOCTYPEhtml",
        "<!DOCTYPE html SYSTEM \"http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd\"><p><table>",
        "a<!DOCTYPE html>b",
        // Trees that are not as they are written.
        "<b><p>a</b>b</p>",
        "<a>a<a>b",
        "<table>a<tr>b<td>c",
        "<table><b>a<tr><td>b",
        "<select><p>a<option>b",
        "<p>a<div>b</p>c",
        "<ul><li>a<li>b",
        " a <body> b",
        "<head> a</head> b <body>c</body> d</html> e",
        "<template><td>a</template>b",
        "<frameset> a<frame></frameset> b",
        "<h1>a<h2>b",
        "<button>a<button>b",
        "<form><form>a</form></form>b",
        "<dl><dt>a<dd>b",
        "<svg><p>a",
        "<math><annotation-xml encoding='text/html'><p>a",
        "<table> <tr> a </table>",
        "<html lang=a><html lang=b class=c><body id=d><body id=e class=f>",
        "<input type=hidden><table><input type=hidden>a",
        "<nobr>a<nobr>b",
        "</br>a</p>",
    ] {
        check(html);
    }
}

#[test]
fn pages() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut read = 0;
    for fixture in fs::read_dir(folder).expect("the fixtures") {
        if let Ok(page) = fs::read(fixture.expect("a fixture").path().join("page.html")) {
            check(&String::from_utf8_lossy(&page));
            read += 1;
        }
    }
    assert!(read > 10, "{read} pages");
}

#[test]
fn trees_that_are_cut() {
    for html in
        ["<div>a".repeat(400), "<b><p>".repeat(300) + "</b>a", "<svg>".repeat(300) + "<title>a</title>b"]
    {
        check(&html);
    }
}

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div id=a>",
    "</div>",
    "<a href='/x?a=1&amp;b'>",
    "</a>",
    "<b>",
    "</b>",
    "<i class=\"c\">",
    "</i>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<select>",
    "<option>",
    "</select>",
    "<ul>",
    "<li>",
    "</ul>",
    "<svg>",
    "</svg>",
    "<math>",
    "<title>",
    "</title>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<textarea>",
    "</textarea>",
    "<template>",
    "</template>",
    "<!--",
    "-->",
    "--!>",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE html>",
    "<!",
    "<?",
    "</",
    "<",
    ">",
    "/",
    "=",
    "\"",
    "'",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\u{0c}",
    "&",
    "&amp;",
    "&amp",
    "&notit;",
    "&#x41;",
    "&#13;",
    "&#",
    ";",
    "-",
    "--",
    "!",
    "[",
    "]",
    "a",
    "B",
    "\u{e4}",
    "word ",
    "<pre>",
    "<br/>",
    "<html lang=x>",
    "<body>",
    "</body>",
    "</html>",
    "<head>",
    "</head>",
    "<frameset>",
    "<noscript>",
    "</noscript>",
    "<foreignObject>",
    "<mi>",
    "<font color=a>",
    "<h1>",
    "</h2>",
    "<form>",
    "</form>",
    "<button>",
    "<input type=hidden>",
    "<IMG SRC=x ALT='y'>",
    "<p title=",
    "<span class='a' class=b ",
    "<nobr>",
    "<plaintext>",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn soup(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40)) {
        check(&pieces.concat());
    }
}
