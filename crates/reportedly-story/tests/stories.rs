//! What a user relies on: one event one story, copies known as copies, and the past told as it was known.

use jiff::{Timestamp, civil::Date};
use proptest::prelude::*;
use reportedly_read::{Form, Input, When, read};
use reportedly_story::{
    Assignment, Observation, Question, Story, assign, is_spoken_of, known_at, stories, timeline,
    timeline_of_story,
};

fn observe(id: &str, published: &str, title: &str, text: &str) -> Observation {
    let input = Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        title: Some(title).filter(|t| !t.is_empty()),
        published: Some(published).filter(|p| !p.is_empty()),
        ..Input::default()
    };
    Observation { id: id.to_owned(), state: 1, path: None, reading: read(&input) }
}

/// Invented news: six stories, each told by three outlets; headlines first.
const NEWS: [([&str; 3], [&str; 3]); 6] = [
    (
        [
            "Ferry sinks off Quellmar",
            "Fog blamed for loss of Quellmar ferry",
            "Search for Petrel's crew goes on",
        ],
        [
            "The ferry Petrel sank in heavy fog off Quellmar on Thursday morning. Fishing boats took forty passengers aboard and brought them to the lifeboat station. Two of the crew are missing, the coastguard said. Captain Ada Brandling told the harbour office by radio that the hull had struck a wreck.",
            "Forty people were pulled from the water after the Petrel, a car ferry, went down near Quellmar. Its captain, Ada Brandling, radioed that the ship had hit a wreck in fog. The coastguard is looking for two sailors. Relatives waited all night at the lifeboat station.",
            "Divers went down to the wreck of the Petrel for the second time. The ferry lies in thirty metres of water off Quellmar. Coastguard officers are still searching for two missing sailors, and Captain Brandling has been questioned about her course in the fog.",
        ],
    ),
    (
        [
            "Orchestra calls off tour",
            "Vissby Philharmonic strike: no concerts this summer",
            "Musicians unpaid since spring",
        ],
        [
            "The Vissby Philharmonic has called off its summer tour because its musicians have not been paid since April. Conductor Joren Pell said he would not stand before an orchestra that could not buy its strings. The culture office of Vissby is looking into the missing grant.",
            "There will be no summer concerts of the Vissby Philharmonic. The players laid down their bows over wages owed since April, and conductor Joren Pell took their side. A grant from the culture office never reached the orchestra's account.",
            "Cellists and horn players of the Vissby Philharmonic stood outside the culture office with empty cases. Since April no wages have come. Joren Pell, who conducts the orchestra, brought soup. The tour, he said, is off until the grant is found.",
        ],
    ),
    (
        [
            "Nine paintings stolen in Larkhaven",
            "Thieves empty gallery at Larkhaven museum",
            "Museum guard questioned over theft",
        ],
        [
            "Thieves cut nine paintings from their frames in the Larkhaven museum on the night of the lantern parade. Among them is The Blue Weir by Mirre Okafor, insured for two million. Detectives say that the alarm had been switched off from inside.",
            "The Larkhaven museum has lost nine canvases, The Blue Weir by Mirre Okafor among them, to thieves who came during the lantern parade. No alarm rang. Detectives are asking who had the code.",
            "A guard of the Larkhaven museum is being questioned by detectives about the theft of nine paintings. He is said to have known the alarm code. The Blue Weir, Mirre Okafor's best loved work, has been offered to a dealer.",
        ],
    ),
    (
        ["Kaldmoor dam cracks", "Villages below Kaldmoor dam emptied", "Engineers lower Kaldmoor lake"],
        [
            "A crack as long as a bus has opened in the Kaldmoor dam after nine days of rain. Engineers are letting water out through the old spillway. Tove Hallam, who heads the river authority, ordered three villages below the dam to be emptied.",
            "Three villages were emptied overnight because the Kaldmoor dam might burst. Buses carried six hundred people to the sports hall at Orrel. The river authority's head, Tove Hallam, said that the crack had grown by a hand since noon.",
            "The level of the Kaldmoor lake is falling by a metre a day, engineers of the river authority report. The crack in the dam no longer grows. Tove Hallam wants villagers to stay in the sports hall until the spillway has been checked.",
        ],
    ),
    (
        ["Mayor of Dunmorrow resigns", "Forged permit ends mayor's term", "Who follows Sancha Rueda?"],
        [
            "Sancha Rueda has resigned as mayor of Dunmorrow. A building permit for her brother's hotel carried a forged signature, prosecutors say. Rueda denies having seen the permit. The council will choose a successor in October.",
            "Dunmorrow is without a mayor. Sancha Rueda stepped down after prosecutors laid before the council a permit for a hotel with a signature that was not the surveyor's. The hotel belongs to her brother.",
            "Two councillors of Dunmorrow want to follow Sancha Rueda, who resigned as mayor over the forged hotel permit. Prosecutors have yet to charge anyone. Rueda's brother has stopped work on the hotel.",
        ],
    ),
    (
        [
            "Refinery burns at Tessin Bay",
            "Second night of flames at Tessin refinery",
            "Smoke closes schools in Tessin Bay",
        ],
        [
            "A tank at the Tessin Bay refinery caught fire on Sunday and burned into a second night. Firefighters from four counties laid foam. Plant manager Piet Lomax said that lightning had struck the tank. Nobody was hurt.",
            "Flames over the Tessin Bay refinery could be seen from Orrel for a second night. Lightning set a tank alight, according to plant manager Piet Lomax. Firefighters are cooling the tanks beside it and waiting for more foam.",
            "Schools in Tessin Bay stay closed while smoke from the refinery hangs over the town. Firefighters hope to have foam enough to smother the burning tank by Tuesday. Piet Lomax, the plant's manager, apologised to parents.",
        ],
    ),
];

