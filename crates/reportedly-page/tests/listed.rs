//! Pages read together with what a feed or a sitemap says of them.

use proptest::prelude::*;
use reportedly_page::{Form, Input, Listing, ListingKind, Page, PageKind, Role, read};

const URL: &str = "https://www.quaygazette.example/2031/crane-falls";
const TITLE: &str = "Crane falls across the tracks at quay four";
const SENTENCES: [&str; 8] = [
    "A crane fell across the tracks at quay four on Tuesday and stopped all freight trains to Lune until the evening.",
    "Nobody was hurt, said harbour master Petra Lomax, since the morning shift had just gone to breakfast.",
    "The crane, built in 1988, was to be replaced next year by one from a yard in Velm, she said.",
    "Railway workers cut the jib into three parts and lifted them from the rails with two smaller cranes.",
    "Some forty trains were turned back at Ostwick, and the ferry company offered lorry drivers free coffee.",
    "An inspector had warned in January that two bolts at the foot of the mast were loose and ought to be replaced.",
    "The port authority said that it had ordered the bolts in February and was still waiting for them.",
    "Work on the other cranes of the quay goes on, though no faster than the wind allows, Lomax said.",
];

/// The article in paragraphs, as many as asked for.
fn paragraphs(sentences: usize) -> String {
    SENTENCES.iter().take(sentences).flat_map(|s| ["<p>", s, "</p>"]).collect()
}

/// The article on a page of its own.
fn page(body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><title>{TITLE} | Quay Gazette</title>\
         <meta property=og:site_name content='Quay Gazette'><meta property=og:type content=article>\
         <nav><a href=/>Home</a> <a href=/sport>Sport</a></nav><article><h1>{TITLE}</h1>{body}</article>\
         <footer>© 2031 Quay Gazette</footer></html>"
    )
}

fn feed(text: &str, whole: bool) -> Listing {
    Listing { title: Some(TITLE.to_owned()), text: Some(text.to_owned()), whole, ..Listing::default() }
}

fn listed(html: &str, listing: &Listing) -> Page {
    let fetched = Some("2031-03-05T12:00:00Z".parse().expect("an instant"));
    read(&Input {
        bytes: html.as_bytes(),
        form: Form::Html,
        url: Some(URL),
        fetched,
        listing: Some(listing),
        ..Input::default()
    })
}

/// Whether the text is the feed's: a diagnostic says so.
fn is_of_feed(page: &Page) -> bool {
    page.diagnostics.iter().any(|d| d.starts_with("text: ") && d.contains("the feed"))
}

#[test]
fn whichever_gives_more_of_the_article_gives_the_text() {
    let whole = paragraphs(8);
    let wall = format!("{}<div class=paywall>Subscribe to continue reading.</div>", paragraphs(1));
    let teaser = format!("{}… <a href={URL}>Continue reading</a>", &SENTENCES[0][..80]);
    let other = "<p>This site uses scripts. Please allow them and load the page again.</p>";
    for (what, html, text, is_whole, of_feed, kind, sentences) in [
        ("a page that has all", page(&whole), paragraphs(8), true, false, PageKind::Article, 8),
        ("a page that has more", page(&whole), paragraphs(2), false, false, PageKind::Article, 8),
        ("a teaser of a page", page(&whole), teaser.clone(), false, false, PageKind::Article, 8),
        ("a wall after a sentence", page(&wall), whole.clone(), true, true, PageKind::Article, 8),
        ("a whole called a summary", page(&wall), whole.clone(), false, true, PageKind::Article, 8),
        ("a beginning of a page", page(&paragraphs(3)), whole.clone(), true, true, PageKind::Article, 8),
        ("a longer beginning", page(&wall), format!("{}…", paragraphs(3)), false, true, PageKind::Stub, 3),
        ("no page at all", String::new(), whole.clone(), true, true, PageKind::Article, 8),
        ("no page and a teaser", String::new(), teaser.clone(), false, true, PageKind::Stub, 0),
        ("no page and a short item", String::new(), paragraphs(1), true, true, PageKind::Article, 1),
        (
            "an error",
            "<title>404 Not found</title><h1>Not found</h1>".to_owned(),
            whole.clone(),
            true,
            true,
            PageKind::Article,
            8,
        ),
        ("words for machines", page(other), whole.clone(), true, true, PageKind::Article, 8),
        ("no words at all", page("<div id=app></div>"), whole.clone(), false, true, PageKind::Article, 8),
    ] {
        let page = listed(&html, &feed(&text, is_whole));
        assert_eq!(
            (is_of_feed(&page), page.kind),
            (of_feed, kind),
            "{what}: {:?} {}",
            page.diagnostics,
            page.text
        );
        for (i, sentence) in SENTENCES.iter().enumerate() {
            assert_eq!(page.text.contains(sentence), i < sentences, "{what}: {sentence}: {}", page.text);
        }
        assert_eq!(page.title.as_deref(), Some(TITLE), "{what}");
        assert!(!page.text.contains("Continue") && !page.text.contains("scripts"), "{what}: {}", page.text);
        let mut end = 0;
        for block in &page.blocks {
            assert!(block.role.is_text() && block.span.start >= end, "{what}");
            end = block.span.end;
        }
        assert_eq!(end, page.text.len(), "{what}");
    }
}

