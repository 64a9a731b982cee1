//! What holds for any bytes: reading ends, spans are valid, the text is its blocks with blank lines between them.
//! And what holds for every page fixture: what no reader sees changes nothing, and what is added below is left aside.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reportedly_page::{Form, Input, Page, PageKind, read};
use std::{fmt::Write, fs, path::Path, sync::LazyLock};

fn check(bytes: &[u8], form: Form) -> Result<(), TestCaseError> {
    let input = Input { bytes, form, url: Some("https://harbourwire.example/a"), ..Input::default() };
    let page: Page = read(&input);
    let mut end = 0;
    for (i, block) in page.blocks.iter().enumerate() {
        prop_assert!(block.role.is_text());
        prop_assert!(!block.span.of(&page.text).trim().is_empty(), "block {i}");
        let between = &page.text[end..block.span.start];
        prop_assert_eq!(between, if i == 0 { "" } else { "\n\n" });
        end = block.span.end;
    }
    prop_assert_eq!(end, page.text.len());
    prop_assert!(page.other.iter().all(|o| !o.role.is_text()));
    prop_assert!(!matches!(page.kind, PageKind::Index | PageKind::Wall) || page.text.is_empty());
    prop_assert_eq!(read(&input).text, page.text);
    Ok(())
}

/// A page fixture: its name and its bytes.
struct Fixture {
    name: String,
    bytes: Vec<u8>,
}

static FIXTURES: LazyLock<Vec<Fixture>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut folders: Vec<_> =
        fs::read_dir(root).expect("the fixtures").map(|e| e.expect("an entry").path()).collect();
    folders.sort();
    folders
        .into_iter()
        .filter_map(|folder| {
            let mut files = fs::read_dir(&folder).ok()?.filter_map(|e| Some(e.ok()?.path()));
            let page = files.find(|p| p.file_stem().is_some_and(|s| s == "page"))?;
            let name = folder.file_name()?.to_string_lossy().into_owned();
            Some(Fixture { name, bytes: fs::read(page).ok()? })
        })
        .collect()
});

/// The fixtures that are HTML in UTF-8, so that they can be changed as text.
fn pages() -> Vec<(&'static str, &'static str)> {
    let text = |f: &'static Fixture| std::str::from_utf8(&f.bytes).ok().filter(|t| t.contains("</"));
    FIXTURES.iter().filter_map(|f| Some((f.name.as_str(), text(f)?))).collect()
}

fn of(html: &str) -> Page {
    read(&Input { bytes: html.as_bytes(), form: Form::Html, ..Input::default() })
}

/// What a page is read as, but for what is left aside.
fn reading(page: &Page) -> String {
    let blocks: Vec<_> = page.blocks.iter().map(|b| (b.role.word(), b.span.of(&page.text))).collect();
    format!("{:?} {:?} {:?} {:?} {:?}", page.kind, page.title, page.authors, page.agencies, blocks)
}

/// The days a page is dated by.
fn dated(page: &Page) -> String {
    let mut days: Vec<_> =
        page.dates.iter().map(|d| format!("{} {:?} {}", d.says.day(), d.bearing, d.weight)).collect();
    days.sort();
    days.join(", ")
}

/// A tag as written, apart from its attributes: `<a href=x class="y">` gives `<a`, its attributes and `>`.
fn attributes(tag: &str) -> Option<(&str, Vec<&str>, &str)> {
    let end = tag.strip_suffix("/>").or_else(|| tag.strip_suffix('>'))?;
    let name_end = end.find(char::is_whitespace)?;
    let (mut found, mut rest) = (Vec::new(), end[name_end..].trim());
    while !rest.is_empty() {
        let equals = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let length = match rest[equals..].strip_prefix('=') {
            None => equals,
            Some(value) => match value.chars().next() {
                Some(quote @ ('"' | '\'')) => equals + 2 + value[1..].find(quote)? + 1,
                _ => equals + 1 + value.find(char::is_whitespace).unwrap_or(value.len()),
            },
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    Some((&end[..name_end], found, &tag[end.len()..]))
}

/// A page with the attributes of every element in another order, and one more that says nothing.
fn with_attributes_turned(html: &str, by: usize) -> String {
    let mut out = String::with_capacity(html.len() + 1024);
    let mut rest = html;
    let mut raw: Option<&str> = None;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[..=end];
        rest = &rest[end + 1..];
        let lower = tag.to_ascii_lowercase();
        // What stands in scripts and styles is no markup.
        if let Some(name) = raw {
            if lower.starts_with(&format!("</{name}")) {
                raw = None;
            }
            out.push_str(tag);
            continue;
        }
        raw = ["script", "style", "title"].into_iter().find(|n| lower.starts_with(&format!("<{n}")));
        let even = |quote: char| tag.matches(quote).count().is_multiple_of(2);
        let quotes_close = even('"') && even('\'');
        match attributes(tag)
            .filter(|_| quotes_close && lower[1..].starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            Some((name, mut all, close)) => {
                let by = by % all.len().max(1);
                all.rotate_left(by);
                out.push_str(name);
                out.push_str(" data-v-5f3a");
                for attribute in all {
                    out.push(' ');
                    out.push_str(attribute);
                }
                out.push_str(if close == "/>" { " />" } else { close });
            }
            None => out.push_str(tag),
        }
    }
    out.push_str(rest);
    out
}

/// A page with white space before the elements that are blocks of their own.
fn with_space_between_blocks(html: &str, space: &str) -> String {
    const BLOCKS: [&str; 16] = [
        "<div",
        "</div>",
        "<p>",
        "<p ",
        "<section",
        "</section>",
        "<article",
        "</article>",
        "<ul",
        "</ul>",
        "<h2",
        "<h3",
        "<table",
        "<main",
        "<header",
        "<footer",
    ];
    let mut out = String::with_capacity(html.len() * 2);
    let (mut rest, mut raw) = (html, false);
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let opens_raw = ["<script", "<style", "<noscript"].iter().any(|t| rest.starts_with(t));
        let closes_raw = ["</script", "</style", "</noscript"].iter().any(|t| rest.starts_with(t));
        raw = (raw || opens_raw) && !closes_raw;
        if !raw && BLOCKS.iter().any(|b| rest.starts_with(b)) {
            out.push_str(space);
        }
        out.push('<');
        rest = &rest[1..];
    }
    out.push_str(rest);
    out
}