fn invented(story: usize, voice: usize) -> (&'static str, &'static str) {
    (NEWS[story].0[voice], NEWS[story].1[voice])
}

fn groups(observations: &[Observation]) -> Vec<Vec<&str>> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (o, a) in observations.iter().zip(assign(observations)) {
        match groups.iter_mut().find(|g| g.0 == a.story) {
            Some(g) => g.1.push(&o.id),
            None => groups.push((a.story, vec![&o.id])),
        }
    }
    groups.into_iter().map(|g| g.1).collect()
}

#[test]
fn one_event_is_one_story() {
    let mut observations = Vec::new();
    for story in 0..6 {
        for voice in 0..3 {
            let (title, text) = invented(story, voice);
            observations.push(observe(&format!("{story}-{voice}"), "2024-05-03", title, text));
        }
    }
    let want: Vec<Vec<String>> = (0..6).map(|s| (0..3).map(|v| format!("{s}-{v}")).collect()).collect();
    assert_eq!(groups(&observations), want);
}

#[test]
fn similar_incidents_stay_apart() {
    let incident = |id: &str, day: &str, place: &str, street: &str, name: &str, age: u8| {
        observe(
            id,
            day,
            &format!("Man wounded by gunfire in {place}"),
            &format!(
                "A man was wounded by gunfire late on Friday in {place}, police said. Officers found {name}, {age}, lying on {street} \
                 with a wound to the leg. {name} was taken to hospital in stable condition. Nobody has been arrested. Police ask \
                 anyone who was near {street} to call the {place} station."
            ),
        )
    };
    let observations = [
        incident("a", "2023-08-04", "Dunmorrow", "Pellam Street", "Corin Haske", 24),
        incident("b", "2023-08-05", "Vissby", "Tarn Avenue", "Odo Lindqvist", 31),
        incident("c", "2023-08-06", "Larkhaven", "Mill Row", "Jessa Prout", 19),
        observe(
            "d",
            "2023-08-07",
            "Arrest after Pellam Street gunfire",
            "Dunmorrow police have arrested a man over the gunfire that wounded Corin Haske on Pellam Street. Haske, 24, was hit in \
             the leg late on Friday. The man held in Dunmorrow is a former neighbour of Haske, police said.",
        ),
        incident("e", "2023-08-07", "Orrel", "Kiln Lane", "Bram Solway", 40),
    ];
    assert_eq!(groups(&observations), [vec!["a", "d"], vec!["b"], vec!["c"], vec!["e"]]);
}

