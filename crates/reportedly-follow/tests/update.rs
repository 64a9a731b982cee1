//! Updates against a real server on this machine, with a clock of their own.

mod server;

use jiff::SignedDuration;
use reportedly_follow::{Asked, Clock, LONGEST_RUN, Played, Told, Updated, Updater, Which};
use reportedly_gather::{
    fetch::{Fetcher, Options, Reach},
    pace::{Bounds, Rules},
    robots::Robots,
};
use reportedly_library::{Error, Kept, Library, Subscription, Wanted, Writer};
use server::{Server, article, feed, item, moved, status};
use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

/// A library that is fed from one server, with several names.
struct Desk {
    folder: TempDir,
    clock: Played,
    updater: Updater,
    server: Server,
}

impl Desk {
    fn new() -> Self {
        let server = Server::start();
        let clock = Played::at("2031-03-04T06:00:00Z".parse().expect("an instant"));
        let here = server.address.ip();
        let reach = Reach {
            allowed: vec![here],
            hosts: Some(Arc::new(move |_| Some(vec![here]))),
            ..Reach::default()
        };
        let updater = Updater {
            fetcher: Fetcher::new(Options { reach, ..Options::default() }).expect("a fetcher"),
            robots: Arc::new(Robots::default()),
            clock: Arc::new(clock.clone()),
            rules: Rules::default(),
            bounds: Bounds::default(),
            keep_pages: false,
            longest: LONGEST_RUN,
        };
        Self { folder: tempfile::tempdir().expect("a folder"), clock, updater, server }
    }

    fn later(&self, hours: i64) {
        let mut now = self.clock.time();
        *now += SignedDuration::from_hours(hours);
    }

    fn subscribe(&self, urls: &[&str]) {
        let all: Vec<Subscription> =
            urls.iter().map(|url| Subscription { url: self.url(url), ..Subscription::default() }).collect();
        let mut writer = Writer::open(self.folder.path()).expect("a library");
        writer.subscribe(&all).expect("subscribed");
    }

    /// `host/path` to an address of the server.
    fn url(&self, place: &str) -> String {
        self.server.url(place)
    }

    fn update(&self, which: &Which) -> Updated {
        let mut writer = Writer::open(self.folder.path()).expect("a library");
        let updated = server::run(self.updater.update(self.folder.path(), &mut writer, which, |_| {}));
        writer.fold().expect("folded");
        updated.expect("updated")
    }

    /// Titles of all articles as they stand now, and how many observations there are.
    fn articles(&self) -> (Vec<String>, usize) {
        let library = Library::open(self.folder.path()).expect("a library");
        let view = library.view(None).expect("a view");
        let mut all = Vec::new();
        let keep = |kept| {
            all.push(kept);
            Ok::<(), Error>(())
        };
        view.observations(&Wanted::default(), keep).expect("all");
        all.sort_by_key(|kept: &Kept| kept.first_seen);
        let title = |kept: &Kept| kept.reading.as_ref().and_then(|reading| reading.title.clone());
        let last: BTreeMap<&str, String> =
            all.iter().map(|kept| (kept.article.as_str(), title(kept).unwrap_or_default())).collect();
        let mut titles: Vec<String> = last.into_values().collect();
        titles.sort();
        (titles, all.len())
    }

    fn subscription(&self, place: &str) -> (Subscription, Asked) {
        let url = self.url(place);
        let all = Library::open(self.folder.path()).expect("a library").subscriptions().expect("all");
        let one = all.into_iter().find(|s| s.url == url).expect("the subscription");
        let asked = Asked::parse(one.asked.as_deref());
        (one, asked)
    }
}

