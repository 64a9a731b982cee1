//! Whose word a claim is, by way of whom.

use super::{Chain, of_story};
use crate::{
    Claim, Member, Observation, Stance,
    example::{Article, article, story},
    outlets::Outlets,
    texts,
};
use proptest::prelude::*;
use reportedly_said::{
    PartyKind::{Anonymous, Org, Outlet, Person},
    Status::{Denied, Happened, Planned, Possible},
};

fn links(chain: &[Option<String>]) -> String {
    chain.iter().map(|l| l.as_deref().unwrap_or("unknown")).collect::<Vec<_>>().join(" < ")
}

fn names(claim: &Claim) -> Vec<&str> {
    claim.origins.iter().filter_map(|o| o.name.as_deref()).collect()
}

fn claims_of(observations: &[Observation], members: &[Member]) -> (Vec<Claim>, Vec<Chain>) {
    let outlets = Outlets::of(observations.iter().filter_map(|o| o.reading.outlet.as_deref()));
    of_story(observations, members, &texts(observations, members), &outlets)
}

fn rumour() -> Vec<Article> {
    vec![
        article(
            "Tern Gazette",
            2,
            "Corrow ferry line may be sold to Blackfen",
            "The Corrow ferry line may be sold to Blackfen Shipping, two people close to the talks told Tern Gazette. \
             Rain fell on the quay.",
        )
        .says(
            &[(Anonymous, "two people close to the talks")],
            "The Corrow ferry line may be sold to Blackfen Shipping",
            Possible,
        ),
        article(
            "Osprey Wire",
            2,
            "Corrow ferry line may be sold - report",
            "The Corrow ferry line may be sold to Blackfen Shipping, Tern Gazette reported, citing two people close to the talks. \
             The islands have no bridge.",
        )
        .says(
            &[(Outlet, "Tern Gazette"), (Anonymous, "two people close to the talks")],
            "The Corrow ferry line may be sold to Blackfen Shipping",
            Possible,
        ),
        article(
            "Radio Merrin",
            3,
            "Ferry sale",
            "The Corrow ferry line may soon be sold to Blackfen Shipping. The islands have no bridge.",
        )
        .copies(1, Some("Osprey Wire")),
        article(
            "Merrin Mail",
            5,
            "\"No sale\": ferry owner on Blackfen",
            "The owner of the Corrow ferry line denied that it would be sold to Blackfen Shipping. \
             \"The ferry line stays with us,\" Ingrid Vail said.",
        )
        .says(&[(Person, "Ingrid Vail")], "it would be sold to Blackfen Shipping", Denied)
        .says(&[(Person, "Ingrid Vail")], "\"The ferry line stays with us,\"", Happened),
        article(
            "Tern Gazette",
            9,
            "Minister confirms sale of Corrow ferry line",
            "The Corrow ferry line will be sold to Blackfen Shipping, transport minister Abel Torne said on Monday.",
        )
        .says(
            &[(Person, "Abel Torne")],
            "The Corrow ferry line will be sold to Blackfen Shipping",
            Planned,
        ),
    ]
}

#[test]
fn a_rumour_that_is_denied_and_confirmed_has_two_origins_and_one_denier() {
    let (observations, members) = story(rumour());
    let (claims, chains) = claims_of(&observations, &members);
    assert_eq!(names(&claims[0]), ["two people close to the talks", "Abel Torne"]);
    assert_eq!(claims[0].independent_origins, 2);
    assert_eq!(claims[0].origins[0].via.as_deref(), Some("Tern Gazette"));
    assert_eq!(links(&chains[1]), "Osprey Wire < Tern Gazette < two people close to the talks");
    // The copy credits the wire it came by.
    assert_eq!(
        links(&chains[2]),
        "Radio Merrin < Osprey Wire < Tern Gazette < two people close to the talks"
    );
    assert!(chains[3].is_empty(), "who denies a claim does not carry it");
    assert_eq!(names(&claims[1]), ["Ingrid Vail"]);
    assert!(claims[1].articles.iter().all(|c| c.stance == Stance::Denies));
}

#[test]
fn outlets_that_cite_each_other_are_no_origins() {
    let text = |from: &str| {
        format!("The lighthouse on Skarn may have been moved, {from} reports, quoting a one-time keeper.")
    };
    let content = "The lighthouse on Skarn may have been moved";
    let told = |outlet: &str, day, from: &str| {
        article(outlet, day, "Was the Skarn lighthouse moved?", &text(from)).says(
            &[(Outlet, from), (Anonymous, "a one-time keeper")],
            content,
            Possible,
        )
    };
    let (observations, members) =
        story(vec![told("Skarn Post", 6, "Harbour Leaf"), told("Harbour Leaf", 7, "Skarn Post")]);
    let (claims, _) = claims_of(&observations, &members);
    assert_eq!((names(&claims[0]), claims[0].independent_origins), (vec!["a one-time keeper"], 1));

    let first = article(
        "Island Sentinel",
        4,
        "Lighthouse on Skarn may have been moved",
        "The lighthouse on Skarn may have been moved, a former keeper told Island Sentinel.",
    )
    .says(&[(Anonymous, "a former keeper")], content, Possible);
    let (observations, members) =
        story(vec![first, told("Skarn Post", 6, "Harbour Leaf"), told("Harbour Leaf", 7, "Skarn Post")]);
    let (claims, _) = claims_of(&observations, &members);
    assert_eq!((names(&claims[0]), claims[0].independent_origins), (vec!["a former keeper"], 1));
}