#[test]
fn a_story_goes_on_after_weeks_of_silence() {
    let observations = [
        observe(
            "wish",
            "2021-11-14",
            "Hallam and Rueda speak of meeting over the Orrel Strait",
            "President Tove Hallam of Vissland said on Sunday that she would meet Sancha Rueda, the leader of Tessinia, as soon as \
             Rueda wished. Hallam wants to end the war over the Orrel Strait. Rueda told state radio that she was ready to restore \
             relations between Vissland and Tessinia, and that a meeting with Hallam was possible.",
        ),
        observe(
            "school",
            "2021-12-20",
            "Larkhaven school roof to be mended",
            "The council of Larkhaven has found the money to mend the roof of its oldest school. Lessons move to the library in spring, \
             the head teacher said.",
        ),
        observe(
            "summit",
            "2022-01-23",
            "Summit of Hallam and Rueda brought forward",
            "Preparations for a meeting of President Tove Hallam of Vissland and Tessinian leader Sancha Rueda are being brought \
             forward, the Morning Sextant reported, citing two officials. Envoys of Vissland and Tessinia held first talks on \
             relations and on the war over the Orrel Strait in Quellmar last week.",
        ),
    ];
    assert_eq!(groups(&observations), [vec!["wish", "summit"], vec!["school"]]);
}

const ORIGINAL: &str = "The harbour board of Quellmar voted on Tuesday to close the old fish market after four hundred years. \
    Traders learned of the decision from a notice pinned to the market gate. The board says that the roof, last mended in 1961, can no \
    longer be insured. A surveyor counted eleven beams that had rotted through and advised that nobody stand beneath the clock. \
    Stallholders answered that they had offered to pay for new beams twice and had never received a reply. They intend to sell from \
    carts along the quay until the matter comes before the county court in autumn. The mayor, who grew up above a net loft two \
    doors away, would not be drawn on whether the town might buy the building. Visitors may walk through the hall one last time at \
    the end of the month, when a brass band is to play where the auctions were once held.";

#[test]
fn copies_are_known_by_their_words() {
    let check = |text: &str, copy: bool| {
        let observations =
            [observe("first", "2024-02-01", "", ORIGINAL), observe("second", "2024-02-02", "", text)];
        assert_eq!(assign(&observations)[1].copy_of.as_deref(), copy.then_some("first"), "{text}");
    };
    check(ORIGINAL, true);
    check(&ORIGINAL.to_uppercase(), true);
    // Abridged.
    check(&ORIGINAL[..ORIGINAL.len() / 2], true);
    // A dateline before it, a footer behind it.
    check(
        &format!("QUELLMAR (Sextant News) — {ORIGINAL}\n\nReporting by Ines Varga; editing by Olu Dane."),
        true,
    );
    // Words changed here and there.
    check(
        &ORIGINAL.replace("decision", "ruling").replace("surveyor", "builder").replace("town", "city"),
        true,
    );
    // Letters misread.
    check(&ORIGINAL.replace("ve", "vc").replace("ll", "1l").replace("ri", "n"), true);
    // The same story in other words.
    check(
        "Quellmar's fish market is to shut. Its owners, the harbour board, say they cannot insure a roof with rotten beams; those \
         who trade there say the board never answered their offers to repair it, and will take to the quay with carts until judges \
         hear them in autumn. A brass band will play in the hall before the doors close.",
        false,
    );
    check("", false);
}

#[test]
fn a_notice_under_strangers_makes_no_copies() {
    let notice = "You have come to the end of this month's free pages. Friends of this paper read without limits, get the crossword a day \
        early and keep our small newsroom going through the winter. Choose a plan that suits your household, or give a friend a \
        season of reading. Letters to the editor are printed on Saturdays and may be shortened. Found a mistake? Tell the desk and \
        we will look into it within a working day.";
    let observations: Vec<Observation> = (0..6)
        .map(|i| {
            let (title, text) = invented(i, i % 3);
            observe(&format!("{i:02}"), "2024-02-01", title, &format!("{text}\n\n{notice}"))
        })
        .collect();
    let copies: Vec<_> = assign(&observations).into_iter().filter_map(|a| a.copy_of).collect();
    assert_eq!(copies, Vec::<String>::new());
}

