//! What a user of the search relies on.

use super::*;
use jiff::Timestamp;
use proptest::prelude::*;
use reportedly_read::{Form, Input, Reading, read};
use reportedly_text::{Language, Span};
use std::collections::BTreeMap;
use std::path::Path;

/// Which article is in which story.
#[derive(Default)]
struct Map(BTreeMap<u64, u64>);

impl Stories for Map {
    fn stories_of(&self, articles: &[u64]) -> Vec<Option<u64>> {
        articles.iter().map(|n| self.0.get(n).copied()).collect()
    }

    fn members(&self, story: &str) -> Vec<u64> {
        self.0.iter().filter(|(_, s)| s.to_string() == story).map(|(n, _)| *n).collect()
    }
}

struct Article {
    number: u64,
    name: String,
    known_at: Timestamp,
    reading: Reading,
}

impl Article {
    fn entry(&self) -> Entry<'_> {
        Entry { number: self.number, name: &self.name, known_at: self.known_at, reading: &self.reading }
    }
}

fn end_of(day: &str) -> Timestamp {
    format!("{day}T23:59:59Z").parse().unwrap()
}

fn article(name: &str, outlet: &str, day: &str, title: &str, text: &str) -> Article {
    let reading = read(&Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        title: Some(title),
        outlet: Some(outlet),
        published: Some(day),
        ..Input::default()
    });
    let number = xxhash_rust::xxh3::xxh3_64(name.as_bytes());
    Article { number, name: name.to_owned(), known_at: end_of(day), reading }
}

fn index(folder: &Path, articles: &[Article]) -> Index {
    let index = Index::create(folder).unwrap();
    let mut writer = index.writer(0).unwrap();
    for article in articles {
        writer.add(&article.entry()).unwrap();
    }
    writer.commit("").unwrap();
    writer.finish().unwrap();
    index.refresh().unwrap();
    index
}

fn ask(as_of: Option<&str>) -> Ask {
    Ask { as_of: as_of.map(end_of), now: end_of("2031-06-30"), limit: 1000, offset: 0 }
}

fn search(index: &Index, query: &str, as_of: Option<&str>) -> Vec<String> {
    let query = Query::parse(query).unwrap();
    let found = index.search(&query, &ask(as_of), &Map::default()).unwrap();
    found.hits.into_iter().map(|h| h.name).collect()
}

fn port() -> Vec<Article> {
    vec![
        article(
            "strike",
            "Harbour Wire",
            "2031-03-01",
            "Dockers walk out in Ruddock",
            "Dockers in Ruddock began a strike over wages on Saturday.\n\n\"The strike will go on until the board \
             listens,\" Petra Lomax said. The U.S. consul was not available.",
        ),
        article(
            "talks",
            "Ruddock Post",
            "2031-03-04",
            "Talks about wages in Ruddock",
            "Talks between the dockers and the board will begin on Friday, Odile Varga said. Petra Lomax denied \
             that the strikes had been paid for. Trade goes on at the long-term berth.",
        ),
        article(
            "streik",
            "Hafenblatt",
            "2031-03-05",
            "Streik der Hafenarbeiter in Ruddock",
            "Die Hafenarbeiter haben am Samstag einen Streik begonnen, der im Hafen von Ruddock die Arbeit der \
             Kräne ruhen lässt. Die Löhne sind seit zwei Jahren nicht gestiegen.",
        ),
        article(
            "minato",
            "港新聞",
            "2031-03-06",
            "ラドックの港でストライキ",
            "ラドックの港で労働者がストライキを始めた。賃金をめぐる交渉は続いている。",
        ),
        article(
            "cafe",
            "Harbour Wire",
            "2029-05-05",
            "A café by the mill",
            "Agnes Thorne opened a café by the mill. A strike of lightning had burned the old one.",
        ),
    ]
}

