//! What is for a claim, what is against it, and what is neither: sentences as they stand in articles.

use super::of_story;
use crate::{Observation, Stance, outlets::Outlets, texts};
use reportedly_read::{Form, Input, read};

/// Where the opening sentence of a third article stands to the claim with which two others open.
fn side(claim: &str, other: &str) -> &'static str {
    let observe = |(n, outlet, text): (usize, &str, &str)| {
        let input = Input { bytes: text.as_bytes(), form: Form::Text, ..Input::default() };
        let mut reading = read(&input);
        reading.outlet = Some(outlet.to_owned());
        Observation { id: n.to_string(), state: 1, path: None, reading }
    };
    let observations: Vec<Observation> =
        [(0, "Tern Gazette", claim), (1, "Merrin Mail", claim), (2, "Skarn Post", other)]
            .into_iter()
            .map(observe)
            .collect();
    let members = crate::example::members(&observations);
    let outlets = Outlets::of(observations.iter().filter_map(|o| o.reading.outlet.as_deref()));
    let (claims, _) = of_story(&observations, &members, &texts(&observations, &members), &outlets);
    let stands = |stance| {
        let carriers = claims.iter().enumerate().flat_map(|(i, c)| c.articles.iter().map(move |a| (i, a)));
        let mut carriers = carriers.filter(|(i, _)| *i == 0 || stance == Stance::Denies);
        carriers.any(|(_, a)| a.article == 2 && a.stance == stance)
    };
    match (stands(Stance::Asserts), stands(Stance::Denies)) {
        (true, false) => "for",
        (false, true) => "against",
        (false, false) => "neither",
        (true, true) => "both",
    }
}

#[track_caller]
fn check(cases: &[(&str, &str)], claim: &str) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(other, want)| (other, want, side(claim, other)))
        .filter(|(_, want, got)| *want != got)
        .map(|(other, want, got)| format!("{other}\n    wanted {want}, got {got}"))
        .collect();
    assert!(wrong.is_empty(), "{claim}\n{}", wrong.join("\n"));
}

const CLOSING: &str = "Norrick Foods will close its Talbeck plant in May, two managers said on Monday.";
const FREEING: &str =
    "Ostmark may release the four Corrow fishermen, an official in the interior ministry said on Monday.";
const OFFER: &str = "Norrick Foods made an offer for Pell Dairies on Monday, a banker said.";
const SIGNING: &str = "Striker Joa Brandt is about to sign for Lorrow Rovers, her agent said on Monday.";
const DEAD: &str = "Twelve people were killed when the Merrin dam burst on Monday, the county said.";

#[test]
fn who_says_the_same_in_other_words_is_for_a_claim() {
    check(
        &[
            (
                "The Talbeck plant of Norrick Foods is to be shut in May, a union official said on Tuesday.",
                "for",
            ),
            (
                "Norrick Foods is preparing the closure of its Talbeck plant, the mayor said on Tuesday.",
                "for",
            ),
            ("Norrick Foods has decided to shut down the Talbeck plant, the chief executive said.", "for"),
            ("Norrick Foods announced the closure of its Talbeck plant, the mayor told reporters.", "for"),
        ],
        CLOSING,
    );
    check(
        &[
            ("Ostmark will free the four Corrow fishermen, the foreign minister said on Tuesday.", "for"),
            ("The four Corrow fishermen held in Ostmark were set free at dawn, a lawyer said.", "for"),
            ("Ostmark is preparing the release of the four Corrow fishermen, the embassy said.", "for"),
        ],
        FREEING,
    );
}