/// A story in full, its articles by id.
fn told(observations: &[Observation], question: &Question) -> Vec<String> {
    let id = |i: usize| observations[i].id.clone();
    let line = |s: &Story| {
        let articles: Vec<_> =
            s.articles.iter().map(|m| (id(m.article), m.known_at, m.copy_of.map(id), &m.chain)).collect();
        let claims: Vec<_> = s
            .claims
            .iter()
            .map(|c| {
                let carriers: Vec<_> =
                    c.articles.iter().map(|a| (id(a.article), &a.chain, a.stance, a.statement)).collect();
                let origins: Vec<_> = c
                    .origins
                    .iter()
                    .map(|o| (&o.name, &o.via, o.articles.iter().map(|i| id(*i)).collect::<Vec<_>>()))
                    .collect();
                format!("{} {carriers:?} {origins:?} {}", c.text, c.independent_origins)
            })
            .collect();
        let timeline: Vec<_> = s
            .timeline
            .iter()
            .map(|d| {
                (&d.date, &d.text, d.known, d.status, d.articles.iter().map(|i| id(*i)).collect::<Vec<_>>())
            })
            .collect();
        format!(
            "{} {} {:?} {:?} {:?} {articles:?} {claims:?} {timeline:?}",
            s.id, s.title, s.first, s.last, s.topics
        )
    };
    stories(observations, question).iter().map(line).collect()
}

fn instant(day: &str) -> Timestamp {
    format!("{day}T23:59:59Z").parse().unwrap()
}

#[test]
fn known_at_is_the_earlier_of_seen_and_published() {
    let check = |published: &str, fetched: Option<&str>, want: Option<&str>, strict: Option<&str>| {
        let input = Input {
            bytes: b"The bridge is shut.",
            form: Form::Text,
            published: Some(published).filter(|p| !p.is_empty()),
            fetched: fetched.map(|f| f.parse().unwrap()),
            ..Input::default()
        };
        let reading = read(&input);
        let parse = |t: Option<&str>| t.map(|t| t.parse::<Timestamp>().unwrap());
        assert_eq!(known_at(&reading, false), parse(want), "{published} {fetched:?}");
        assert_eq!(known_at(&reading, true), parse(strict), "strictly {published} {fetched:?}");
    };
    let end = Some("2024-02-01T23:59:59Z");
    check("2024-02-01", None, end, end);
    check("2024-02-01", Some("2024-03-05T10:00:00Z"), end, end);
    check(
        "2024-02-01",
        Some("2024-02-01T10:00:00Z"),
        Some("2024-02-01T10:00:00Z"),
        Some("2024-02-01T10:00:00Z"),
    );
    check("", Some("2024-03-05T10:00:00Z"), Some("2024-03-05T10:00:00Z"), Some("2024-03-05T10:00:00Z"));
    check("", None, None, None);
}

#[test]
fn stories_are_newest_first_and_founded_by_the_first_known() {
    let item = |id: &str, day: &str, story: usize, voice: usize| {
        let (title, text) = invented(story, voice);
        observe(id, day, title, text)
    };
    let observations = [
        item("late", "2024-06-09", 1, 1),
        item("undated", "", 3, 0),
        item("only", "2024-06-05", 2, 0),
        item("early", "2024-06-01", 1, 0),
    ];
    let answer = stories(&observations, &Question::default());
    let ids: Vec<&str> = answer.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["early", "only", "undated"]);
    let day = |d: &str| Some(d.parse::<Date>().unwrap());
    assert_eq!((answer[0].first, answer[0].last), (day("2024-06-01"), day("2024-06-09")));
    assert_eq!(answer[2].first, None);
    let question = Question { as_of: Some(instant("2024-06-05")), strict: false };
    let ids: Vec<String> = stories(&observations, &question).into_iter().map(|s| s.id).collect();
    assert_eq!(ids, ["only", "early"]);
}

