//! What somebody who follows a story or a search is told, and what not.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use reportedly_follow::{Alert, News, raise, word};
use reportedly_gather::{article_id, load, walk};
use reportedly_library::{Followed, Library, Which, Writer};
use reportedly_read::{Form, Input, read};
use reportedly_story::{Observation, known_at};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use tempfile::TempDir;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn day(day: u8) -> Timestamp {
    at(&format!("2031-05-{day:02}T12:00:00Z"))
}

fn report(id: &str, outlet: &str, day: u8, title: &str, text: &str) -> Observation {
    let published = format!("2031-05-{day:02}");
    let input = Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        title: Some(title),
        outlet: Some(outlet),
        published: Some(&published),
        ..Input::default()
    };
    Observation { id: id.to_owned(), state: 1, path: None, reading: read(&input) }
}

/// A ferry line is to be sold, on four days.
fn ferry() -> [Observation; 6] {
    [
        report(
            "plan",
            "Tern Gazette",
            2,
            "Corrow ferry line to be sold to Blackfen",
            "The Corrow ferry line will be sold to Blackfen on 16 May 2031, mayor Ilse Marran said on Friday. \
             The line carries a thousand passengers a day between Corrow and the islands.",
        ),
        report(
            "copy",
            "Isle Post",
            3,
            "Corrow ferry line to be sold to Blackfen",
            "The Corrow ferry line will be sold to Blackfen on 16 May 2031, mayor Ilse Marran said on Friday. \
             The line carries a thousand passengers a day between Corrow and the islands.",
        ),
        report(
            "second",
            "Quay Herald",
            4,
            "Blackfen buys the Corrow ferry line",
            "The Corrow ferry line will be sold to Blackfen on 16 May 2031, Blackfen chairman Otto Varr told the Quay Herald. \
             Passengers of the ferry line will keep their tickets, he said.",
        ),
        report(
            "relay",
            "Moor Echo",
            5,
            "Corrow ferry line to be sold, says mayor",
            "The Corrow ferry line will be sold to Blackfen, mayor Ilse Marran told the Tern Gazette. \
             The islands depend on the ferry line.",
        ),
        report(
            "denial",
            "Lamp Courier",
            6,
            "Union denies sale of Corrow ferry line to Blackfen",
            "Union leader Petra Sand denied that the Corrow ferry line will be sold to Blackfen. \
             The crews of the ferry line have not been asked, the Lamp Courier was told.",
        ),
        report(
            "done",
            "Quay Herald",
            16,
            "Corrow ferry line sold to Blackfen",
            "The Corrow ferry line was sold to Blackfen on Friday, 16 May 2031. The papers were signed in the town hall of Corrow. \
             Passengers of the ferry line saw new flags in the evening.",
        ),
    ]
}

fn elsewhere() -> Observation {
    report(
        "mill",
        "Tern Gazette",
        4,
        "Fire at the Larkhaven mill",
        "A fire burned down the old mill of Larkhaven on Sunday night. Nobody was hurt, fire chief Jon Hask said. \
         Forty firemen poured water on the roof until morning.",
    )
}

/// The pages of the example newsroom, by the day on which they became known.
fn newsroom() -> BTreeMap<Date, Vec<Observation>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/newsroom");
    let mut days: BTreeMap<Date, Vec<Observation>> = BTreeMap::new();
    for path in walk(&[folder]).files {
        let record = load(&path).expect("a page");
        let reading = read(&record.input());
        let id = article_id(reading.url.as_deref(), &record.bytes);
        if let Some(known) = known_at(&reading, false) {
            let day = known.to_zoned(TimeZone::UTC).date();
            days.entry(day).or_default().push(Observation { id, state: 1, path: None, reading });
        }
    }
    days
}

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn add(&self, observations: &[Observation]) {
        let mut writer = Writer::open(self.path()).expect("a library");
        writer.add_readings(observations.to_vec()).expect("added");
        writer.index(|_| {}).expect("indexed");
    }

    fn follow(&self, name: &str, what: &Followed, now: Timestamp) {
        let mut writer = Writer::open(self.path()).expect("a library");
        writer.follow(name, what, &["desk".to_owned()], now).expect("stored").expect("a new name");
    }

    fn look(&self, now: Timestamp) -> Vec<Alert> {
        let mut writer = Writer::open(self.path()).expect("a library");
        let library = Library::open(self.path()).expect("a library");
        raise(&mut writer, &library, now).expect("looked")
    }

    fn rebuild(&self) {
        let mut writer = Writer::open(self.path()).expect("a library");
        writer.rebuild().expect("rebuilt");
        writer.index_again(|_| {}).expect("indexed");
    }
}