/// A list of teasers, each with a day younger than any page.
fn teasers(heading: &str, titles: &[String]) -> String {
    let mut items = String::new();
    for (i, title) in titles.iter().enumerate() {
        let _ = write!(
            items,
            "<li><a href=\"/later/{i}\">{title}</a> <time datetime=\"2034-05-0{}\">2034</time></li>",
            i + 1
        );
    }
    format!("<section class=\"related-articles\"><h2>{heading}</h2><ul>{items}</ul></section>")
}

/// Runs a property over every page fixture.
fn over_pages<T: std::fmt::Debug>(
    strategy: impl Strategy<Value = T>,
    property: impl Fn(&str, &str, &T) -> Result<(), TestCaseError>,
) {
    let pages = pages();
    assert!(pages.len() > 40, "{} pages", pages.len());
    for (name, html) in pages {
        TestRunner::new(Config { cases: 2, failure_persistence: None, ..Config::default() })
            .run(&strategy, |how| property(name, html, &how))
            .expect("the property");
    }
}

#[test]
fn the_order_of_attributes_says_nothing() {
    over_pages(0usize..4, |name, html, by| {
        let (plain, turned) = (of(html), of(&with_attributes_turned(html, *by)));
        prop_assert_eq!(reading(&turned), reading(&plain), "{}", name);
        prop_assert_eq!(dated(&turned), dated(&plain), "{}", name);
        Ok(())
    });
}

#[test]
fn space_between_blocks_says_nothing() {
    over_pages("[ \n\t]{1,12}", |name, html, space| {
        let (plain, spaced) = (of(html), of(&with_space_between_blocks(html, space)));
        prop_assert_eq!(reading(&spaced), reading(&plain), "{}", name);
        prop_assert_eq!(dated(&spaced), dated(&plain), "{}", name);
        Ok(())
    });
}

#[test]
fn teasers_below_an_article_are_left_aside() {
    let heading =
        prop_oneof![Just("Related articles"), Just("More stories"), Just("Read next"), Just("Most read")];
    let titles = proptest::collection::vec("[A-Z][a-z]{2,8}( [a-z]{2,9}){3,8}", 2..7);
    over_pages((heading, titles), |name, html, (heading, titles)| {
        let plain = of(html);
        // A list of articles only grows by more of them, and a wall is a wall while nothing else is on the page.
        if !matches!(plain.kind, PageKind::Article | PageKind::LiveBlog | PageKind::Stub) {
            return Ok(());
        }
        let Some(end) = html.rfind("</body>").or_else(|| html.rfind("</BODY>")) else { return Ok(()) };
        let below = of(&format!("{}{}{}", &html[..end], teasers(heading, titles), &html[end..]));
        prop_assert_eq!(reading(&below), reading(&plain), "{}", name);
        let published = |page: &Page| {
            let first = page.dates.iter().find(|d| d.bearing == reportedly_page::Bearing::Published);
            first.filter(|d| d.weight >= 40).map(|d| d.says.day())
        };
        // What the page itself says of its day holds, whatever the teasers say of theirs.
        if published(&plain).is_some() {
            prop_assert_eq!(published(&below), published(&plain), "{}", name);
        }
        Ok(())
    });
}

#[test]
fn pages_cut_anywhere_are_read() {
    let mut runner = TestRunner::new(Config { cases: 256, failure_persistence: None, ..Config::default() });
    let cut = (
        0..FIXTURES.len(),
        0.0..1.0f64,
        prop_oneof![Just(Form::Html), Just(Form::Flat), Just(Form::Unknown)],
    );
    runner
        .run(&cut, |(at, share, form)| {
            let bytes = &FIXTURES[at].bytes;
            check(&bytes[..(bytes.len() as f64 * share) as usize], form)
        })
        .expect("the property");
}

/// Pieces of pages, so that arbitrary pages are pages at all.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zé ,.]{0,80}",
        Just(
            "<p>The ferry to Kestrel Bay will run twice a day from Monday, the harbour office said.</p>"
                .to_owned()
        ),
        prop_oneof![
            Just("<div>"),
            Just("</div>"),
            Just("<article>"),
            Just("</p>"),
            Just("<br><br>"),
            Just("<table><tr><td>"),
            Just("</table>"),
            Just("<ul><li>"),
            Just("<h1>"),
            Just("</h1>"),
            Just("<h2>Most read</h2>"),
            Just("<a href=/x>"),
            Just("<aside class=related>"),
            Just("<figure><img src=a.jpg><figcaption>"),
            Just("<script type=application/ld+json>"),
            Just("{\"@type\":\"NewsArticle\",\"author\":[{\"name\":"),
            Just("</script>"),
            Just("<div style='display:none'>"),
            Just("<meta property=og:title content='"),
            Just("'>"),
            Just("&#"),
            Just("<!--"),
            Just("<b><i>"),
            Just("<svg>"),
        ]
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, Form::Html)?;
    }

    #[test]
    fn any_page_is_read(pieces in proptest::collection::vec(piece(), 0..60)) {
        check(pieces.concat().as_bytes(), Form::Html)?;
    }
}