#[test]
fn another_article_that_a_feed_has_does_not_replace_the_pages() {
    let html = page(&paragraphs(8));
    let other =
        "<p>The lighthouse at Cape Illin is to be painted, said the keeper, and the paint is white.</p>"
            .repeat(3);
    assert!(!is_of_feed(&listed(&html, &feed(&other, true))));
    // A comment is its writer's.
    let listing = Listing { authors: vec!["Wren Tallis".to_owned()], ..feed(&paragraphs(8), true) };
    let url = format!("{URL}#comment-17");
    let bytes = page(&paragraphs(1));
    let input =
        Input { bytes: bytes.as_bytes(), url: Some(&url), listing: Some(&listing), ..Input::default() };
    let page = read(&input);
    assert!(!is_of_feed(&page) && page.authors.is_empty(), "{:?}", page.authors);
}

#[test]
fn clean_text_stays_as_it_is() {
    let listing = feed(&paragraphs(8), true);
    let input =
        Input { bytes: b"A crane fell.\n", form: Form::Text, listing: Some(&listing), ..Input::default() };
    assert_eq!(read(&input).text, "A crane fell.\n");
}

#[test]
fn what_feeds_put_around_a_text_is_left_aside() {
    let body = paragraphs(2);
    for (text, aside) in [
        (
            format!(
                "{body}<p>The post <a href={URL}>{TITLE}</a> appeared first on <a href=/>Quay Gazette</a>.</p>"
            ),
            "appeared first",
        ),
        (
            format!(
                "{body}<p>Der Beitrag <a href={URL}>{TITLE}</a> erschien zuerst auf <a href=/>Quay Gazette</a>.</p>"
            ),
            "erschien zuerst",
        ),
        (format!("{body}<a href={URL}>Continue reading...</a>"), "Continue reading"),
        (format!("{body}<p><a href={URL}>Read more »</a></p>"), "Read more"),
        (format!("{body}<p><a href=https://share.example/a>Share this on Murmur</a></p>"), "Murmur"),
        (format!("<h1>{TITLE}</h1>{body}"), TITLE),
        (format!("{body}<img src=https://count.example/pixel.gif width=1 height=1>"), ""),
        (format!("{body}<script>track('Murmur')</script><style>p {{}}</style>"), ""),
    ] {
        let page = listed("", &feed(&text, true));
        assert_eq!(page.text, SENTENCES[..2].join("\n\n"), "{text}");
        assert!(
            page.other.iter().any(|o| o.text.contains(aside)) || aside.is_empty(),
            "{aside}: {:?}",
            page.other
        );
        assert!(page.images.is_empty(), "{:?}", page.images);
    }
}

#[test]
fn a_feeds_text_has_its_parts() {
    let text = format!(
        "<p>{}</p><h2>What next</h2><ul><li>The jib goes to Velm on Friday, and the mast with it.</li>\
         <li>The bolts come in May.</li></ul><blockquote><p>We were lucky, and we know it.</p></blockquote>\
         <figure><img src=/crane.jpg><figcaption>The crane on Tuesday. Photo: I. Sorin</figcaption></figure><p>{}</p>",
        SENTENCES[0], SENTENCES[1]
    );
    let page = listed("", &feed(&text, true));
    let roles: Vec<Role> = page.blocks.iter().map(|b| b.role).collect();
    let want = [Role::Paragraph, Role::Subhead, Role::ListItem, Role::ListItem, Role::Quote, Role::Paragraph];
    assert_eq!(roles, want, "{}", page.text);
    assert_eq!(page.images[0].caption.as_deref(), Some("The crane on Tuesday."));
    // Text without tags has a paragraph a line.
    let page = listed("", &feed("A crane fell at noon.\n\nNobody was hurt.", true));
    assert_eq!(page.text, "A crane fell at noon.\n\nNobody was hurt.");
}