#[test]
fn queries_find_what_they_ask_for() {
    let folder = tempfile::tempdir().unwrap();
    let index = index(folder.path(), &port());
    let check = |query: &str, want: &[&str]| {
        let mut found = search(&index, query, None);
        found.sort();
        assert_eq!(found, want, "{query}");
    };
    check("dockers strike", &["strike", "talks"]);
    check("DOCKER striking", &["strike", "talks"]);
    check("strike -wages", &["cafe"]);
    check("-strike", &["minato", "streik"]);
    check("(streik OR lightning) ruddock", &["streik"]);
    check("lightning OR hafenarbeitern", &["cafe", "streik"]);
    check("cafe", &["cafe"]);
    check("lohne", &["streik"]);
    check("\"strike of lightning\"", &["cafe"]);
    check("\"lightning of strike\"", &[]);
    check("\"in ruddock talks between\"", &[]);
    check("us", &["strike"]);
    check("\"long term\"", &["talks"]);
    check("港 賃金", &[]);
    check("賃金 ストライキ", &["minato"]);
    check("outlet:\"harbour wire\"", &["cafe", "strike"]);
    check("outlet:wire strike after:2030", &["strike"]);
    check("person:lomax", &["strike", "talks"]);
    check("person:\"Odile Varga\"", &["talks"]);
    check("person:\"Varga Odile\"", &[]);
    check("said:\"Petra Lomax\" said:varga", &["talks"]);
    check("said:lomax(strike listens)", &["strike"]);
    check("said:varga(paid)", &[]);
    check("lang:de", &["streik"]);
    check("before:2031-03-04", &["cafe", "strike"]);
    check("after:2031-03-04 before:2031-03-06", &["streik", "talks"]);
    check("after:2031-03 before:2031-04 lang:en", &["strike", "talks"]);
    check("nowhere", &[]);
}

#[test]
fn titles_count_more_and_the_new_comes_before_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let filler = "The board met in the hall by the old quay and heard what the town had to say of it.";
    let articles = [
        article("text", "Wire", "2031-03-01", "A day at the hall", &format!("{filler} The ferry came late.")),
        article(
            "title",
            "Wire",
            "2031-03-01",
            "The ferry comes late",
            &format!("{filler} Rain fell all day."),
        ),
        article("old", "Wire", "2024-03-01", "A day at the hall", &format!("{filler} The ferry came late.")),
    ];
    let index = index(folder.path(), &articles);
    assert_eq!(search(&index, "ferry", None), ["title", "text", "old"]);
    // Without words to be relevant to, the newest are first, and names decide between equals.
    assert_eq!(search(&index, "outlet:wire", None), ["text", "title", "old"]);
}

#[test]
fn stories_are_folded() {
    let folder = tempfile::tempdir().unwrap();
    let index = index(folder.path(), &port());
    let stories = [("strike", 1), ("talks", 1), ("streik", 1), ("cafe", 7)];
    let number = |name: &str| port().into_iter().find(|a| a.name == name).unwrap().number;
    let map = Map(stories.into_iter().map(|(n, s)| (number(n), s)).collect());
    let page = |limit, offset| {
        let query = Query::parse("strike OR streik").unwrap();
        let found = index.search(&query, &Ask { limit, offset, ..ask(None) }, &map).unwrap();
        let hits: Vec<_> = found.hits.iter().map(|h| (h.story.unwrap(), h.others)).collect();
        (found.articles, hits, found.more)
    };
    let (walkout, mill) = ((1, 2), (7, 0));
    assert_eq!(page(10, 0), (4, vec![walkout, mill], false));
    assert_eq!(page(1, 0), (4, vec![walkout], true));
    assert_eq!(page(1, 1), (4, vec![mill], false));
    assert_eq!(page(5, 9), (4, vec![], false));
    let query = Query::parse("story:1 wages").unwrap();
    let found = index.search(&query, &ask(None), &map).unwrap();
    assert_eq!((found.articles, found.hits.len()), (2, 1));
}

/// Articles of few words, many of them alike, known on sixty days.
fn many(n: u64) -> Vec<Article> {
    let words = ["quay", "strike", "mill", "ferry", "wages", "board", "talks", "rain", "bridge", "crane"];
    let mut state = 7u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let day = |i: u64| format!("2031-{:02}-{:02}", 1 + i / 28, 1 + i % 28);
    (0..n)
        .map(|i| {
            let length = 3 + next(30);
            let mut text = String::new();
            for _ in 0..length {
                let word = next(words.len() as u64).min(next(words.len() as u64));
                text.push_str(words[word as usize]);
                text.push(' ');
            }
            let title = words[next(10) as usize];
            let german = next(5) == 0;
            let language = if german { Language::from_tag("de") } else { Some(Language::EN) };
            let reading = Reading { title: Some(title.to_owned()), text, language, ..Reading::default() };
            Article { number: i, name: format!("a{i}"), known_at: end_of(&day(next(60))), reading }
        })
        .collect()
}

const QUERIES: [&str; 7] =
    ["strike", "quay mill", "ferry OR crane", "\"quay strike\"", "rain -wages", "lang:en talks", "-board"];

fn whole(index: &Index, query: &str, as_of: Option<&str>) -> Found {
    index.search(&Query::parse(query).unwrap(), &ask(as_of), &Map::default()).unwrap()
}

