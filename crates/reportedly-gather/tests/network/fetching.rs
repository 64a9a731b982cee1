//! What is fetched, what is refused, and how it is told.

use crate::server::{ELSEWHERE, HERE, body, fetcher, page, raw, run, sends, serve, short, with_limits};
use flate2::{Compression, write::GzEncoder};
use reportedly_gather::fetch::{
    Fault, Fetched, Fetcher, Hop, Limits, Options, Outcome, Reach, Request, Validators, Wants,
};
use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

fn get(fetcher: &Fetcher, url: impl Into<String>) -> Fetched {
    run(fetcher.fetch(&Request::new(url)))
}

fn fault(fetched: Fetched) -> Fault {
    match fetched.outcome {
        Outcome::Failed(fault) => fault,
        other => panic!("it was fetched: {other}"),
    }
}

#[test]
fn a_server_learns_who_asks_and_for_what() {
    let server = serve(HERE, |_| page(200, &[("content-type", "application/rss+xml")], "<rss/>"));
    let fetched = run(fetcher().fetch(&Request::new(server.url("/feed#top")).wants(Wants::Feed)));
    assert_eq!(body(&fetched), "<rss/>");
    let asked = server.asked();
    let header = |name| asked[0].header(name).unwrap_or_default();
    assert!(header("user-agent").starts_with("Reportedly/"), "{}", header("user-agent"));
    assert!(header("user-agent").ends_with("(+https://desk.example/)"));
    assert!(header("accept").contains("application/rss+xml"));
    assert_eq!(header("accept-encoding"), "gzip, br, zstd, deflate");
    assert_eq!(asked[0].path, "/feed");
    for absent in ["cookie", "referer", "authorization", "if-none-match"] {
        assert_eq!(asked[0].header(absent), None);
    }
    let record = fetched.record("2031-03-04T10:00:00Z".parse().expect("an instant")).expect("a record");
    assert_eq!(record.url.as_deref(), Some(server.url("/feed").as_str()));
    assert_eq!(record.content_type.as_deref(), Some("application/rss+xml"));
    assert!(record.headers.is_some_and(|headers| headers.contains("content-type: application/rss+xml\n")));
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let server = serve(HERE, |asked| {
        if asked.header("if-none-match") == Some("W/\"odd tag") {
            return page(304, &[("etag", "\"another\""), ("cache-control", "max-age=60")], "");
        }
        page(200, &[("etag", "W/\"odd tag"), ("last-modified", "Tue, 4 March")], "news")
    });
    let fetcher = fetcher();
    let first = get(&fetcher, server.url("/feed"));
    let Outcome::Answer(answer) = &first.outcome else { panic!("no answer") };
    let validators = answer.validators.clone();
    assert_eq!(
        validators,
        Some(Validators {
            url: server.url("/feed"),
            etag: Some("W/\"odd tag".to_owned()),
            last_modified: Some("Tue, 4 March".to_owned()),
        })
    );
    let again = run(fetcher.fetch(&Request::new(server.url("/feed")).unless(validators.clone())));
    let Outcome::Unchanged(hints) = again.outcome else { panic!("fetched again") };
    assert_eq!(hints.fresh_for, Some(Duration::from_mins(1)));
    // Both of one answer, as they were given.
    assert_eq!(server.asked()[1].header("if-modified-since"), Some("Tue, 4 March"));
    // They say nothing about what lies elsewhere.
    assert_eq!(body(&run(fetcher.fetch(&Request::new(server.url("/other")).unless(validators)))), "news");
    assert_eq!(server.asked()[2].header("if-none-match"), None);
}

