//! What a library relies on: every step rests on the steps before it alone, and a saved fold goes on as if it had never
//! been put away.

use proptest::prelude::*;
use reportedly_read::{Form, Input, read};
use reportedly_story::{Cache, Features, Fold, Merge, Past, Step};
use std::sync::Arc;

/// Invented towns, people and matters that articles are put together from.
const TOWNS: [&str; 6] = ["Quellmar", "Vissby", "Larkhaven", "Kaldmoor", "Dunmorrow", "Tessin Bay"];
const PEOPLE: [&str; 6] =
    ["Ada Brandling", "Joren Pell", "Mirre Okafor", "Tove Hallam", "Sancha Rueda", "Piet Lomax"];
const MATTERS: [&str; 6] = [
    "the ferry sank beside the breakwater in heavy fog",
    "the orchestra laid down its bows over wages owed since spring",
    "nine paintings were cut from their frames in the museum",
    "a crack as long as a bus opened in the dam",
    "the council voted to tear down the hotel by the weir",
    "a tank at the refinery burned into a second night",
];

/// An article on a matter in one of several voices.
fn article(matter: usize, voice: usize, day: u8, id: &str) -> (String, Arc<Features>) {
    let (town, person, what) = (TOWNS[matter], PEOPLE[matter], MATTERS[matter]);
    let text = match voice {
        0 => format!(
            "In {town} {what}, officials said on Tuesday. {person} told reporters that nobody had seen it coming. Neighbours \
             in {town} brought bread and blankets. {person} will speak again on Friday, when the inquiry opens its books."
        ),
        1 => format!(
            "Questions are being asked in {town} after {what}. {person}, who leads the inquiry, has called eleven witnesses. \
             A clerk wept on the stairs. The papers of {person} fill nine boxes, and {town} waits."
        ),
        _ => format!(
            "Officials of {town} were warned twice before {what}, letters show. {person} signed for both of them. The letters \
             lay in a drawer in {town} until a cleaner found them."
        ),
    };
    let published = format!("2031-05-{:02}", day % 28 + 1);
    let input = Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        published: Some(published.as_str()),
        ..Input::default()
    };
    (id.to_owned(), Arc::new(Features::of(&read(&input))))
}

/// Articles of a few matters and voices under a few ids, so that there are copies and states among them.
fn articles() -> impl Strategy<Value = Vec<(String, Arc<Features>)>> {
    let one = (0..6_usize, 0..3_usize, 0..28_u8, 0..12_u8);
    prop::collection::vec(one, 0..30)
        .prop_map(|a| a.into_iter().map(|(m, v, d, id)| article(m, v, d, &format!("n{id}"))).collect())
}

/// Goes on with a fold.
fn go_on(fold: &mut Fold, past: &mut Vec<Arc<Features>>, given: &[(String, Arc<Features>)]) -> Vec<Step> {
    given
        .iter()
        .map(|(id, features)| {
            let Ok(step) = fold.add(id, features, past);
            if !step.again {
                past.push(Arc::clone(features));
            }
            step
        })
        .collect()
}

fn saved(fold: &Fold) -> Vec<u8> {
    let mut bytes = Vec::new();
    fold.save(&mut bytes).unwrap();
    bytes
}

#[test]
fn states_are_named_in_order_and_the_same_state_adds_nothing() {
    let given = [
        article(0, 0, 1, "ferry"),
        article(0, 1, 2, "ferry"),
        article(1, 0, 2, "strike"),
        article(0, 0, 3, "ferry"),
        article(0, 2, 4, "ferry"),
    ];
    let steps = go_on(&mut Fold::new(), &mut Vec::new(), &given);
    let names: Vec<(&str, u32, bool)> = steps.iter().map(|s| (s.name.as_str(), s.place, s.again)).collect();
    let want = [
        ("ferry", 0, false),
        ("ferry-2", 1, false),
        ("strike", 2, false),
        ("ferry", 0, true),
        ("ferry-3", 3, false),
    ];
    assert_eq!(names, want);
}

#[test]
fn a_text_that_is_a_copy_of_two_makes_their_families_one() {
    let whole = |from: usize, to: usize| {
        let words: Vec<String> = (from..to).map(|i| format!("w{i}x")).collect();
        let text = words.join(" ");
        let input = Input { bytes: text.as_bytes(), form: Form::Text, ..Input::default() };
        Arc::new(Features::of(&read(&input)))
    };
    let given: Vec<(String, Arc<Features>)> = [(0, 120), (120, 240), (240, 360), (0, 240)]
        .iter()
        .enumerate()
        .map(|(i, (from, to))| (i.to_string(), whole(*from, *to)))
        .collect();
    let mut fold = Fold::new();
    let steps = go_on(&mut fold, &mut Vec::new(), &given);
    let last = &steps[3];
    let merge = vec![Merge { from: 1, into: 0 }];
    assert_eq!((last.family, last.story, &last.families_merged, &last.merges), (Some(0), 0, &merge, &merge));
    assert_eq!((0..4).map(|p| fold.family(p)).collect::<Vec<u32>>(), [0, 0, 2, 0]);
    assert_eq!((0..4).map(|p| fold.story(p)).collect::<Vec<u32>>(), [0, 0, 2, 0]);
}