#[test]
fn order_and_scores_do_not_depend_on_how_the_index_came_to_be() {
    let articles = many(300);
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = index(one.path(), &articles);
    // In another order, in many commits, with others added and removed, and some added twice over.
    let other = Index::create(other.path()).unwrap();
    let mut writer = other.writer(0).unwrap();
    let gone = many(340);
    for (i, chunk) in articles.rchunks(23).enumerate() {
        for article in chunk {
            writer.add(&article.entry()).unwrap();
        }
        if i % 2 == 0 {
            writer.commit("half way").unwrap();
        }
        writer.remove(chunk[0].number).unwrap();
        writer.add(&chunk[0].entry()).unwrap();
    }
    for article in &gone[300..] {
        writer.add(&article.entry()).unwrap();
    }
    writer.commit("too many").unwrap();
    for article in &gone[300..] {
        writer.remove(article.number).unwrap();
    }
    writer.commit("done").unwrap();
    let check = |step: &str| {
        other.refresh().unwrap();
        for query in QUERIES {
            for as_of in [None, Some("2031-02-02")] {
                let want = whole(&one, query, as_of);
                assert!(want.hits.len() > 3);
                assert_eq!(whole(&other, query, as_of), want, "{step}: {query}");
            }
        }
    };
    check("in pieces");
    writer.purge().unwrap();
    check("purged");
    writer.merge().unwrap();
    check("merged");
    assert_eq!(other.stamp().unwrap(), Stamp { count: 300, state: "done".to_owned() });
}

#[test]
fn as_of_a_date_is_an_index_of_what_was_known_by_then() {
    let articles = many(300);
    let folder = tempfile::tempdir().unwrap();
    let all = index(folder.path(), &articles);
    for day in ["2031-01-01", "2031-01-20", "2031-02-11", "2031-03-04", "2032-01-01"] {
        let folder = tempfile::tempdir().unwrap();
        let known: Vec<Article> = many(300).into_iter().filter(|a| a.known_at <= end_of(day)).collect();
        let then = index(folder.path(), &known);
        for query in QUERIES {
            assert_eq!(whole(&all, query, Some(day)), whole(&then, query, Some(day)), "{day}: {query}");
        }
    }
    assert!(search(&all, "strike", Some("2030-12-31")).is_empty());
}

#[test]
fn an_index_that_cannot_be_used_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("index");
    assert!(matches!(Index::open(&at), Err(OpenError::Missing)));
    index(&at, &port());
    let opened = Index::open(&at).unwrap();
    assert_eq!(opened.stamp().unwrap().count, 5);
    assert_eq!(search(&opened, "cafe", None), ["cafe"]);
    assert!(opened.damaged_files().unwrap().is_empty());
    drop(opened);

    let meta = std::fs::read_to_string(at.join("meta.json")).unwrap();
    let other = meta.replace("{\\\"schema\\\":", "{\\\"schema\\\":9");
    assert_ne!(meta, other);
    std::fs::write(at.join("meta.json"), other).unwrap();
    assert!(matches!(Index::open(&at), Err(OpenError::Other)));
    std::fs::write(at.join("meta.json"), meta.replace("\\\"count\\\":5", "\\\"count\\\":6")).unwrap();
    assert!(matches!(Index::open(&at), Err(OpenError::Damaged(_))));
    std::fs::write(at.join("meta.json"), &meta[..meta.len() / 2]).unwrap();
    assert!(matches!(Index::open(&at), Err(OpenError::Damaged(_))));
    std::fs::write(at.join("meta.json"), &meta).unwrap();

    let largest =
        std::fs::read_dir(&at).unwrap().map(|f| f.unwrap()).max_by_key(|f| f.metadata().unwrap().len());
    let largest = largest.unwrap().path();
    let bytes = std::fs::read(&largest).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 3] ^= 1;
    std::fs::write(&largest, flipped).unwrap();
    assert_eq!(Index::open(&at).unwrap().damaged_files().unwrap().len(), 1);
    std::fs::write(&largest, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(Index::open(&at), Err(OpenError::Damaged(_))));
    // It is made again.
    assert_eq!(search(&index(&at, &port()), "cafe", None), ["cafe"]);
}

/// The files of an index that hold its articles.
fn segment_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|f| f.extension().is_some_and(|e| e != "json" && e != "lock")).collect();
    files.sort();
    files
}

#[test]
fn an_index_that_lacks_any_of_its_files_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    index(folder.path(), &port());
    let files = segment_files(folder.path());
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for damage in [None, Some(&bytes[..bytes.len() / 2]), Some(b"")] {
            match damage {
                None => std::fs::remove_file(&file).unwrap(),
                Some(rest) => std::fs::write(&file, rest).unwrap(),
            }
            let opened = Index::open(folder.path());
            assert!(matches!(opened, Err(OpenError::Damaged(_))), "{}: {opened:?}", file.display());
        }
        std::fs::write(&file, bytes).unwrap();
    }
    assert!(Index::open(folder.path()).is_ok());
}