#[test]
fn a_story_is_called_by_the_headline_that_stands_for_most() {
    let (_, text) = invented(0, 0);
    let (_, other) = invented(0, 1);
    let (_, third) = invented(0, 2);
    let observations = [
        observe("a", "2024-06-01", "What we heard", text),
        observe("b", "2024-06-02", "Quellmar ferry sinks in fog", other),
        observe("c", "2024-06-03", "Inquiry after ferry sinks at Quellmar", third),
    ];
    let answer = stories(&observations, &Question::default());
    assert_eq!(answer.len(), 1);
    assert!(answer[0].title.contains("ferry sinks"), "{}", answer[0].title);
}

#[test]
fn a_story_is_rather_called_by_a_statement_than_by_a_question() {
    let (_, text) = invented(0, 0);
    let (_, other) = invented(0, 1);
    let (_, third) = invented(0, 2);
    let observations = [
        observe("a", "2024-06-01", "Why did the Quellmar ferry sink in fog?", text),
        observe("b", "2024-06-02", "Quellmar ferry sinks", other),
        observe("c", "2024-06-03", "A town in mourning", third),
    ];
    assert_eq!(stories(&observations, &Question::default())[0].title, "Quellmar ferry sinks");
}

#[test]
fn a_timeline_has_the_days_most_is_told_of() {
    let observations = [
        observe(
            "a",
            "2024-03-04",
            "",
            "The dam at Kaldmoor cracked on Monday. Engineers drained the Kaldmoor lake by night.",
        ),
        observe(
            "b",
            "2024-03-04",
            "",
            "A crack has opened in the Kaldmoor dam. People below the dam left their homes.",
        ),
        observe(
            "c",
            "2024-03-15",
            "",
            "The Kaldmoor dam will be torn down. The council of Kaldmoor voted for it by nine to four.",
        ),
        observe(
            "d",
            "2024-03-15",
            "",
            "Kaldmoor loses its dam. A vote of the council ended a century of quarrels over the lake.",
        ),
        observe("e", "2024-03-20", "", "A fair was held at Kaldmoor."),
    ];
    let days = timeline(&observations, 2, 2, &["dam".to_owned()]);
    let dates: Vec<String> = days.iter().map(|d| d.date.to_string()).collect();
    assert_eq!(dates, ["2024-03-04", "2024-03-15"]);
    for day in &days {
        assert!((1..=2).contains(&day.sentences.len()));
        for sentence in &day.sentences {
            assert!(observations.iter().any(|o| o.reading.text.contains(sentence)));
        }
    }
    assert!(timeline(&[], 3, 2, &[]).is_empty());
    assert!(timeline(&observations, 0, 2, &[]).is_empty());
}

#[test]
fn what_does_not_speak_of_the_query_is_left_out() {
    let observations = [
        observe(
            "dam",
            "2024-03-04",
            "",
            "The dam at Kaldmoor cracked on Monday. Engineers drained the lake by night.",
        ),
        observe(
            "vote",
            "2024-03-15",
            "Kaldmoor loses its dam",
            "The council voted by nine to four. A century of quarrels is over.",
        ),
        observe(
            "fair",
            "2024-03-20",
            "",
            "The fair at Orrel opened on Wednesday. There were nine rides. There was a wheel. Children came from the hills. \
             Bakers sold plum cake. A band played until dark. Those who fled on 5 March when the dam at Kaldmoor cracked came \
             free. The mayor rode on the wheel twice.",
        ),
        observe(
            "ferry",
            "2024-03-22",
            "",
            "The ferry Petrel ran aground off Quellmar on Friday. Nobody was hurt, the harbour office said.",
        ),
    ];
    let check = |query: &[&str], articles: &[&str]| {
        let query: Vec<String> = query.iter().map(|q| (*q).to_owned()).collect();
        let days = timeline(&observations, 10, 5, &query);
        let mut told: Vec<&str> =
            days.iter().flat_map(|d| &d.articles).map(|i| observations[*i].id.as_str()).collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told, articles, "{query:?}: {days:?}");
        for day in &days {
            assert_eq!(day.sentences.len(), day.articles.len());
            for (sentence, article) in day.sentences.iter().zip(&day.articles) {
                assert!(observations[*article].reading.text.contains(sentence));
            }
        }
        assert_eq!(is_spoken_of(&observations, &query), !articles.is_empty());
        days.into_iter().flat_map(|d| d.sentences).collect::<Vec<String>>()
    };
    // Of an article that speaks of it in passing, only the sentence that does.
    let told = check(&["dam"], &["dam", "fair", "vote"]);
    assert_eq!(told.iter().filter(|s| s.contains("free")).count(), 1, "{told:?}");
    assert!(!told.iter().any(|s| s.contains("wheel") || s.contains("Petrel")), "{told:?}");
    // One of the words will do; words that belong together must all be there; forms of a word are that word.
    check(&["vote", "ferry"], &["ferry", "vote"]);
    check(&["Orrel fair"], &["fair"]);
    check(&["Orrel ferry"], &[]);
    check(&["councils"], &["vote"]);
    check(&["zeppelin"], &[]);
    // What is one story is told even where it goes by another name.
    assert!(timeline(&observations, 3, 1, &["zeppelin".to_owned()]).is_empty());
    assert_eq!(timeline_of_story(&observations, 3, 1, &["zeppelin".to_owned()]).len(), 3);
}

