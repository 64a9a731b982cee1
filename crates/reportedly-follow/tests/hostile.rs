//! Updates against servers that are broken, endless or mean: none holds up the others, none gets more than its share.

use flate2::{Compression, write::GzEncoder};
use jiff::SignedDuration;
use reportedly_follow::{Asked, Clock, LONGEST_RUN, Played, Updated, Updater, Which};
use reportedly_gather::{
    fetch::{Fetcher, Limits, Options, Reach},
    pace::{Bounds, Rules},
    robots::Robots,
};
use reportedly_library::{Error, Kept, Library, Subscription, Wanted, Writer};
use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::runtime::Builder;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A server that sends what a test wants, and what it was asked for: `host/path`.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((HERE, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                thread::spawn(move || {
                    let mut head = Vec::new();
                    let mut piece = [0; 4096];
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read(&mut piece) {
                            Ok(n) if n > 0 => head.extend_from_slice(&piece[..n]),
                            _ => return,
                        }
                    }
                    let head = String::from_utf8_lossy(&head).to_lowercase();
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
                    let place = format!("{}{path}", host.split('.').next().unwrap_or_default());
                    seen.lock().expect("a lock").push(place.clone());
                    answer(&place, &mut stream);
                });
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("a lock").clone()
    }
}

/// An answer with a length.
fn send(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let _ = write!(stream, "HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(body);
}

/// An answer that does not end, until whoever asks has had enough.
fn for_ever(stream: &mut TcpStream, begin: &str, piece: &str) {
    let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{begin}");
    while stream.write_all(piece.as_bytes()).is_ok() {}
}

fn article(title: &str) -> String {
    format!(
        "<!doctype html><html><head><title>{title} - Tarn Post</title></head><body><article><h1>{title}</h1>
         <p>The harbour office in Tarn said on Tuesday that nobody was hurt at {title}, and that the quay stays closed
         until Thursday while engineers look at the rails.</p>
         <p>\"We had warned about those rails for a year,\" said Petra Holm of the dockers' union, who spoke to
         reporters at the gate.</p></article></body></html>"
    )
}

fn rss(items: &str) -> String {
    format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Tarn Post</title>{items}</channel></rss>"
    )
}

fn item(link: &str, title: &str) -> String {
    format!("<item><link>{link}</link><title>{title}</title><description>{title}.</description></item>")
}

/// A library that is fed from one server.
struct Desk {
    folder: TempDir,
    clock: Played,
    updater: Updater,
    server: Server,
}

impl Desk {
    /// With limits in which a test ends soon.
    fn new(server: Server) -> Self {
        let clock = Played::at("2031-03-04T06:00:00Z".parse().expect("an instant"));
        let hosts = Arc::new(|_: &str| Some(vec![HERE]));
        let reach = Reach { allowed: vec![HERE], hosts: Some(hosts), ..Reach::default() };
        let wait = Duration::from_secs(1);
        let limits = Limits { idle: wait, whole: wait * 2, body: 4 << 20, ..Limits::default() };
        let updater = Updater {
            fetcher: Fetcher::new(Options { reach, limits, ..Options::default() }).expect("a fetcher"),
            robots: Arc::new(Robots::default()),
            clock: Arc::new(clock.clone()),
            rules: Rules::default(),
            bounds: Bounds::default(),
            keep_pages: false,
            longest: LONGEST_RUN,
        };
        Self { folder: tempfile::tempdir().expect("a folder"), clock, updater, server }
    }

    fn url(&self, host: &str) -> String {
        format!("http://{host}.example:{}/feed", self.server.port)
    }

    fn subscribe(&self, hosts: &[&str]) {
        let all: Vec<Subscription> = hosts
            .iter()
            .map(|host| Subscription { url: self.url(host), ..Subscription::default() })
            .collect();
        Writer::open(self.folder.path()).expect("a library").subscribe(&all).expect("subscribed");
    }

    fn later(&self, time: SignedDuration) {
        *self.clock.time() += time;
    }

    fn update(&self) -> Updated {
        let mut writer = Writer::open(self.folder.path()).expect("a library");
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let work = self.updater.update(self.folder.path(), &mut writer, &Which::Due, |_| {});
        runtime.block_on(work).expect("updated")
    }

    fn state(&self, host: &str) -> Asked {
        let all = Library::open(self.folder.path()).expect("a library").subscriptions().expect("all");
        let one = all.into_iter().find(|s| s.url == self.url(host)).expect("the subscription");
        Asked::parse(one.asked.as_deref())
    }

