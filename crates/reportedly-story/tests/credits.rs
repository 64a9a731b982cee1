//! An agency that a text is credited to stands in its chain, wherever the credit stands, and is no further origin.

use reportedly_read::{Form, Input, Listing, read};
use reportedly_story::{Observation, Question, Story, stories};

const SAID: &str =
    "The ferry to Lune will stop sailing for good in June, transport minister Ulla Brandt said on Tuesday.";
const MORE: &str =
    "Brandt said that the ferry lost two million crowns last year and that no buyer had been found for it.";
const UNSAID: &str = "The ferry to Lune stops sailing for good in June after ninety years on the water. The last boat leaves \
    Lune at noon, and the pier is to become a car park.";
const MINISTER: &str = "Norvale's transport minister Ulla Brandt has announced that the ferry to Lune will stop sailing for good \
    in June, after ninety years.";
const TITLE: &str = "Ferry to Lune to stop sailing in June";

/// An article: its outlet, its day in May, its text, and whom its feed says that it is from.
fn article(outlet: &str, day: u8, text: &str, source: Option<&str>) -> Observation {
    let listing = Listing { source: source.map(str::to_owned), ..Listing::default() };
    let published = format!("2031-05-{day:02}");
    let reading = read(&Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        title: Some(TITLE),
        outlet: Some(outlet),
        published: Some(&published),
        listing: Some(&listing),
        ..Input::default()
    });
    Observation { id: format!("{outlet} {day}"), state: 1, path: None, reading }
}

/// The chain of each article, and how many origins the leading claim has.
fn told(articles: &[Observation]) -> (Vec<String>, usize) {
    let stories = stories(articles, &Question::default());
    assert_eq!(stories.len(), 1, "one story");
    let story: &Story = &stories[0];
    let chain = |chain: &[Option<String>]| {
        chain.iter().map(|link| link.as_deref().unwrap_or("?")).collect::<Vec<_>>().join(" ← ")
    };
    let mut chains: Vec<String> = story.articles.iter().map(|a| chain(&a.chain)).collect();
    chains.sort_unstable();
    (chains, story.claims[0].independent_origins)
}

#[test]
fn a_credit_is_a_link_of_the_chain() {
    let wire = || article("Harbour Wire", 6, &format!("{SAID}\n\n{MORE}"), None);
    let other = || article("Vremnik", 7, MINISTER, None);
    let text = format!("{SAID}\n\n{MORE} The pier is to become a car park.");
    for (what, text, source) in [
        ("dateline", format!("KESTREL BAY, May 6 (Harbour Wire) - {text}"), None),
        ("last line", format!("{text}\n\n(Harbour Wire)"), None),
        ("feed", text.clone(), Some("Harbour Wire")),
    ] {
        let gazette = || article("Kestrel Bay Gazette", 7, &text, source);
        let by_wire = "Kestrel Bay Gazette ← Harbour Wire ← Ulla Brandt".to_owned();
        let (own, minister) = ("Harbour Wire ← Ulla Brandt".to_owned(), "Vremnik ← Ulla Brandt".to_owned());
        let (chains, origins) = told(&[wire(), gazette(), other()]);
        assert_eq!((chains, origins), (vec![own, by_wire.clone(), minister.clone()], 1), "{what}");
        // A dateline and a feed name whom they name, known or not; a line alone only whom somebody knows.
        if what != "last line" {
            assert_eq!(
                told(&[gazette(), other()]),
                (vec![by_wire, minister], 1),
                "{what}, without the agency's own"
            );
        }
    }
}

#[test]
fn what_a_reprint_says_in_its_own_voice_is_the_agencys() {
    let wire = article("Harbour Wire", 6, UNSAID, None);
    let gazette = article(
        "Kestrel Bay Gazette",
        7,
        &format!("{UNSAID}\n\nNobody on the pier minded."),
        Some("Harbour Wire"),
    );
    let (chains, origins) = told(&[wire, gazette]);
    assert_eq!(origins, 1, "{chains:?}");
    assert!(chains.contains(&"Kestrel Bay Gazette ← Harbour Wire".to_owned()), "{chains:?}");
    // An outlet is no agency of its own.
    let (chains, _) =
        told(&[article("Harbour Wire", 6, &format!("LUNE (Harbour Wire) - {UNSAID}"), Some("Harbour Wire"))]);
    assert_eq!(chains, ["Harbour Wire"]);
}