fn told(alerts: &[Alert]) -> Vec<String> {
    alerts
        .iter()
        .map(|a| {
            let who: Vec<&str> = a.origins.iter().map(|o| o.name.as_str()).collect();
            let change = a.before.iter().chain(&a.status).cloned().collect::<Vec<_>>().join(" to ");
            let links: Vec<&str> = a.links.iter().map(|l| l.article.as_str()).collect();
            let said = [&a.follow, word(a.news), &who.join(", "), &change, &links.join(" ")];
            said.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" | ")
        })
        .collect()
}

#[test]
fn a_story_that_develops_is_told_step_by_step_and_once() {
    let [plan, copy, second, relay, denial, done] = ferry();
    let desk = Desk::new();
    desk.add(&[plan]);
    desk.follow("ferry", &Followed::Story("plan".to_owned()), day(2));
    desk.follow("sales", &Followed::Search("\"ferry line\" Blackfen".to_owned()), day(2));
    desk.follow("fires", &Followed::Search("fire firemen".to_owned()), day(2));
    let check = |now: u8, new: &[Observation], expected: &[&str]| {
        desk.add(new);
        assert_eq!(told(&desk.look(day(now))), expected, "{now}");
        assert_eq!(told(&desk.look(day(now))), [""; 0], "{now}: again");
        desk.rebuild();
        assert_eq!(told(&desk.look(day(now))), [""; 0], "{now}: folded again");
    };
    check(2, &[], &[]);
    check(3, &[copy], &[]);
    check(
        4,
        &[second, elsewhere()],
        &[
            "ferry | origin | Otto Varr | second",
            "sales | origin | Otto Varr | second",
            "fires | story | Tern Gazette | mill",
        ],
    );
    check(5, &[relay], &[]);
    check(
        6,
        &[denial],
        &[
            "ferry | denial | Petra Sand | planned to denied | denial",
            "sales | denial | Petra Sand | planned to denied | denial",
        ],
    );
    check(
        16,
        &[done],
        &["ferry | status | denied to happened | done", "sales | status | denied to happened | done"],
    );
}

#[test]
fn what_comes_late_is_news_and_history_is_not() {
    let [plan, _, second, _, denial, _] = ferry();
    let desk = Desk::new();
    desk.add(&[plan, denial]);
    desk.follow("ferry", &Followed::Story("plan".to_owned()), day(6));
    desk.follow("fires", &Followed::Search("fire".to_owned()), at("2031-06-20T00:00:00Z"));
    desk.add(&[second, elsewhere()]);
    assert_eq!(told(&desk.look(day(6))), ["ferry | origin | Otto Varr | second"]);
}

#[test]
fn the_same_words_seen_earlier_or_again_are_no_news() {
    let [plan, _, second, ..] = ferry();
    let desk = Desk::new();
    let seen = |observation: &Observation, when: u8| {
        let mut observation = observation.clone();
        observation.reading.fetched = Some(day(when));
        observation
    };
    desk.add(&[seen(&plan, 5), seen(&second, 8)]);
    desk.follow("ferry", &Followed::Story("plan".to_owned()), day(8));
    desk.follow("sales", &Followed::Search("ferry".to_owned()), day(8));
    // The earlier sight takes the place of the one that was looked at.
    desk.add(&[seen(&second, 4), seen(&plan, 9), seen(&second, 10)]);
    assert_eq!(told(&desk.look(day(10))), [""; 0]);
}

#[test]
fn a_story_is_followed_where_it_goes() {
    let [plan, _, second, relay, denial, _] = ferry();
    let desk = Desk::new();
    desk.add(&[plan, relay]);
    desk.follow("ferry", &Followed::Story("plan".to_owned()), day(5));
    desk.add(&[second]);
    assert_eq!(told(&desk.look(day(6))).len(), 1);
    let mut writer = Writer::open(desk.path()).expect("a library");
    writer.forget(&Which::Article("plan".to_owned())).expect("forgotten");
    drop(writer);
    desk.add(&[denial]);
    assert_eq!(told(&desk.look(day(6))), ["ferry | denial | Petra Sand | planned to denied | denial"]);
}