#[test]
fn redirects_are_followed_and_told() {
    let server = serve(HERE, |asked| {
        let to = |status, to: &str| page(status, &[("location", to)], "on");
        match asked.path.as_str() {
            "/old" => to(301, "/newer"),
            "/newer" => to(308, "newest#part"),
            "/newest" => to(302, "?today"),
            "/bare" => page(302, &[], ""),
            "/many" => to(302, "/many?1"),
            many if many.starts_with("/many?") => to(302, &format!("{many}1")),
            "/circle" => to(302, "/circle?back"),
            "/circle?back" => to(301, "/circle"),
            "/itself" => to(301, "/itself"),
            "/mail" => to(302, "mailto:desk@wire.example"),
            "/nowhere" => to(302, "http://[bad/"),
            "/lost" => to(301, "/gone"),
            "/gone" => page(410, &[], ""),
            _ => page(200, &[], "today's"),
        }
    });
    let fetcher = fetcher();
    let fetched = get(&fetcher, server.url("/old"));
    assert_eq!(body(&fetched), "today's");
    assert_eq!(fetched.url, server.url("/newest?today"));
    // For good only as far as all redirects up to there are.
    assert_eq!(fetched.moved, Some(server.url("/newest")));
    assert_eq!(
        fetched.hops[0],
        Hop { from: server.url("/old"), to: server.url("/newer"), status: 301, unprotected: false }
    );
    assert_eq!(fetched.hops.len(), 3);

    assert_eq!(fault(get(&fetcher, server.url("/bare"))), Fault::Redirect(String::new()));
    assert_eq!(fault(get(&fetcher, server.url("/circle"))), Fault::Circle(server.url("/circle")));
    assert_eq!(fault(get(&fetcher, server.url("/itself"))), Fault::Circle(server.url("/itself")));
    assert_eq!(fault(get(&fetcher, server.url("/mail"))), Fault::Scheme("mailto".to_owned()));
    assert_eq!(fault(get(&fetcher, server.url("/nowhere"))), Fault::Redirect("http://[bad/".to_owned()));
    assert_eq!(fault(get(&fetcher, server.url("/many"))), Fault::Redirects(8));
    // Nothing has moved to where there is nothing.
    let lost = get(&fetcher, server.url("/lost"));
    assert!(matches!(lost.outcome, Outcome::Status(410, _)));
    assert_eq!(lost.moved, None);
}

#[test]
fn private_addresses_are_not_reached_by_any_way() {
    let inside = serve(ELSEWHERE, |_| page(200, &[], "secret"));
    let port = inside.address.port();
    let target = inside.url("/");
    let sent_on = target.clone();
    let server = serve(HERE, move |asked| {
        let to = match asked.path.as_str() {
            "/literal" => sent_on.clone(),
            "/odd" => format!("http://2130706434:{port}/"),
            "/mapped" => format!("http://[::ffff:127.0.0.2]:{port}/"),
            "/named" => format!("http://inside.example:{port}/"),
            _ => format!("//127.0.0.2:{port}/"),
        };
        page(302, &[("location", &to)], "")
    });
    let hosts = Arc::new(|name: &str| (name == "inside.example").then(|| vec![IpAddr::V4(ELSEWHERE)]));
    let reach = Reach { allowed: vec![IpAddr::V4(HERE)], hosts: Some(hosts), ..Reach::default() };
    let fetcher = Fetcher::new(Options { reach: reach.clone(), ..Options::default() }).expect("a fetcher");
    for path in ["/literal", "/odd", "/mapped", "/named", "/relative"] {
        let fault = fault(get(&fetcher, server.url(path)));
        assert!(matches!(fault, Fault::Private(_)), "{path}: {fault}");
    }
    for url in [target.clone(), format!("http://inside.example:{port}/")] {
        assert!(matches!(fault(get(&fetcher, url)), Fault::Private(_)));
    }
    assert_eq!(inside.paths(), [""; 0], "somebody inside was asked");
    let all = Reach { allow_private: true, ..reach };
    let fetcher = Fetcher::new(Options { reach: all, ..Options::default() }).expect("a fetcher");
    assert_eq!(body(&get(&fetcher, target)), "secret");
}