#[test]
fn an_article_that_names_only_an_outlet_has_that_outlets_origin() {
    let content = "the Penhale mine will close";
    let (observations, members) = story(vec![
        article(
            "Penhale Star",
            3,
            "Penhale mine to close",
            "An engineer told Penhale Star that the Penhale mine will close.",
        )
        .says(&[(Anonymous, "An engineer")], content, Planned),
        article(
            "Moor News",
            4,
            "Penhale mine to close",
            "Penhale Star reported that the Penhale mine will close.",
        )
        .says(&[(Outlet, "Penhale Star")], content, Planned),
        article(
            "Chough Radio",
            4,
            "Penhale mine to close",
            "The county said that the Penhale mine will close.",
        )
        .says(&[(Org, "The county")], content, Planned),
    ]);
    let (claims, chains) = claims_of(&observations, &members);
    assert_eq!(names(&claims[0]), ["An engineer", "The county"]);
    // The page's own chain ends where the page ends it.
    assert_eq!(links(&chains[1]), "Moor News < Penhale Star");
}

#[test]
fn whom_an_outlet_spoke_to_stands_for_the_outlet() {
    let content = "The Penhale mine may close";
    let (observations, members) = story(vec![
        article(
            "Chough Radio",
            3,
            "Penhale mine may close",
            "The Penhale mine may close, Moor News reported.",
        )
        .says(&[(Outlet, "Moor News")], content, Possible),
        article(
            "Penhale Star",
            4,
            "Penhale mine may close",
            "The Penhale mine may close, Moor News reported, citing a banker.",
        )
        .says(&[(Outlet, "Moor News"), (Anonymous, "a banker")], content, Possible),
    ]);
    let (claims, _) = claims_of(&observations, &members);
    assert_eq!((names(&claims[0]), claims[0].independent_origins), (vec!["a banker"], 1));
    assert_eq!(claims[0].origins[0].via.as_deref(), Some("Moor News"));
}

#[test]
fn reporters_who_saw_it_are_an_origin() {
    let (observations, members) = story(vec![
        article(
            "Vane Wire",
            3,
            "Crane falls on Lorrow quay",
            "A crane fell on Lorrow quay, the fire brigade said.",
        )
        .says(&[(Org, "the fire brigade")], "A crane fell on Lorrow quay", Happened),
        article(
            "Coast TV",
            3,
            "Crane falls on quay",
            "Our reporter Jan Pell was filming and saw the crane fall on Lorrow quay.",
        ),
    ]);
    let (claims, chains) = claims_of(&observations, &members);
    assert_eq!(names(&claims[0]), ["the fire brigade", "Coast TV"]);
    assert_eq!(links(&chains[1]), "Coast TV");
}

#[test]
fn what_says_nothing_makes_no_claim() {
    let (observations, members) = story(vec![article("Vane Wire", 3, "", ""), article("", 3, "", "\n\n")]);
    let (claims, chains) = claims_of(&observations, &members);
    assert!(claims.is_empty());
    assert_eq!(chains.len(), 2);
}

proptest! {
    #[test]
    fn the_order_of_articles_of_one_day_does_not_matter_to_the_origins(swap in 0_usize..2) {
        let mut articles = rumour();
        articles.swap(0, swap);
        if swap == 1 {
            articles[2] = article("Radio Merrin", 3, "Ferry sale", "The islands have no bridge.").copies(0, None);
        }
        let (observations, members) = story(articles);
        let (claims, _) = claims_of(&observations, &members);
        prop_assert_eq!(claims[0].independent_origins, 2);
    }

    #[test]
    fn any_words_are_taken(title in "\\PC{0,40}", text in "\\PC{0,200}", again in "\\PC{0,60}") {
        let articles = vec![article("Vane Wire", 3, &title, &text), article(&again, 4, &again, &text)];
        let (observations, members) = story(articles);
        let (claims, chains) = claims_of(&observations, &members);
        prop_assert_eq!(chains.len(), 2);
        for claim in claims {
            prop_assert!(claim.independent_origins <= claim.origins.len());
        }
    }
}