#[test]
fn what_is_new_is_read_once_and_what_has_not_changed_is_not_sent_again() {
    let desk = Desk::new();
    desk.server.put("post/crane", article("Crane falls at quay four", "It fell on Monday evening."));
    desk.server.put("post/mill", article("Mill at Velm is to close", "It closes in March."));
    let items =
        [item("crane", "1", "Crane falls at quay four"), item("mill", "2", "Mill at Velm is to close")];
    desk.server.put("post/feed", feed(&items));
    desk.subscribe(&["post/feed"]);
    let first = desk.update(&Which::Due);
    assert_eq!((first.subscriptions, first.items, first.pages, first.observations), (1, 2, 2, 2));
    let titles = ["Crane falls at quay four", "Mill at Velm is to close"].map(str::to_owned).to_vec();
    assert_eq!(desk.articles(), (titles.clone(), 2));
    // Nothing is due.
    let asked = desk.server.asked().len();
    assert_eq!(desk.update(&Which::Due), Updated::default());
    assert_eq!(desk.server.asked().len(), asked);
    // Later it is asked whether there is something new, and there is not.
    desk.later(3);
    let again = desk.update(&Which::Due);
    assert_eq!((again.subscriptions, again.unchanged, again.pages, again.observations), (1, 1, 2, 0));
    let since = &desk.server.asked()[asked..];
    assert!(since.iter().all(|asked| asked.status == 304), "{since:?}");
    assert_eq!(desk.articles(), (titles, 2));
}

#[test]
fn an_edited_title_another_guid_and_another_way_to_the_page_are_no_new_article() {
    let desk = Desk::new();
    desk.server.put("post/crane", article("Crane falls at quay four", "It fell on Monday evening."));
    desk.server.put("post/feed", feed(&[item("crane", "1", "Crane falls")]));
    desk.subscribe(&["post/feed"]);
    desk.update(&Which::Due);
    for changed in [
        item("crane", "another", "Crane falls"),
        item("crane?utm_source=feed", "another", "Crane falls"),
        item("crane", "1", "Crane falls at Tarn"),
    ] {
        desk.server.put("post/feed", feed(&[changed]));
        desk.later(30);
        desk.update(&Which::Due);
        assert_eq!(desk.articles(), (vec!["Crane falls at quay four".to_owned()], 1));
    }
    // What the article says is another matter: it is the same article, and another observation of it.
    desk.server.put("post/crane", article("Crane falls at quay five", "It fell on Monday evening."));
    desk.server.put("post/feed", feed(&[item("crane", "1", "Crane falls at quay five")]));
    desk.later(30);
    desk.update(&Which::Due);
    assert_eq!(desk.articles(), (vec!["Crane falls at quay five".to_owned()], 2));
    // A change of which the feed says nothing is seen when the page is looked at again.
    desk.server.put("post/crane", article("Crane falls at quay six", "It fell on Monday evening."));
    desk.later(3);
    desk.update(&Which::Due);
    assert_eq!(desk.articles(), (vec!["Crane falls at quay six".to_owned()], 3));
    // And its address may change with its title, where the GUID does not.
    desk.server.remove("post/crane");
    desk.server
        .put("post/crane-six", article("Crane falls at quay six of Tarn", "It fell on Monday evening."));
    desk.server.put("post/feed", feed(&[item("crane-six", "1", "Crane falls at quay six of Tarn")]));
    desk.later(30);
    desk.update(&Which::Due);
    assert_eq!(desk.articles(), (vec!["Crane falls at quay six of Tarn".to_owned()], 4));
}

#[test]
fn an_item_in_five_feeds_is_one_article_and_its_page_is_asked_for_once() {
    let desk = Desk::new();
    desk.server.put("post/crane", article("Crane falls at quay four", "It fell on Monday evening."));
    let feeds = ["post/all", "post/ports", "post/local", "post/top", "post/latest"];
    for (n, place) in feeds.iter().enumerate() {
        let way = format!("crane?utm_campaign={n}");
        desk.server.put(place, feed(&[item(&way, &format!("{n}"), "Crane falls")]));
    }
    desk.subscribe(&feeds);
    let updated = desk.update(&Which::Due);
    assert_eq!((updated.subscriptions, updated.pages, updated.observations), (5, 1, 1));
    assert_eq!(desk.articles().1, 1);
    let brought = Library::open(desk.folder.path()).expect("a library").brought().expect("counts");
    assert!(brought.iter().all(|b| (b.items, b.articles, b.copies) == (1, 1, 0)), "{brought:?}");
}