#[test]
fn whatever_byte_is_wrong_nothing_panics_and_no_merge_hides_it() {
    let folder = tempfile::tempdir().unwrap();
    index(folder.path(), &many(60));
    let mut failed = 0;
    for file in segment_files(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        for part in 0..24 {
            let mut wrong = bytes.clone();
            let at = bytes.len() * part / 24;
            let end = (at + 5).min(bytes.len());
            wrong[at..end].iter_mut().for_each(|b| *b = !*b);
            std::fs::write(&file, wrong).unwrap();
            let Ok(opened) = Index::open(folder.path()) else {
                failed += 1;
                continue;
            };
            for query in QUERIES {
                let found = opened.search(&Query::parse(query).unwrap(), &ask(None), &Map::default());
                failed += usize::from(found.is_err());
            }
            let mut writer = opened.writer(0).unwrap();
            for article in many(60) {
                if writer.remove(article.number).is_err() {
                    failed += 1;
                    break;
                }
            }
            assert!(writer.merge().is_err() || opened.damaged_files().unwrap().len() == 1, "{file:?} {at}");
        }
        std::fs::write(&file, bytes).unwrap();
    }
    assert!(failed > 20, "{failed}");
    assert_eq!(Index::open(folder.path()).unwrap().stamp().unwrap().count, 60);
}

#[test]
#[cfg(unix)]
fn whoever_may_read_a_library_may_read_its_index() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("index");
    index(&at, &port());
    let usual = folder.path().join("usual");
    std::fs::write(&usual, "").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    for file in std::fs::read_dir(&at).unwrap().map(|f| f.unwrap().path()) {
        assert_eq!(mode(&file), mode(&usual), "{}", file.display());
    }
}

#[test]
fn what_is_not_committed_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let opened = index(folder.path(), &port());
    let mut writer = opened.writer(0).unwrap();
    for article in port() {
        writer.remove(article.number).unwrap();
    }
    drop(writer);
    let opened = Index::open(folder.path()).unwrap();
    assert_eq!(search(&opened, "cafe", None), ["cafe"]);
}

#[test]
fn snippets_show_the_words_that_were_asked_for() {
    let filler =
        "Nothing of note was said about the weather in those days, and the quay lay still. ".repeat(12);
    let text =
        format!("{filler}\n\nThe dockers began a strike over wages. Strikes had been rare.\n\n{filler}");
    let check = |query: &str, want: &[&str], shown: &str| {
        let snippet = snippet(&Query::parse(query).unwrap(), &text, Language::EN);
        assert!(snippet.span.len() <= 400 && snippet.span.of(&text).contains(shown), "{snippet:?}");
        let words: Vec<&str> = snippet.hits.iter().map(|h| h.of(&text)).collect();
        assert_eq!(words, want, "{query}");
        assert!(snippet.hits.iter().all(|h| snippet.span.contains(*h)));
    };
    check("strike wage", &["strike", "wages", "Strikes"], "The dockers began a strike over wages.");
    check("\"began a strike\"", &["began a strike"], "The dockers began");
    check("rare -nothing", &["rare"], "Strikes had been rare.");
    check("said:dockers(wages)", &["dockers", "wages"], "The dockers");
    check("bicycle", &[], "Nothing of note");
}

#[test]
fn a_snippet_begins_and_ends_between_letters_of_any_width() {
    let query = Query::parse("quay").unwrap();
    let filler = "a".repeat(200);
    let before = format!("{filler}？ aa quay");
    assert!(snippet(&query, &before, Language::EN).span.of(&before).ends_with("aa quay"));
    let phrase = Query::parse("\"quay quay\"").unwrap();
    let apart = format!("quay  {}quay", "— ".repeat(100));
    assert!(!snippet(&phrase, &apart, Language::EN).span.of(&apart).is_empty());
}

proptest! {
    #[test]
    fn snippets_are_stretches_of_any_text(text in "(\\PC|quay |\\n\\n|\\. |東){0,400}", query in "quay|\"quay quay\"|東|x") {
        let query = Query::parse(&query).unwrap();
        for language in [Language::EN, Language::from_tag("ja").unwrap()] {
            let snippet = snippet(&query, &text, language);
            prop_assert!(text.get(snippet.span.start..snippet.span.end).is_some());
            prop_assert!(snippet.span.len() < 2_000);
            let mut last = Span::default();
            for hit in snippet.hits {
                prop_assert!(!hit.of(&text).is_empty() && snippet.span.contains(hit) && last.end <= hit.start);
                last = hit;
            }
        }
    }
}