#[test]
fn title_outlet_language_and_authors_come_from_outside_where_the_page_has_none() {
    let listing = Listing {
        title: Some(format!("{TITLE} - Quay Gazette")),
        authors: vec!["By Ada Quill and Ben Soames".to_owned(), "admin".to_owned()],
        outlet: Some("Quay Gazette | The news of the port".to_owned()),
        language: Some("de".to_owned()),
        ..Listing::default()
    };
    let bare = listed("<p>A crane fell.</p>", &listing);
    assert_eq!(bare.title.as_deref(), Some(TITLE));
    assert_eq!(
        (bare.outlet.as_deref(), bare.authors.as_slice()),
        (Some("Quay Gazette"), &["Ada Quill".to_owned(), "Ben Soames".to_owned()][..])
    );
    let html = page(&paragraphs(4)).replace("<h1>", "<meta name=author content='Petra Vance'><h1>");
    let own = listed(&html, &Listing { outlet: Some("Another".to_owned()), ..listing });
    assert_eq!(own.title.as_deref(), Some(TITLE));
    assert_eq!(
        (own.outlet.as_deref(), own.authors.as_slice()),
        (Some("Quay Gazette"), &["Petra Vance".to_owned()][..])
    );
    assert_eq!(own.language.map(|l| l.code().to_owned()).as_deref(), Some("en"));
}

#[test]
fn sources_and_credits_are_agencies_and_the_publisher_is_none() {
    let agencies = |source: &str, source_url: &str, credits: &[&str], authors: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        let given = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        let listing = Listing {
            source: given(source),
            source_url: given(source_url),
            credits: owned(credits),
            authors: owned(authors),
            ..Listing::default()
        };
        listed(&page(&paragraphs(8)), &listing).agencies.join(", ")
    };
    assert_eq!(agencies("Harbour Wire", "https://harbourwire.example/feed", &[], &[]), "Harbour Wire");
    assert_eq!(
        agencies("Harbour Wire via Quay Gazette", "", &["© dpa"], &["Reuters"]),
        "Reuters, Harbour Wire, dpa"
    );
    // Feeds of many outlets' items name the outlet itself; rights are mostly its own.
    assert_eq!(
        agencies("Quay Gazette - Port", "https://quaygazette.example/feed", &["© 2031 Quay Gazette"], &[]),
        ""
    );
    assert_eq!(
        agencies("The port in brief", "https://quaygazette.example/feed", &["Ada Quill"], &["Ada Quill"]),
        ""
    );
    // With no outlet on the page, the source of its own site is it.
    let listing = Listing {
        source: Some("Quay Gazette".to_owned()),
        source_url: Some("https://quaygazette.example".to_owned()),
        ..Listing::default()
    };
    let page = listed("<p>A crane fell.</p>", &listing);
    assert_eq!((page.outlet.as_deref(), page.agencies.len()), (Some("Quay Gazette"), 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Any listing with any page: reading ends, and the text is its blocks with blank lines between them.
    #[test]
    fn any_listing_may_come_with_any_page(
        html in "(<p>|<div class=paywall>|<article>|404|Subscribe|A crane fell at noon\\. |\\PC|\n){0,20}",
        text in "(<p>|</p>|<a href=x>|</a>|<li>|<h1>|<img src=a>|Read more|…|&lt;|A crane fell at noon\\. |\\PC|\n){0,30}",
        words in prop::collection::vec("(Harbour Wire|Reuters| via |©|2031-03-0[1-9]| - |\\PC){0,4}", 8),
        whole: bool,
        feed: bool,
        form in 0_usize..4,
    ) {
        let some = |i: usize| Some(words[i].clone());
        let listing = Listing {
            kind: if feed { ListingKind::Feed } else { ListingKind::Sitemap },
            title: some(0),
            text: Some(text),
            whole,
            published: some(1),
            updated: some(2),
            authors: vec![words[3].clone()],
            source: some(4),
            source_url: some(5),
            credits: vec![words[6].clone()],
            outlet: some(7),
            language: some(0),
        };
        let form = [Form::Unknown, Form::Html, Form::Flat, Form::Text][form];
        let input =
            Input { bytes: html.as_bytes(), form, url: Some(URL), listing: Some(&listing), ..Input::default() };
        let page = read(&input);
        if form != Form::Text {
            let mut end = 0;
            for (i, block) in page.blocks.iter().enumerate() {
                prop_assert!(block.role.is_text() && !block.span.of(&page.text).trim().is_empty());
                prop_assert_eq!(&page.text[end..block.span.start], if i == 0 { "" } else { "\n\n" });
                end = block.span.end;
            }
            prop_assert_eq!(end, page.text.len());
        }
        prop_assert!(page.other.iter().all(|o| !o.role.is_text()));
        for date in &page.dates {
            prop_assert!(date.span.is_none_or(|s| page.text.get(s.start..s.end).is_some()));
        }
        prop_assert_eq!(format!("{:?}", read(&input)), format!("{page:?}"));
    }
}