#[test]
fn who_says_that_it_is_not_so_is_against_a_claim() {
    check(
        &[
            (
                "There will be no closure of the Talbeck plant, a spokeswoman for Norrick Foods said.",
                "against",
            ),
            ("Norrick Foods denied that it would close its Talbeck plant in May.", "against"),
            ("Norrick Foods has rejected reports that it will close its Talbeck plant.", "against"),
            ("Norrick Foods is not about to close its Talbeck plant, the chief executive said.", "against"),
            ("Norrick Foods has no plans to close the Talbeck plant, its spokesman said.", "against"),
            ("Norrick Foods dismissed talk of closing its Talbeck plant as rumour.", "against"),
            (
                "Reports of a closure of the Norrick Foods plant at Talbeck are untrue, the chairman said.",
                "against",
            ),
            ("Norrick Foods ruled out closing its Talbeck plant.", "against"),
            ("The Norrick Foods plant at Talbeck will stay open, the chief executive said.", "against"),
            ("No decision has been taken on closing the Talbeck plant, Norrick Foods said.", "against"),
            ("Norrick Foods will not shut its Talbeck plant, the chairman told workers.", "against"),
        ],
        CLOSING,
    );
    check(
        &[
            ("Ostmark refuses to release the four Corrow fishermen, the ministry said.", "against"),
            ("Ostmark denied that it would free the four Corrow fishermen.", "against"),
        ],
        FREEING,
    );
    check(
        &[
            ("Joa Brandt denied that she is about to sign for Lorrow Rovers.", "against"),
            ("Joa Brandt will not sign for Lorrow Rovers, her father said.", "against"),
        ],
        SIGNING,
    );
}

#[test]
fn what_says_something_else_of_the_same_people_is_neither() {
    check(
        &[
            ("Norrick Foods refused to confirm that it would close its Talbeck plant.", "neither"),
            ("Norrick Foods would not comment on the closure of its Talbeck plant.", "neither"),
            ("Norrick Foods bought its Talbeck plant in 1987, the town archivist said.", "neither"),
            ("The Talbeck plant of Norrick Foods makes soup for half the county, the mayor said.", "neither"),
            ("The union rejected the plan to close the Talbeck plant of Norrick Foods.", "neither"),
            ("Closing the Talbeck plant would be a mistake, the mayor said of Norrick Foods.", "neither"),
            (
                "The closure of the Talbeck plant of Norrick Foods has been postponed, the mayor said.",
                "neither",
            ),
        ],
        CLOSING,
    );
    check(
        &[
            (
                "The trial of the four Corrow fishermen in Ostmark has been postponed, the court said.",
                "neither",
            ),
            ("Ostmark has pardoned the captain of the four Corrow fishermen, his office said.", "neither"),
            ("The four Corrow fishermen held in Ostmark are in good health, their doctor said.", "neither"),
        ],
        FREEING,
    );
    check(
        &[
            (
                "The board of Pell Dairies rejected the offer from Norrick Foods, its chairman said.",
                "neither",
            ),
            ("Pell Dairies turned down an offer by Norrick Foods, the chairman said on Tuesday.", "neither"),
        ],
        OFFER,
    );
}

#[test]
fn other_figures_are_another_claim() {
    check(
        &[
            ("Twelve people died when the Merrin dam burst, a doctor said.", "for"),
            (
                "Nineteen people were killed when the Merrin dam burst on Monday, the fire service said.",
                "neither",
            ),
            ("At least nine people were killed when the Merrin dam burst, the fire service said.", "for"),
        ],
        DEAD,
    );
}

#[test]
fn the_opposite_is_against_a_claim() {
    check(
        &[
            ("Orders at Varrow Yards fell in the spring, the union said.", "against"),
            ("Orders at Varrow Yards climbed in the spring, the chamber of trade said.", "for"),
        ],
        "Orders at Varrow Yards rose in the spring, the yard's director said.",
    );
    check(
        &[
            ("Tilda Marsh lost the mayoral election in Corrow, the returning officer said.", "against"),
            ("Tilda Marsh won the mayoral election in Corrow, her party said.", "for"),
        ],
        "Tilda Marsh has won the mayoral election in Corrow, the count's observers said.",
    );
}