#[test]
fn a_name_that_changes_its_address_gains_nothing() {
    let inside = serve(ELSEWHERE, |_| page(200, &[], "secret"));
    let port = inside.address.port();
    // Allowed when it is asked for first, private from then on.
    let times = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&times);
    let hosts = Arc::new(move |_: &str| {
        let first = asked.fetch_add(1, Ordering::SeqCst) == 0;
        Some(vec![IpAddr::V4(if first { HERE } else { ELSEWHERE })])
    });
    let reach = Reach { allowed: vec![IpAddr::V4(HERE)], hosts: Some(hosts), ..Reach::default() };
    let fetcher = Fetcher::new(Options { reach, ..Options::default() }).expect("a fetcher");
    let url = format!("http://rebinding.example:{port}/");
    // Nobody listens at the address that was checked, and no other one is tried.
    assert_eq!(fault(get(&fetcher, &*url)), Fault::Connection("nobody listens there".to_owned()));
    assert_eq!(times.load(Ordering::SeqCst), 1);
    assert!(matches!(fault(get(&fetcher, &*url)), Fault::Private(_)));
    assert_eq!(inside.paths(), [""; 0]);
}

#[test]
fn passwords_stay_with_the_host_they_are_for() {
    let other = serve(HERE, |_| page(200, &[], "other"));
    let to_other = other.url("/").replace("http://", "http://planted:word@");
    let server = serve(HERE, move |asked| match asked.path.as_str() {
        "/away" => page(302, &[("location", &to_other)], ""),
        "/within" => page(302, &[("location", "/mine")], ""),
        _ => page(200, &[], "mine"),
    });
    let url = |path: &str| server.url(path).replace("http://", "http://reader:secret@");
    let fetcher = fetcher();
    let fetched = get(&fetcher, url("/within"));
    assert_eq!(body(&fetched), "mine");
    let record = fetched.record("2031-03-04T10:00:00Z".parse().expect("an instant")).expect("a record");
    assert_eq!(record.url, Some(server.url("/mine")));
    assert_eq!(body(&get(&fetcher, url("/away"))), "other");
    assert!(server.asked().iter().all(|asked| asked.header("authorization").is_some()));
    assert_eq!(other.asked()[0].header("authorization"), None);
}

#[test]
fn statuses_are_told_in_words_with_what_the_server_wants() {
    let server = serve(HERE, |asked| match asked.path.as_str() {
        "/429" => page(429, &[("retry-after", "120")], "slow down"),
        "/503" => page(503, &[("retry-after", "Tue, 04 Mar 2031 11:00:00 GMT")], ""),
        "/418" => page(418, &[], ""),
        "/202" => page(202, &[], "a riddle"),
        _ => page(410, &[], ""),
    });
    let fetcher = fetcher();
    let told = |path: &str| get(&fetcher, server.url(path)).outcome.to_string();
    assert_eq!(told("/410"), "the server answered 410: the page is gone for good");
    assert_eq!(told("/418"), "the server answered 418");
    assert_eq!(told("/202"), "the server answered 202");
    assert_eq!(
        told("/429"),
        "the server answered 429: it is asked too often, and wants to be left alone for 2 minutes"
    );
    assert!(told("/503").ends_with("and wants to be left alone until 2031-03-04T11:00:00Z"));
}