#[test]
fn what_is_forgotten_is_in_no_alert_and_is_sent_to_nobody() {
    let [plan, _, second, ..] = ferry();
    let desk = Desk::new();
    desk.add(&[plan]);
    desk.follow("ferry", &Followed::Story("plan".to_owned()), day(2));
    desk.add(&[second]);
    assert_eq!(desk.look(day(4)).len(), 1);
    let library = Library::open(desk.path()).expect("a library");
    assert_eq!(library.due("desk", day(4)).expect("due").len(), 1);
    let mut writer = Writer::open(desk.path()).expect("a library");
    writer.forget(&Which::Article("second".to_owned())).expect("forgotten");
    let kept = library.alerts(10).expect("alerts");
    assert_eq!(kept.iter().map(|a| a.body.clone()).collect::<Vec<_>>(), [None]);
    assert_eq!(library.due("desk", day(4)).expect("due"), []);
    let database = std::fs::read(desk.path().join("library.db")).expect("the database");
    assert!(!database.windows(9).any(|w| w == b"Otto Varr"), "bytes of it lie about");
}

#[test]
fn whoever_ends_following_and_begins_again_hears_of_nothing_twice() {
    let [plan, _, second, ..] = ferry();
    let desk = Desk::new();
    desk.add(&[plan]);
    desk.follow("ferry", &Followed::Story("plan".to_owned()), day(2));
    desk.add(&[second]);
    let alerts = desk.look(day(4));
    assert_eq!((alerts.len(), alerts[0].news), (1, News::Origin));
    let mut writer = Writer::open(desk.path()).expect("a library");
    let follows = writer.follows().expect("follows");
    assert!(writer.follow("ferry", &follows[0].what, &[], day(4)).expect("stored").is_none(), "a name twice");
    assert!(writer.unfollow(follows[0].id).expect("ended"));
    assert!(!writer.unfollow(follows[0].id).expect("asked"));
    drop(writer);
    assert_eq!(Library::open(desk.path()).expect("a library").alerts(10).expect("alerts"), []);
    desk.follow("ferry", &Followed::Story("plan".to_owned()), day(4));
    assert_eq!(told(&desk.look(day(5))), [""; 0]);
}

#[test]
fn the_newsroom_day_by_day_gives_a_handful_of_alerts_each_once() {
    let desk = Desk::new();
    drop(Writer::open(desk.path()).expect("a library"));
    for (name, query) in [("mill", "Ruddock mill"), ("swap", "Marigold"), ("concert", "\"Nadja Rook\"")] {
        desk.follow(name, &Followed::Search(query.to_owned()), at("2031-01-01T00:00:00Z"));
    }
    let mut all = Vec::new();
    for (date, observations) in newsroom() {
        desk.add(&observations);
        let now = date.to_zoned(TimeZone::UTC).expect("a day").timestamp();
        let alerts = desk.look(now);
        all.extend(alerts);
    }
    let said = told(&all);
    // The signing of the mill's sale was put off, and later the sale was off.
    for (expected, wanted) in [
        ("mill | story | two people briefed on the negotiations", 1),
        ("mill | denial | The Halden family", 1),
        ("mill | origin | Ilse Corrigan", 1),
        ("mill | status | planned to denied", 2),
        ("swap | denial | The defence ministry in Karsk", 1),
        ("swap | status | planned to denied", 1),
    ] {
        let times = said.iter().filter(|s| s.starts_with(&format!("{expected} | "))).count();
        assert_eq!(times, wanted, "{expected}: {said:#?}");
    }
    assert!(all.len() < 40, "{said:#?}");
    let ids: BTreeSet<&str> = all.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids.len(), all.len());
    // Whoever comes to all of it later is told of nothing that was there.
    desk.follow("late", &Followed::Search("Ruddock OR Marigold".to_owned()), at("2031-05-01T00:00:00Z"));
    assert_eq!(told(&desk.look(at("2031-05-01T00:00:00Z"))), [""; 0]);
}