#[test]
fn articles_that_a_cache_let_go_are_fetched_again() {
    struct Shelf {
        all: Vec<Arc<Features>>,
        cache: Cache,
        fetched: usize,
    }
    impl Past for Shelf {
        type Error = String;
        fn features(&mut self, place: u32) -> Result<Arc<Features>, String> {
            if let Some(features) = self.cache.get(place) {
                return Ok(features);
            }
            self.fetched += 1;
            let features = self.all.get(place as usize).ok_or_else(|| format!("nothing at {place}"))?;
            self.cache.put(place, Arc::clone(features));
            Ok(Arc::clone(features))
        }
    }
    let given: Vec<_> = (0..60).map(|i| article(i % 6, i / 6 % 3, i as u8, &i.to_string())).collect();
    let want = go_on(&mut Fold::new(), &mut Vec::new(), &given);
    let mut shelf = Shelf { all: Vec::new(), cache: Cache::new(2), fetched: 0 };
    let mut fold = Fold::new();
    for ((id, features), want) in given.iter().zip(want) {
        assert_eq!(fold.add(id, features, &mut shelf), Ok(want));
        shelf.all.push(Arc::clone(features));
    }
    assert!(shelf.fetched > 60, "{}", shelf.fetched);
    shelf.all.clear();
    shelf.cache.clear();
    let (id, features) = article(0, 1, 9, "late");
    assert!(fold.add(&id, &features, &mut shelf).is_err());
}

#[test]
fn an_article_of_400_words_takes_a_kilobyte_and_a_half() {
    let text: Vec<String> =
        (0..400).map(|i| format!("{}{}", if i % 9 == 0 { "Ve" } else { "ve" }, i * i % 263)).collect();
    let text = text.join(" ");
    let input = Input { bytes: text.as_bytes(), form: Form::Text, ..Input::default() };
    let size = Features::of(&read(&input)).to_bytes().len();
    assert!(size < 2000, "{size}");
    let long = text.repeat(500);
    let input = Input { bytes: long.as_bytes(), form: Form::Text, ..Input::default() };
    assert!(Features::of(&read(&input)).to_bytes().len() < 5500);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn steps_rest_on_what_came_before(given in articles(), others in articles(), n in 0..30_usize) {
        let n = n.min(given.len());
        let steps = go_on(&mut Fold::new(), &mut Vec::new(), &given);
        let mut other = given[..n].to_vec();
        other.extend(others);
        let (mut fold, mut past) = (Fold::new(), Vec::new());
        prop_assert_eq!(&steps[..n], &go_on(&mut fold, &mut past, &other)[..n]);
    }

    #[test]
    fn a_saved_fold_goes_on(given in articles(), n in 0..30_usize) {
        let n = n.min(given.len());
        let (mut fold, mut past) = (Fold::new(), Vec::new());
        go_on(&mut fold, &mut past, &given[..n]);
        let mut again = Fold::load(saved(&fold).as_slice()).unwrap();
        let steps = go_on(&mut fold, &mut past.clone(), &given[n..]);
        prop_assert_eq!(steps, go_on(&mut again, &mut past, &given[n..]));
        prop_assert_eq!(fold.len(), again.len());
        for place in 0..fold.len() {
            prop_assert_eq!((fold.story(place), fold.family(place)), (again.story(place), again.family(place)));
        }
    }

    #[test]
    fn a_damaged_fold_is_an_error(given in articles(), at: prop::sample::Index, bits in 1..=255_u8, cut: bool) {
        let mut fold = Fold::new();
        go_on(&mut fold, &mut Vec::new(), &given);
        let mut bytes = saved(&fold);
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] ^= bits;
        }
        prop_assert!(Fold::load(bytes.as_slice()).is_err());
    }

    #[test]
    fn merges_say_where_every_story_went(given in articles()) {
        let mut fold = Fold::new();
        let steps = go_on(&mut fold, &mut Vec::new(), &given);
        // A library knows of the stories by what the steps said.
        let mut stories: Vec<u32> = Vec::new();
        for step in steps {
            if !step.again {
                stories.push(step.story);
            }
            for merge in step.merges {
                prop_assert!(merge.into < merge.from);
                for story in stories.iter_mut().filter(|s| **s == merge.from) {
                    *story = merge.into;
                }
            }
        }
        let want: Vec<u32> = (0..fold.len()).map(|p| fold.story(p)).collect();
        prop_assert_eq!(stories, want);
    }

    #[test]
    fn features_are_the_same_after_a_round_of_bytes(text in "\\PC{0,300}", title in "\\PC{0,30}") {
        let input = Input { bytes: text.as_bytes(), form: Form::Text, title: Some(&title), ..Input::default() };
        let features = Features::of(&read(&input));
        prop_assert_eq!(Features::from_bytes(&features.to_bytes()), Ok(features));
    }

    #[test]
    fn any_bytes_are_features_or_an_error(mut bytes in prop::collection::vec(any::<u8>(), 0..200), begun: bool) {
        if begun && !bytes.is_empty() {
            bytes[0] = 1;
        }
        if let Ok(features) = Features::from_bytes(&bytes) {
            let Ok(step) = Fold::new().add("any", &Arc::new(features), &mut Vec::new());
            prop_assert_eq!(step.place, 0);
        }
        prop_assert!(Fold::load(bytes.as_slice()).is_err());
    }
}