#[test]
fn the_slow_and_the_endless_end() {
    let limits = short();
    let fetcher = with_limits(limits.clone());
    let url = |address: SocketAddr| format!("http://{address}/");
    let kept = Arc::new(Mutex::new(Vec::new()));

    let open = Arc::clone(&kept);
    let silent = raw(move |stream| open.lock().expect("a lock").push(stream));
    assert_eq!(fault(get(&fetcher, url(silent))), Fault::Silent(limits.idle));

    let open = Arc::clone(&kept);
    let stalls = raw(move |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome");
        open.lock().expect("a lock").push(stream);
    });
    assert_eq!(fault(get(&fetcher, url(stalls))), Fault::Silent(limits.idle));

    let trickles = raw(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b".").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(fault(get(&fetcher, url(trickles))), Fault::TooSlow(limits.whole));

    let long_whole = with_limits(Limits { whole: Duration::from_mins(1), ..limits.clone() });
    let endless = raw(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'.'; 4096]).is_ok() {}
    });
    let fetched = get(&long_whole, url(endless));
    let Outcome::Answer(answer) = &fetched.outcome else { panic!("{}", fetched.outcome) };
    assert_eq!((answer.bytes.len(), answer.cut), (limits.body, true));

    let talks = raw(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(format!("x-more: {}\r\n", "a".repeat(500)).as_bytes()).is_ok() {}
    });
    assert_eq!(fault(get(&long_whole, url(talks))), Fault::Headers(limits.headers));
}

#[test]
fn what_is_broken_on_the_way_is_told() {
    let fetcher = fetcher();
    let fault = |bytes: &str| fault(get(&fetcher, format!("http://{}/", sends(bytes))));
    assert_eq!(fault("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort"), Fault::BrokeOff(5));
    assert_eq!(
        fault("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n"),
        Fault::BrokeOff(5)
    );
    assert!(matches!(fault("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Fault::Protocol(_)));
    assert!(matches!(fault(""), Fault::Connection(_)));
    let long = format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-long: {}\r\n\r\n", "a".repeat(70_000));
    assert_eq!(fault(&long), Fault::Headers(64 << 10));
    assert_eq!(
        fault("HTTP/1.1 200 OK\r\ncontent-encoding: compress\r\ncontent-length: 1\r\n\r\na"),
        Fault::Packing("compress".to_owned())
    );
    // More than the length says is not of this answer.
    let longer = sends("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnews and more");
    assert_eq!(body(&get(&fetcher, format!("http://{longer}/"))), "news");
    let plain = sends("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let told = get(&fetcher, format!("https://{plain}/")).outcome.to_string();
    assert!(told.starts_with("the connection is not secure: "), "{told}");
    let nobody = std::net::TcpListener::bind((HERE, 0)).and_then(|l| l.local_addr()).expect("a port");
    assert_eq!(
        get(&fetcher, format!("http://{nobody}/")).outcome.to_string(),
        "the server cannot be reached: nobody listens there"
    );
    assert_eq!(
        get(&fetcher, "nonsense").outcome.to_string(),
        "\"nonsense\" is not an address that can be fetched"
    );
    assert_eq!(
        get(&fetcher, "file:///etc/passwd").outcome.to_string(),
        "file: addresses are not fetched, only http: and https:"
    );
}

#[test]
fn what_unpacks_to_gigabytes_ends_at_the_limit() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        bomb.write_all(&vec![0; 1 << 20]).expect("written");
    }
    let bomb = bomb.finish().expect("finished");
    let packed = zstd::encode_all(&*vec![b'a'; 1 << 20], 1).expect("packed");
    let server = serve(HERE, move |asked| match asked.path.as_str() {
        "/bomb" => page(200, &[("content-encoding", "gzip"), ("etag", "\"b\"")], bomb.clone()),
        _ => page(200, &[("content-encoding", "zstd")], packed.clone()),
    });
    let limits = Limits { body: 50_000, ..Limits::default() };
    for path in ["/bomb", "/zstd"] {
        let fetched = get(&with_limits(limits.clone()), server.url(path));
        let Outcome::Answer(answer) = &fetched.outcome else { panic!("{}", fetched.outcome) };
        assert_eq!((answer.bytes.len(), answer.cut), (50_000, true));
        // What was cut is not to be taken for unchanged later.
        assert_eq!(answer.validators, None);
    }
    assert_eq!(body(&get(&fetcher(), server.url("/zstd"))).len(), 1 << 20);
}