#[test]
fn who_wants_to_be_left_alone_is() {
    let desk = Desk::new();
    desk.server.put("busy/feed", status(429, &[("retry-after", "7200")]));
    desk.server.put("busy/other", feed(&[]));
    desk.server.put("closed/feed", status(403, &[]));
    desk.subscribe(&["busy/feed", "busy/other", "closed/feed"]);
    desk.update(&Which::Due);
    let asked = |host: &str| desk.server.asked().iter().filter(|a| a.host == host).count();
    assert_eq!((asked("busy"), asked("closed")), (1, 1));
    // Not even when everything is asked for; who refuses us may be asked by order.
    desk.later(1);
    desk.update(&Which::All);
    assert_eq!((asked("busy"), asked("closed")), (1, 2));
    desk.later(2);
    desk.server.put("busy/feed", feed(&[]));
    desk.update(&Which::Due);
    assert_eq!((asked("busy"), asked("closed")), (3, 2));
    let (_, state) = desk.subscription("busy/feed");
    assert_eq!(state.wrong, None);
    let (closed, state) = desk.subscription("closed/feed");
    let wrong = state.wrong.expect("trouble");
    assert_eq!((wrong.nth, wrong.said.as_str()), (2, "the server answered 403: it refuses us"));
    assert!(closed.due_at.expect("a time") > desk.clock.now() + SignedDuration::from_hours(20));
}

#[test]
fn a_feed_that_moves_is_followed_and_one_that_is_gone_is_let_go() {
    let desk = Desk::new();
    desk.server.put("post/old", moved(301, "/new"));
    desk.server.put("post/new", feed(&[]));
    desk.server.put("gone/feed", status(410, &[]));
    desk.subscribe(&["post/old", "gone/feed"]);
    for _ in 0..5 {
        desk.update(&Which::Due);
        desk.later(25);
    }
    assert!(desk.subscription("post/new").1.answered.is_some());
    assert!(desk.subscription("gone/feed").0.paused);
    assert_eq!(desk.server.asked().iter().filter(|a| a.host == "gone").count(), 3);
    assert_eq!(desk.server.asked().iter().filter(|a| a.path == "/old").count(), 1);
}

#[test]
fn what_a_site_forbids_is_not_asked_for_and_what_is_down_is_asked_for_again() {
    let desk = Desk::new();
    desk.server.put("post/robots.txt", server::text("User-agent: *\nDisallow: /closed/"));
    desk.server.put(
        "post/feed",
        feed(&[item("closed/crane", "1", "Crane falls"), item("mill", "2", "Mill closes")]),
    );
    desk.server.put("post/mill", status(503, &[]));
    desk.subscribe(&["post/feed"]);
    let first = desk.update(&Which::Due);
    assert_eq!((first.pages, first.missed), (2, 2));
    assert!(desk.server.asked().iter().all(|a| a.path != "/closed/crane"));
    // What the feed says is kept meanwhile.
    assert_eq!(desk.articles(), (vec!["Crane falls".to_owned(), "Mill closes".to_owned()], 2));
    desk.server.put("post/mill", article("Mill at Velm is to close", "It closes in March."));
    desk.later(1);
    desk.update(&Which::Due);
    assert!(desk.articles().0.contains(&"Mill at Velm is to close".to_owned()));
}

#[test]
fn what_changes_in_a_feed_whose_pages_are_refused_is_taken_from_the_feed() {
    let desk = Desk::new();
    let items = |title: &str| -> Vec<String> {
        (0..6).map(|n| item(&format!("story-{n}"), &n.to_string(), &format!("{title} {n}"))).collect()
    };
    for n in 0..6 {
        desk.server.put(&format!("post/story-{n}"), status(403, &[]));
    }
    desk.server.put("post/feed", feed(&items("Crane falls at quay")));
    desk.subscribe(&["post/feed"]);
    desk.update(&Which::Due);
    desk.update(&Which::Due);
    assert_eq!(desk.articles().1, 6);
    let asked = desk.server.asked().len();
    desk.later(3);
    desk.server.put("post/feed", feed(&items("Crane was pushed at quay")));
    desk.update(&Which::Due);
    let (titles, all) = desk.articles();
    assert_eq!((titles.len(), all), (6, 12), "{titles:?}");
    assert!(titles.iter().all(|title| title.starts_with("Crane was pushed")), "{titles:?}");
    let pages = desk.server.asked()[asked..].iter().filter(|a| a.path.starts_with("/story")).count();
    assert_eq!(pages, 0, "who refuses pages is left alone");
}

