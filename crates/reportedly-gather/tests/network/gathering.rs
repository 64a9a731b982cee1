//! Feeds, rules and sites, from the request to what is read.

use crate::server::{HERE, Server, fetcher, page, run, sends, serve};
use jiff::Timestamp;
use reportedly_gather::{
    discover::{By, Kind, find},
    feeds::{self, Format},
    fetch::{Fetcher, Options, Outcome, Reach, Request, Wants},
    pace::{Again, Bounds, Queue, Rules, Step, Trouble, again},
    robots::{Permission, Robots},
};
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::task::JoinSet;

const NOW: &str = "2031-03-04T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().expect("an instant")
}

fn feed(fetcher: &Fetcher, url: String) -> Result<feeds::Feed, String> {
    let fetched = run(fetcher.fetch(&Request::new(url).wants(Wants::Feed)));
    match &fetched.outcome {
        Outcome::Answer(answer) => {
            feeds::read(&answer.bytes, answer.content_type.as_deref(), &fetched.url, now())
                .map_err(|no| no.to_string())
        }
        told => Err(told.to_string()),
    }
}

#[test]
fn feeds_come_as_servers_send_them() {
    let many: String = (0..100_000)
        .flat_map(|n| ["<item><link>/n/".to_owned(), n.to_string(), "</link></item>".to_owned()])
        .collect();
    let many = format!("<rss><channel>{many}</channel></rss>");
    let latin = "<rss><item><title>Gr\u{fc}n</title></item></rss>"
        .chars()
        .map(|c| c as u32 as u8)
        .collect::<Vec<_>>();
    let server = serve(HERE, move |asked| match asked.path.as_str() {
        "/many" => page(200, &[], many.clone()),
        "/latin" => page(200, &[("content-type", "text/xml; charset=iso-8859-1")], latin.clone()),
        "/wrong" => page(200, &[("content-type", "text/xml; charset=utf-8")], latin.clone()),
        "/broken" => page(200, &[], "<rss><item><title>One</title></item><item><title>Two</title><![oops"),
        "/wall" => page(200, &[("content-type", "application/rss+xml")], "<!doctype html><html>Subscribe!"),
        "/empty" => page(200, &[], ""),
        _ => page(410, &[], ""),
    });
    let fetcher = fetcher();
    let feed = |path: &str| feed(&fetcher, server.url(path));
    let many = feed("/many").expect("a feed");
    assert_eq!(many.items.len(), 100_000);
    assert_eq!(many.items[99_999].link, Some(server.url("/n/99999")));
    for path in ["/latin", "/wrong"] {
        assert_eq!(feed(path).expect("a feed").items[0].title, "Grün");
    }
    // The item that is cut off comes again whole.
    let broken = feed("/broken").expect("a feed");
    assert_eq!((broken.items.len(), broken.notes.len()), (1, 2));
    assert_eq!(feed("/wall").expect_err("none"), "there is no feed but a page");
    assert_eq!(feed("/empty").expect_err("none"), "the answer is empty");
    assert_eq!(feed("/gone").expect_err("none"), "the server answered 410: the page is gone for good");
}

#[test]
fn a_sites_rules_are_asked_once_and_kept_to() {
    let server = serve(HERE, |asked| match asked.path.as_str() {
        "/robots.txt" => {
            page(200, &[("cache-control", "max-age=7200")], "User-agent: *\nDisallow: /no\nCrawl-delay: 3")
        }
        _ => page(200, &[], ""),
    });
    let (robots, fetcher) = (Robots::default(), fetcher());
    let ask = |path: &str, at: &str| {
        let at = at.parse().expect("an instant");
        run(robots.permission(&fetcher, &server.url(path), at))
    };
    assert_eq!(ask("/yes", NOW), Permission::Allowed(Some(Duration::from_secs(3))));
    assert_eq!(ask("/no/where", NOW), Permission::Forbidden);
    assert_eq!(ask("/yes", "2031-03-04T13:59:00Z"), Permission::Allowed(Some(Duration::from_secs(3))));
    assert_eq!(server.paths(), ["/robots.txt"]);
    ask("/yes", "2031-03-04T14:00:00Z");
    assert_eq!(server.paths().len(), 2);
}

#[test]
fn a_site_without_rules_allows_all_and_one_that_is_down_is_left_alone() {
    let permission = |status, headers: &'static [(&str, &str)]| {
        let server = serve(HERE, move |_| page(status, headers, "User-agent: *\nDisallow: /"));
        run(Robots::default().permission(&fetcher(), &server.url("/page"), now()))
    };
    assert_eq!(permission(404, &[]), Permission::Allowed(None));
    assert_eq!(permission(403, &[]), Permission::Allowed(None));
    assert_eq!(permission(200, &[]), Permission::Forbidden);
    let until = |at: &str| Permission::NotNow(at.parse().expect("an instant"));
    assert_eq!(permission(503, &[]), until("2031-03-04T13:00:00Z"));
    let alone = Permission::LeaveAlone("2031-03-04T14:00:00Z".parse().expect("an instant"));
    assert_eq!(permission(429, &[("retry-after", "7200")]), alone);
    let url = format!("http://{}/page", sends("no http"));
    assert_eq!(run(Robots::default().permission(&fetcher(), &url, now())), until("2031-03-04T13:00:00Z"));
}

