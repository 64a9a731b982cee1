//! What a reader of the names relies on.

use proptest::prelude::*;
use reportedly_names::{Gender, NameKind, Names, read};
use reportedly_text::{Language, analyse};

fn names(text: &str) -> Names {
    read(&analyse(text, Language::EN))
}

/// Every mention as "kind:words", in order.
fn found(text: &str) -> Vec<String> {
    names(text).mentions.iter().map(|m| format!("{}:{}", m.kind.word(), m.span.of(text))).collect()
}

#[test]
fn names_are_found_with_their_kind() {
    let check = |text: &str, want: &[&str]| assert_eq!(found(text), want, "{text}");
    check("Mayor Elena Marsh resigned in Norvale on Tuesday.", &["person:Elena Marsh", "place:Norvale"]);
    check(
        "The Norvale Port Authority has sued Lomax Industries.",
        &["org:Norvale Port Authority", "org:Lomax Industries"],
    );
    check(
        "Petra Lomax told the Harbour Wire that she would stay.",
        &["person:Petra Lomax", "outlet:Harbour Wire"],
    );
    check("Reuters reported the sale, citing two officials in Berlin.", &["outlet:Reuters", "place:Berlin"]);
    check(
        "According to the Evening Beacon, Dr. Piet Hollander has left Germany.",
        &["outlet:Evening Beacon", "person:Piet Hollander", "place:Germany"],
    );
    check("Nothing of note happened.", &[]);
}

#[test]
fn titles_articles_and_possessives_stay_outside() {
    let check = |text: &str, want: &str| {
        assert!(found(text).iter().any(|n| n == want), "{want} in {text}: {:?}", found(text));
    };
    check("Foreign Minister Ivo Brandt's visit was short.", "person:Ivo Brandt");
    check("President Ada Quill will not run again.", "person:Ada Quill");
    check("The United Nations' envoy spoke.", "org:United Nations");
    check("He met the U.S. Secretary of State, John Arlo, in Paris.", "person:John Arlo");
}

#[test]
fn mentions_of_one_are_joined() {
    let check = |text: &str, pairs: &[(usize, usize)]| {
        let names = names(text);
        for (a, b) in pairs {
            let (Some(a), Some(b)) = (names.mentions.get(*a), names.mentions.get(*b)) else {
                panic!("{:?} in {text}", found(text));
            };
            assert_eq!(a.entity, b.entity, "{:?} in {text}", found(text));
        }
    };
    check("Elena Marsh spoke. The bridge is safe, Marsh said.", &[(0, 1)]);
    check("The European Commission (EC) agreed. The EC met again.", &[(0, 1), (0, 2)]);
    check("The United States and Canada signed. The US will pay.", &[(0, 2)]);
    check(
        "The Norvale Courier reported it. \"No,\" the paper said. The Norvale Courier stood by it.",
        &[(0, 1)],
    );
}

#[test]
fn a_person_has_the_longest_name_and_a_gender() {
    let check = |text: &str, name: &str, gender: Option<Gender>| {
        let names = names(text);
        let person = names.entities.iter().find(|e| e.kind == NameKind::Person);
        assert_eq!(person.map(|e| (e.name.as_str(), e.gender)), Some((name, gender)), "{text}");
    };
    check("Marsh left early. Elena Marsh was ill.", "Elena Marsh", Some(Gender::Female));
    check("Mr Tarn Okafor spoke.", "Tarn Okafor", Some(Gender::Male));
    check("Senator Vey Okafor said she would vote.", "Vey Okafor", Some(Gender::Female));
    check("Senator Vey Okafor voted.", "Vey Okafor", None);
}

#[test]
fn without_tables_there_are_no_names() {
    let text = "Elena Marsh wohnt in Berlin.";
    let german = Language::from_tag("de").unwrap_or(Language::EN);
    assert_eq!(read(&analyse(text, german)), Names::default());
}

proptest! {
    #[test]
    fn mentions_and_entities_agree(text in "([A-Z]?[a-z]{0,6}|[A-Z]{2,4}|The|of|Marsh|Elena|Post|Reuters|\\(|\\)|[.,’\"é\n 0-9])( ([A-Z]?[a-z]{0,6}|[A-Z]{2,4}|The|of|Marsh|Elena|Post|Reuters|Dr.|\\(|\\)|[.,’\"é\n 0-9])){0,40}") {
        let names = names(&text);
        for pair in names.mentions.windows(2) {
            prop_assert!(pair[0].span.end <= pair[1].span.start);
        }
        for mention in &names.mentions {
            prop_assert!(!mention.span.of(&text).is_empty());
            prop_assert_eq!(names.entities[mention.entity].kind, mention.kind);
        }
        let mut seen: Vec<usize> = names.entities.iter().flat_map(|e| e.mentions.clone()).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..names.mentions.len()).collect::<Vec<_>>());
        for (e, entity) in names.entities.iter().enumerate() {
            prop_assert!(!entity.mentions.is_empty());
            prop_assert!(entity.mentions.iter().all(|m| names.mentions[*m].entity == e));
        }
    }

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,200}") {
        names(&text);
    }
}

#[test]
fn outlets_nobody_has_heard_of_are_told_by_what_stands_around_them() {
    let check = |text: &str, want: &str| {
        assert!(found(text).iter().any(|n| n == want), "{want} in {text}: {:?}", found(text));
    };
    check("The sale was first reported by Quarry Business.", "outlet:Quarry Business");
    check("She told the weekly Tideline that she would appeal.", "outlet:Tideline");
    check("Radio Cobalt, quoting two nurses, put the figure at nine.", "outlet:Radio Cobalt");
    check("Citing the Velm News Agency, he denied it.", "outlet:Velm News Agency");
    check("Citing the Tideline newspaper, he denied it.", "outlet:Tideline");
}

#[test]
fn what_describes_a_noun_is_not_the_outlet_that_somebody_cites() {
    for text in [
        "The paper set the date for Monday, citing a Velmish diplomat.",
        "\"It is over,\" a friend told the Ostwick daily.",
        "The plan was first reported by Velmish media on Friday.",
    ] {
        assert!(!found(text).iter().any(|n| n.starts_with("outlet:")), "{text}: {:?}", found(text));
    }
}

#[test]
fn people_are_told_by_what_they_do_and_places_by_what_they_have() {
    let check = |text: &str, want: &str| {
        assert!(found(text).iter().any(|n| n == want), "{want} in {text}: {:?}", found(text));
    };
    check("\"It will hold,\" said engineer Osk Tarrow.", "person:Osk Tarrow");
    check("Ostwick's finance ministry sold the mill.", "place:Ostwick");
    check("The fire began near Washington, D.C. on Monday.", "place:Washington, D.C.");
    check("Brandt Metals will close the foundry.", "org:Brandt Metals");
}