#[test]
fn items_that_all_lead_to_one_page_are_read_by_themselves() {
    let desk = Desk::new();
    desk.server.put("post/live", article("Everything of the day", "All that happened at the quay."));
    let items: Vec<String> = ["Whale seen at quay four", "Crane falls at quay four", "Ferry is late again"]
        .iter()
        .enumerate()
        .map(|(n, title)| item("live", &format!("urn:live:{n}"), title))
        .collect();
    desk.server.put("post/feed", feed(&items));
    desk.subscribe(&["post/feed"]);
    desk.update(&Which::Due);
    let (titles, _) = desk.articles();
    assert_eq!(titles, ["Crane falls at quay four", "Ferry is late again", "Whale seen at quay four"]);
    assert!(desk.server.asked().iter().all(|asked| asked.path != "/live"));
}

#[test]
fn a_run_that_is_ended_anywhere_is_gone_on_with() {
    let names: Vec<String> = (0..12).map(|n| format!("story-{n}")).collect();
    for steps in 1..30 {
        let desk = Desk::new();
        for name in &names {
            desk.server.put(&format!("post/{name}"), article(&format!("The {name} of Tarn"), name));
        }
        let items: Vec<String> = names.iter().map(|name| item(name, name, name)).collect();
        desk.server.put("post/feed", feed(&items));
        desk.subscribe(&["post/feed"]);
        let mut writer = Writer::open(desk.folder.path()).expect("a library");
        let count = Mutex::new(0);
        let ended = tokio::sync::Notify::new();
        let work = desk.updater.update(desk.folder.path(), &mut writer, &Which::Due, |told| {
            if !matches!(told, Told::Left { .. }) {
                let mut count = count.lock().expect("a lock");
                *count += 1;
                if *count == steps {
                    ended.notify_one();
                }
            }
        });
        server::run(async {
            let mut work = std::pin::pin!(work);
            let mut end = std::pin::pin!(ended.notified());
            std::future::poll_fn(|context| match end.as_mut().poll(context) {
                std::task::Poll::Ready(()) => std::task::Poll::Ready(()),
                std::task::Poll::Pending => work.as_mut().poll(context).map(|_| ()),
            })
            .await;
        });
        drop(writer);
        desk.later(1);
        desk.update(&Which::Due);
        assert_eq!(desk.articles().0.len(), names.len(), "ended after {steps}");
    }
}

#[test]
fn a_page_that_gives_less_than_the_feed_loses_to_it() {
    let desk = Desk::new();
    let whole = "<p>The mill at Velm is to close in March, its owner Orla Finch said on Monday after talks with the
        works council that had gone on since autumn.</p><p>Ninety people work there. \"We have looked for a buyer in
        three countries and have found none,\" Finch said, and added that the rolling stock would be sold.</p>
        <p>The town had offered to buy the sidings for one crown, which the company called a joke.</p>";
    let item = item("mill", "1", "Mill at Velm is to close");
    let whole = whole.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let item = item.replace("<description>Mill at Velm is to close.", &format!("<description>{whole}"));
    desk.server.put("post/feed", feed(&[item]));
    desk.server.put(
        "post/mill",
        server::text(
            "<!doctype html><html><head><title>Mill at Velm is to close - Tarn Post</title></head><body><article>
             <h1>Mill at Velm is to close</h1><p>The mill at Velm is to close in March, its owner Orla Finch said on
             Monday after talks with the works council that had gone on since autumn.</p>
             <p>Subscribe to read on.</p></article></body></html>",
        ),
    );
    desk.subscribe(&["post/feed"]);
    desk.update(&Which::Due);
    let library = Library::open(desk.folder.path()).expect("a library");
    let [id] = library.articles().expect("articles").try_into().expect("one article");
    let article = library.view(None).expect("a view").article(&id).expect("read").expect("it is there");
    assert!(article.reading.text.contains("which the company called a joke"), "{}", article.reading.text);
    assert!(!article.reading.text.contains("Subscribe"));
    assert_eq!(
        article.reading.published.best.map(|when| when.day().to_string()).as_deref(),
        Some("2031-03-04")
    );
}
