//! Work grows no faster than the page: eight times the page must not take sixty-four times the work.
//!
//! Work is processor time of this thread, and one size is compared with another in the same run: how fast or how busy
//! a machine is makes no difference.

use cpu_time::ThreadTime;
use reportedly_read::{Form, Input, read};
use std::time::Duration;

/// Bytes of the smaller page.
const BYTES: usize = 24_000;
/// How many times larger the other one is.
const LARGER: usize = 8;
/// How many times the work it may take: linear work is eight times as much, quadratic work sixty-four times.
const MOST: u32 = 20;
/// Work that is too little to compare: it passes however it grows.
const TOO_LITTLE: Duration = Duration::from_millis(1);
/// A measurement that fails is made again: a busy machine can slow one down, but not what is quadratic up.
const TRIES: usize = 4;

fn work(page: &str, form: Form) -> Duration {
    let input = Input { bytes: page.as_bytes(), form, ..Input::default() };
    let start = ThreadTime::now();
    let reading = read(&input);
    let took = start.elapsed();
    drop(reading);
    took
}

type Shape<'s> = (&'s str, &'s dyn Fn(usize) -> String);

fn check(form: Form, shapes: &[Shape<'_>]) {
    for (name, piece) in shapes {
        let page = |bytes: usize| {
            let mut page = String::with_capacity(bytes + 200);
            let mut i = 0;
            while page.len() < bytes {
                page.push_str(&piece(i));
                i += 1;
            }
            page
        };
        let (small, large) = (page(BYTES), page(BYTES * LARGER));
        // Tables are loaded by whoever comes first.
        work(&small, form);
        let mut measured = Vec::new();
        let grows = !(0..TRIES).any(|_| {
            let (once, more) = (work(&small, form), work(&large, form));
            measured.push((once, more));
            more < once.max(TOO_LITTLE) * MOST
        });
        assert!(
            !grows,
            "{name}: {LARGER} times the page takes more than {MOST} times the work: {measured:?}"
        );
    }
}

/// A number as a word with a capital: one letter for each of its digits.
fn word(n: usize) -> String {
    "N".chars().chain(n.to_string().chars().map(|digit| char::from(b'a' + digit as u8 - b'0'))).collect()
}

#[test]
fn clean_text() {
    let shapes: &[Shape<'_>] = &[
        ("relays", &|_| "Reuters told CNN reported ".to_owned()),
        ("relays in sentences", &|_| {
            "Reuters reported, citing CNN, that the BBC was told by sources that it rains. ".to_owned()
        }),
        ("according to", &|_| "according to officials, according to the Courier, ".to_owned()),
        ("he said", &|_| "he said ".to_owned()),
        ("said that", &|_| "X said that ".to_owned()),
        ("one sentence", &|_| "and the minister said on Monday that Kestrel Bay would reopen, ".to_owned()),
        ("quotations", &|_| "\"No,\" he said. “It is so. ".to_owned()),
        ("open quotations", &|_| "“It rains \"and 'snows ".to_owned()),
        ("quotation paragraphs", &|_| "“It rains and it snows on the quay today.\n\n".to_owned()),
        ("different names", &|i| {
            format!("Anna {} told {} Marsh of {} Ltd. ", word(i), word(i * 7 + 3), word(i * 3))
        }),
        ("different speakers", &|i| format!("Mr {} said so. She agreed. They said it. ", word(i))),
        ("one name", &|_| "Anna Marsh Marsh Anna ".to_owned()),
        ("capitals", &|_| "Kestrel ".to_owned()),
        ("acronyms", &|i| format!("the {} Board (KB{i}) ", word(i))),
        ("roles", &|i| format!("The director of {} said he agreed. The director said no. ", word(i))),
        ("dates", &|i| format!("on {} March {} ", i % 28 + 1, 1900 + i % 200)),
        ("durations", &|i| format!("the last {i} days of next year, two weeks ago ")),
        ("numbers", &|i| format!("{i}.{i}:{i}-{i}/{i},")),
        ("signs", &|_| "$ % ( ) — … ".to_owned()),
        ("events", &|_| {
            "It opened, closed, burned and was rebuilt after the fire and the flood. ".to_owned()
        }),
        ("one word", &|_| "a".to_owned()),
        ("lines", &|_| "a\n".to_owned()),
    ];
    check(Form::Text, shapes);
}

#[test]
fn flat_pages() {
    let shapes: &[Shape<'_>] = &[
        ("one line", &|_| "the harbour was quiet and ".to_owned()),
        ("lines of a word", &|_| "quay\n".to_owned()),
        ("different lines", &|i| format!("The harbour reopens after storm {i}\n")),
        ("paragraphs", &|i| {
            format!("The harbour master said on Monday that quay {i} would reopen within a week.\n\n")
        }),
        ("headings", &|_| "Related Articles\nMost read\n".to_owned()),
        ("captions", &|i| format!("The quay {i}. (Olan Feld / AFP)\nPhoto: Olan Feld\n")),
        ("date lines", &|i| format!("{} March 2031 10:00\nBy Petra Lomax\n", i % 28 + 1)),
        ("NUL bytes", &|_| "a\0\u{feff}".to_owned()),
    ];
    check(Form::Flat, shapes);
}

#[test]
fn markup() {
    let shapes: &[Shape<'_>] = &[
        ("nested", &|_| "<div>".to_owned()),
        ("nested, all different", &|i| format!("<x{i}>a")),
        ("formatting", &|i| format!("<b id={i}>a")),
        ("formatting and paragraphs", &|_| "<p><b><i>a".to_owned()),
        ("tables", &|_| "<table><tr><td>a".to_owned()),
        ("text in tables", &|_| "<table>a<tr>".to_owned()),
        ("cells", &|i| format!("<tr><td>Quay {i}")),
        ("lists of links", &|i| format!("<ul><li><a href=/{i}>The harbour reopens after storm {i}</a></ul>")),
        ("paragraphs", &|i| {
            format!("<p>The harbour master said on Monday that quay {i} would reopen within a week.</p>")
        }),
        ("news", &|i| {
            format!(
                "<p>Petra Lomax told The Norvale Courier on 3 March 2031 that berth {i} would reopen.</p>"
            )
        }),
        ("words without tags", &|_| "the harbour was quiet and ".to_owned()),
        ("breaks", &|_| "quay<br>".to_owned()),
        ("brackets", &|_| "<".to_owned()),
        ("references", &|_| "&notin;&#x26;&amp".to_owned()),
        ("comments", &|_| "<!-- - -->".to_owned()),
        ("attributes", &|i| format!("<p a{i}=1 b{i}=2>a")),
        ("meta", &|i| format!("<meta property='article:tag' content='{i}'>")),
        ("pictures", &|i| {
            format!(
                "<figure><img src=/{i}.jpg alt='Quay {i}'><figcaption>The quay {i}.</figcaption></figure>"
            )
        }),
        ("sources of pictures", &|i| {
            format!("<picture><source srcset='/{i}.jpg 1x, /{i}b.jpg 2x'><img src=/{i}.jpg></picture>")
        }),
        ("times", &|i| format!("<time datetime=2031-03-04>4 March 2031</time> Quay {i}. ")),
        ("bylines", &|i| format!("<p class=byline>By Petra {}</p><h1>The quay reopens {i}</h1>", word(i))),
        ("headings", &|i| format!("<h2>The quay {i}</h2>")),
        ("JSON-LD", &|i| {
            let author = word(i);
            [
                "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"author\":\"Anna ",
                &author,
                "\"}</script>",
            ]
            .concat()
        }),
        ("sections", &|i| {
            format!(
                "<section class='related c{i}'><p>The harbour was quiet on the day after it.</p></section>"
            )
        }),
        ("dates of data", &|i| {
            format!("<meta property='article:published_time' content='20{:02}-03-{:02}'>", i % 40, i % 28 + 1)
        }),
        ("dates of properties", &|i| {
            format!("<time itemprop=datePublished datetime=20{:02}-03-{:02}>a</time>", i % 40, i % 28 + 1)
        }),
        ("dated captions", &|i| {
            format!("<figure><figcaption>Quay {i}, {} March 2031.</figcaption></figure>", i % 28 + 1)
        }),
        ("authors of properties", &|i| {
            format!("<span itemprop=author><b itemprop=name>Anna {}</b></span>", word(i))
        }),
        ("headers", &|i| format!("<header><div>{} March 2031</div>", i % 28 + 1)),
        ("nested bylines", &|_| "<div class=author><i></i>".to_owned()),
        ("nested dates", &|_| "<div class=date><i></i>".to_owned()),
        ("lists of JSON-LD", &|i| {
            [
                "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"author\":[{\"name\":\"Anna ",
                &word(i),
                "\"},{\"name\":\"Jon Marsh\"}],\"image\":[\"/a.jpg\",\"/b.jpg\"]}</script>",
            ]
            .concat()
        }),
        ("hidden", &|_| {
            "<div style='display:none'><p>The harbour was quiet on the day after.</p></div>".to_owned()
        }),
        ("articles", &|i| {
            format!("<article><h2>Quay {i}</h2><p>The harbour was quiet after it.</p></article>")
        }),
    ];
    check(Form::Html, shapes);
}