    fn titles(&self) -> Vec<String> {
        let mut titles = Vec::new();
        let keep = |kept: Kept| {
            titles.extend(kept.reading.and_then(|reading| reading.title));
            Ok::<(), Error>(())
        };
        let library = Library::open(self.folder.path()).expect("a library");
        library.view(None).expect("a view").observations(&Wanted::default(), keep).expect("all");
        titles.sort();
        titles
    }
}

#[test]
fn hostile_servers_hold_up_nobody_and_are_left_alone() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(rss("").as_bytes()).expect("packed");
    for _ in 0..64 {
        bomb.write_all(&vec![b' '; 1 << 20]).expect("packed");
    }
    let bomb = bomb.finish().expect("packed");
    let laughs: String = (1..10).fold("<!ENTITY l0 'ha'>".to_owned(), |mut all, n| {
        let _ = write!(all, "<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10));
        all
    });
    let laughs = format!(
        "<?xml version='1.0'?><!DOCTYPE rss [{laughs}<!ENTITY file SYSTEM 'file:///etc/passwd'>]><rss version='2.0'>\
         <channel><title>&l9;</title>{}</channel></rss>",
        item("/laughs", "&l9;&file;Entities")
    );
    let server = Server::start(move |place, stream| {
        let at = |path: &str| place.ends_with(path);
        let ok = "200 OK\r\nContent-Type: application/rss+xml; charset=utf-8";
        match place.split('/').next().unwrap_or_default() {
            "norules" if at("/robots.txt") => for_ever(stream, "User-agent: *\n", "Disallow: /elsewhere\n"),
            _ if at("/robots.txt") => send(stream, "404 Not Found", b""),
            "hangs" => thread::sleep(Duration::from_secs(20)),
            "endless" => for_ever(stream, "<rss version='2.0'><channel>", "<item><title>x</title>"),
            "circle" => send(stream, "302 Found\r\nLocation: /feed?on", b""),
            "inside" => send(stream, "302 Found\r\nLocation: http://127.0.0.2:9/feed", b""),
            "bomb" => send(stream, &format!("{ok}\r\nContent-Encoding: gzip"), &bomb),
            "short" => {
                let _ = write!(stream, "HTTP/1.1 {ok}\r\nContent-Length: 5000\r\n\r\n<rss>");
            }
            "charset" if at("/feed") => {
                let text =
                    rss(&item("/gr", "Gr\u{fc}nlet")).chars().map(|c| c as u32 as u8).collect::<Vec<_>>();
                send(stream, ok, &text);
            }
            "broken" if at("/feed") => {
                let text = rss(&item("/one", "Broken in half"));
                send(stream, ok, &text.as_bytes()[..text.len() - 30]);
            }
            "laughs" if at("/feed") => send(stream, ok, laughs.as_bytes()),
            "evil" if at("/feed") => {
                let links = [
                    "javascript:alert(1)",
                    "file:///etc/passwd",
                    "http://127.0.0.2:9/",
                    "http://[::1]/",
                    "gopher://x/",
                ];
                let mut items: String =
                    links.iter().enumerate().map(|(n, link)| item(link, &format!("Evil {n}"))).collect();
                items += "<item><guid>\0\u{1}\u{1b}[2J</guid><title>Nul\0 and \u{7}bell</title><link>/nul\0</link></item>";
                items += &item("/same", "Said ten thousand times").repeat(10_000);
                send(stream, ok, rss(&items).as_bytes());
            }
            "stream" if !at("/feed") => {
                for_ever(stream, &article("A page without end"), "<p>And so it goes on.</p>");
            }
            "wall" if !at("/feed") => {
                let _ =
                    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 9999\r\n\r\nno");
            }
            host if at("/feed") => {
                send(stream, ok, rss(&item("/page", &format!("News of {host}"))).as_bytes());
            }
            host => send(
                stream,
                "200 OK\r\nContent-Type: text/html",
                article(&format!("News of {host}")).as_bytes(),
            ),
        }
    });
    let desk = Desk::new(server);
    let hosts = [
        "hangs", "endless", "circle", "inside", "bomb", "short", "charset", "broken", "laughs", "evil",
        "stream", "wall", "norules", "good",
    ];
    desk.subscribe(&hosts);
    let began = Instant::now();
    let first = desk.update();
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
    assert_eq!(first.subscriptions, hosts.len());
    for (host, wanted) in [("hangs", "nothing"), ("circle", "circle"), ("inside", "127.0.0.2"), ("short", "")]
    {
        let wrong = desk.state(host).wrong.unwrap_or_else(|| panic!("{host}: nothing wrong"));
        assert!(wrong.said.contains(wanted), "{host}: {}", wrong.said);
    }
    for host in ["charset", "broken", "laughs", "evil", "stream", "wall", "norules", "good"] {
        assert_eq!(desk.state(host).wrong, None, "{host}");
    }
    let titles = desk.titles();
    for title in ["News of good", "News of norules", "A page without end", "News of evil"] {
        assert!(titles.iter().any(|t| t.contains(title)), "{title}: {titles:?}");
    }
    assert!(titles.iter().all(|title| title.len() < 200 && !title.contains('\0')), "{titles:?}");
    // Nobody is asked again at once, whatever came of it.
    let asked = desk.server.asked().len();
    desk.later(SignedDuration::from_mins(1));
    assert_eq!(desk.update().pages, 0);
    assert_eq!(desk.server.asked().len(), asked);
    desk.later(SignedDuration::from_mins(13));
    desk.update();
    assert_eq!(desk.server.asked().len(), asked);
    // An article that was taken is still there once the server is mean.
    assert_eq!(desk.titles(), titles);
}