/// A few articles of a few stories over a few weeks; some without a date, some copies.
fn newsroom() -> impl Strategy<Value = Vec<Observation>> {
    let article = (0..6_usize, 0..3_usize, 0..30_u8, any::<bool>());
    prop::collection::vec(article, 0..14).prop_map(|articles| {
        articles
            .into_iter()
            .enumerate()
            .map(|(i, (story, voice, day, titled))| {
                let (title, text) = invented(story, voice);
                let published = if day < 3 { String::new() } else { format!("2024-09-{day:02}") };
                observe(&format!("n{i:02}"), &published, if titled { title } else { "" }, text)
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn as_of_equals_a_run_over_what_was_known(observations in newsroom(), day in 1..30_u8, strict: bool) {
        let t = instant(&format!("2024-09-{day:02}"));
        let then: Vec<Observation> =
            observations.iter().filter(|o| known_at(&o.reading, strict).is_some_and(|k| k <= t)).cloned().collect();
        let asked = told(&observations, &Question { as_of: Some(t), strict });
        prop_assert_eq!(asked, told(&then, &Question { as_of: None, strict }));
    }

    #[test]
    fn stories_do_not_depend_on_the_order_of_the_input(observations in newsroom()) {
        let mut turned = observations.clone();
        turned.reverse();
        prop_assert_eq!(told(&observations, &Question::default()), told(&turned, &Question::default()));
    }

    #[test]
    fn answers_do_not_depend_on_the_number_of_threads(observations in newsroom()) {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| (assign(&observations), told(&observations, &Question::default()), timeline(&observations, 4, 2, &[])))
        };
        prop_assert_eq!(run(1), run(3));
    }

    #[test]
    fn copies_point_to_an_earlier_original(observations in newsroom()) {
        let answers: Vec<Assignment> = assign(&observations);
        for (i, a) in answers.iter().enumerate() {
            let original = a.copy_of.as_ref().map(|c| observations.iter().position(|o| o.id == *c).unwrap());
            if let Some(original) = original {
                let day = |i: usize| observations[i].reading.published.best.as_ref().map(When::day);
                prop_assert!(day(original) <= day(i) || day(i).is_none());
                prop_assert!(day(original).is_some() || day(i).is_none());
                prop_assert!(answers[original].copy_of.is_none());
                prop_assert_eq!(&answers[original].story, &a.story);
            }
        }
    }

    #[test]
    fn anything_can_be_told(texts in prop::collection::vec("\\PC{0,80}", 0..6)) {
        let observations: Vec<Observation> =
            texts.iter().enumerate().map(|(i, t)| observe(&i.to_string(), "2024-01-01", t, t)).collect();
        prop_assert_eq!(assign(&observations).len(), texts.len());
        let members: usize = stories(&observations, &Question::default()).iter().map(|s| s.articles.len()).sum();
        prop_assert_eq!(members, observations.iter().filter(|o| o.reading.kind.is_article()).count());
        timeline(&observations, 3, 2, &texts);
    }
}