#[test]
fn the_feeds_of_a_site_are_found() {
    const RSS: &str = "<rss version='2.0'><channel><title>Harbour Wire</title><item><title>One</title></item></channel></rss>";
    let server = serve(HERE, |asked| match asked.path.as_str() {
        "/named" => {
            page(200, &[], "<html><link rel=alternate type=application/rss+xml title=All href=/all.xml>")
        }
        "/silent" => page(200, &[("content-type", "text/html")], "<html><a href='/old.rss'>RSS</a>"),
        "/old.rss" => page(200, &[], "<html>Not here any more"),
        "/feed.xml" | "/itself" => page(200, &[], RSS),
        "/list" => page(200, &[], "<opml version='2.0'/>"),
        "/down" => page(503, &[], ""),
        _ => page(404, &[], ""),
    });
    let fetcher = fetcher();
    let found = |path: &str| run(find(&fetcher, &server.url(path), now(), Duration::ZERO));
    let named = found("/named");
    assert_eq!(named.kind, Some(Kind::Page));
    assert_eq!((named.feeds[0].url.clone(), named.feeds[0].by), (server.url("/all.xml"), By::Head));
    let itself = found("/itself");
    assert_eq!(itself.kind, Some(Kind::Feed(Format::Rss)));
    assert_eq!((itself.feeds[0].title.as_deref(), itself.feeds[0].by), (Some("Harbour Wire"), By::Itself));
    assert_eq!(found("/list").kind, Some(Kind::Opml));
    assert_eq!(found("/down").kind, None);
    let asked = server.paths().len();
    let silent = found("/silent");
    assert_eq!((silent.feeds[0].url.clone(), silent.feeds[0].by), (server.url("/feed.xml"), By::Place));
    assert_eq!(
        server.paths()[asked..],
        ["/silent", "/old.rss", "/silent/feed", "/silent/rss", "/feed", "/rss", "/rss.xml", "/feed.xml",]
    );
}

/// How many requests a server answers at the moment, by host, and the most there ever were.
#[derive(Default)]
struct Load {
    now: BTreeMap<String, usize>,
    most_of_one: usize,
    most: usize,
}

#[test]
fn two_thousand_feeds_are_updated_within_the_rules_of_their_hosts() {
    const FEEDS: usize = 2000;
    const HOSTS: usize = 100;
    let server: Server = serve(HERE, |asked| {
        if asked.header("host").is_some_and(|host| host.starts_with("busy.")) {
            return page(429, &[("retry-after", "3600")], "");
        }
        page(200, &[("etag", "\"1\"")], format!("<rss><item><link>{}</link></item></rss>", asked.path))
    });
    let port = server.address.port();
    let reach = Reach {
        allowed: vec![IpAddr::V4(HERE)],
        hosts: Some(Arc::new(|_| Some(vec![HERE.into()]))),
        ..Reach::default()
    };
    let fetcher = Fetcher::new(Options { reach, ..Options::default() }).expect("a fetcher");

    // Time is the test's: requests take none, and spacing is waited for by setting the clock.
    let mut clock = now();
    let rules = Rules { per_host: 2, ..Rules::default() };
    let at_once = rules.at_once;
    let mut queue = Queue::new(rules);
    for n in 0..FEEDS {
        let host = match n % HOSTS {
            0 => "busy.example".to_owned(),
            of => format!("host{of}.example"),
        };
        queue.push(&host, format!("http://{host}:{port}/{n}"));
    }
    let load = Arc::new(Mutex::new(Load::default()));
    let mut articles = 0;
    let mut held = 0;
    run(async {
        let mut running = JoinSet::new();
        loop {
            match queue.next(clock) {
                Step::Go { host, task } => {
                    let (fetcher, load) = (fetcher.clone(), Arc::clone(&load));
                    running.spawn(async move {
                        {
                            let mut load = load.lock().expect("a lock");
                            *load.now.entry(host.to_string()).or_default() += 1;
                            load.most_of_one = load.most_of_one.max(load.now[&*host]);
                            load.most = load.most.max(load.now.values().sum());
                        }
                        let fetched = fetcher.fetch(&Request::new(task).wants(Wants::Feed)).await;
                        *load.lock().expect("a lock").now.entry(host.to_string()).or_default() -= 1;
                        (host, fetched)
                    });
                    continue;
                }
                Step::Wait(at) if running.is_empty() => {
                    // The one that is held for an hour is not waited for.
                    if at.duration_since(clock).as_secs() > 60 {
                        held = queue.len();
                        break;
                    }
                    clock = at;
                    continue;
                }
                Step::Empty => break,
                Step::Wait(_) | Step::Busy => {}
            }
            let (host, fetched) = running.join_next().await.expect("one that runs").expect("no panic");
            match &fetched.outcome {
                Outcome::Answer(answer) => {
                    articles +=
                        feeds::read(&answer.bytes, None, &fetched.url, clock).expect("a feed").items.len();
                }
                Outcome::Status(429, hints) => {
                    let trouble = Trouble::of(&fetched.outcome).expect("trouble");
                    let Again::At(at) = again(trouble, 1, hints.retry_after, clock, &Bounds::default())
                    else {
                        panic!("given up")
                    };
                    queue.hold(&host, at);
                }
                told => panic!("{}: {told}", fetched.url),
            }
            queue.done(&host, clock);
        }
    });
    assert_eq!(articles, FEEDS - FEEDS / HOSTS);
    let load = load.lock().expect("a lock");
    assert!(load.most_of_one <= 2, "{} at a time of one host", load.most_of_one);
    assert!(load.most <= at_once);
    // Who asked to be left alone was asked as often as was under way, and no more.
    let busy =
        server.asked().iter().filter(|a| a.header("host").is_some_and(|h| h.starts_with("busy."))).count();
    assert!(busy <= 2, "{busy} requests to a host that wants none");
    assert_eq!(held + busy, FEEDS / HOSTS);
}