#[test]
fn a_feed_with_a_hundred_thousand_items_keeps_no_other_waiting() {
    let many: String = (0..100_000).fold(String::new(), |mut all, n| {
        let _ = write!(all, "<item><link>/n{n}</link></item>");
        all
    });
    let server = Server::start(move |place, stream| match place {
        "many/feed" => send(stream, "200 OK", rss(&many).as_bytes()),
        "small/feed" => send(stream, "200 OK", rss(&item("/page", "News")).as_bytes()),
        "small/page" => send(stream, "503 Service Unavailable", b""),
        _ => send(stream, "410 Gone", b""),
    });
    let desk = Desk::new(server);
    desk.subscribe(&["many", "small"]);
    let pages = |host: &str| {
        desk.server
            .asked()
            .iter()
            .filter(|place| place.starts_with(&format!("{host}/")) && !place.ends_with(".txt"))
            .count()
    };
    let first = desk.update();
    assert_eq!((first.subscriptions, first.items), (2, 100_001));
    assert_eq!((pages("many"), pages("small")), (501, 2));
    assert_eq!(first.waiting, 99_500);
    // The next run goes on where this one ended, and what is due elsewhere has its turn.
    desk.later(SignedDuration::from_mins(31));
    desk.update();
    assert_eq!((pages("many"), pages("small")), (1001, 3));
}

#[test]
fn items_without_pages_are_read_however_many_they_are() {
    let items: String = (0..300).fold(String::new(), |mut all, n| {
        let says = "The harbour office in Tarn said on Tuesday that the quay stays closed until Thursday.";
        let _ = write!(
            all,
            "<item><guid>n{n}</guid><title>Number {n} of Tarn</title><description>{says}</description></item>"
        );
        all
    });
    let server = Server::start(move |place, stream| match place {
        "short/feed" => send(stream, "200 OK", rss(&items).as_bytes()),
        _ => send(stream, "404 Not Found", b""),
    });
    let desk = Desk::new(server);
    desk.subscribe(&["short"]);
    let updated = desk.update();
    assert_eq!((updated.items, updated.pages, updated.observations), (300, 0, 300));
    assert_eq!(desk.server.asked(), ["short/feed"]);
    assert_eq!(desk.update(), Updated::default());
}

#[test]
fn a_slow_host_does_not_keep_a_run_going() {
    let items: String = (0..100).map(|n| item(&format!("/n{n}"), &format!("Number {n}"))).collect();
    let server = Server::start(move |place, stream| match place {
        "slow/feed" => send(stream, "200 OK", rss(&items).as_bytes()),
        "slow/robots.txt" => send(stream, "200 OK", b"User-agent: *\nCrawl-delay: 60\n"),
        _ => send(stream, "200 OK\r\nContent-Type: text/html", article("News").as_bytes()),
    });
    let desk = Desk::new(server);
    desk.subscribe(&["slow"]);
    let began = desk.clock.now();
    let updated = desk.update();
    assert!(desk.clock.now().duration_since(began) < SignedDuration::from_mins(12));
    assert!((8..13).contains(&updated.pages), "{updated:?}");
    assert_eq!(updated.pages + updated.waiting, 100);
}

#[test]
fn one_updates_a_library_at_a_time() {
    let desk = Desk::new(Server::start(|_, stream| send(stream, "404 Not Found", b"")));
    let _first = Writer::open(desk.folder.path()).expect("a library");
    let Err(busy) = Writer::open(desk.folder.path()) else { panic!("two write at a time") };
    assert!(matches!(busy, Error::Busy { .. }), "{busy}");
}
