//! Alerts on their way to receivers that work, are down, hang, refuse, or come back.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use reportedly_follow::{
    Alert, AlertOrigin, Channel, Link, Mail, News, Secret, Security, Target, deliver, dry_run,
};
use reportedly_library::{Delivery, Followed, Library, NewAlert, Outcome, Writer};
use serde_json::Value;
use sha2::Sha256;
use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn noon() -> Timestamp {
    at("2031-05-04T12:00:00Z")
}

fn after(seconds: i64) -> Timestamp {
    noon().checked_add(SignedDuration::from_secs(seconds)).expect("an instant")
}

/// An alert whose words would like to be something else.
fn alert(number: usize) -> Alert {
    Alert {
        id: format!("{number:016x}"),
        follow: "ferry".to_owned(),
        news: News::Denial,
        story: "plan".to_owned(),
        headline: format!("-rf Fähre {number}\r\nX-Evil: yes\r\n\r\n.\r\nQUIT\u{0}\u{202e}"),
        text: "«Nein», sagte die Bürgermeisterin\r\n.\r\nRCPT TO:<all@example.org>".to_owned(),
        before: Some("planned".to_owned()),
        status: Some("denied".to_owned()),
        origins: vec![AlertOrigin { name: "Ilse\nMarran".to_owned(), kind: None, via: None }],
        independent_origins: Some(2),
        links: vec![Link {
            article: "plan".to_owned(),
            url: Some("https://gazette.example/plan?a=1\r\nX-Evil: yes".to_owned()),
            title: Some("Fähre".to_owned()),
            outlet: Some("Tern Gazette".to_owned()),
            published: None,
        }],
        known_at: noon(),
    }
}

/// A library with alerts for some receivers.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(alerts: usize, targets: &[&Target]) -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder") };
        let mut writer = desk.writer();
        let names: Vec<String> = targets.iter().map(|t| t.name.clone()).collect();
        let what = Followed::Search("ferry".to_owned());
        let follow = writer.follow("ferry", &what, &names, noon()).expect("stored").expect("a new name");
        let alerts: Vec<NewAlert> = (0..alerts)
            .map(|number| NewAlert {
                id: alert(number).id,
                follow,
                articles: vec!["plan".to_owned()],
                body: serde_json::to_string(&alert(number)).expect("JSON"),
            })
            .collect();
        writer.keep_alerts(&[], &alerts, noon()).expect("kept");
        desk
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn writer(&self) -> Writer {
        Writer::open(self.path()).expect("a library")
    }

    /// Delivers, and tells how many arrived and what went wrong.
    fn deliver(&self, targets: &[&Target], now: Timestamp) -> (usize, Vec<String>) {
        let targets: Vec<Target> = targets.iter().map(|t| (*t).clone()).collect();
        let told = deliver(&mut self.writer(), &targets, now).expect("delivered");
        (told.delivered, told.failed.into_iter().map(|(name, said)| format!("{name}: {said}")).collect())
    }

    /// How the deliveries to a receiver stand, in order of the alerts.
    fn stand(&self, target: &Target) -> Vec<Delivery> {
        let mut alerts = Library::open(self.path()).expect("a library").alerts(100).expect("alerts");
        alerts.reverse();
        let of = alerts.into_iter().flat_map(|a| a.deliveries).filter(|d| d.target == target.name);
        of.collect()
    }
}

/// What a request brought.
#[derive(Clone, Debug)]
struct Seen {
    headers: HeaderMap,
    body: Bytes,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("ASCII"))
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// The alert by its number, and which try it is.
    fn which(&self) -> (usize, u32) {
        let number = usize::from_str_radix(self.header("reportedly-alert"), 16).expect("a number");
        (number, self.header("reportedly-attempt").parse().expect("a number"))
    }
}

/// A server that answers the nth request as it is told to.
struct Receiver {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Receiver {
    fn new(answer: impl Fn(usize) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let answer = Arc::new(answer);
        let all = Arc::clone(&seen);
        let app = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let (answer, all) = (Arc::clone(&answer), Arc::clone(&all));
            async move {
                let mut all = all.lock().expect("unbroken");
                all.push(Seen { headers, body });
                answer(all.len() - 1)
            }
        });
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                listener.set_nonblocking(true).expect("a listener");
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, app).await.expect("served");
            });
        });
        Self { address, seen }
    }

    fn url(&self) -> Secret {
        Secret(format!("http://{}/hook?key=k3y", self.address))
    }

    fn webhook(&self, name: &str) -> Target {
        let secret = Some(Secret("s3cret".to_owned()));
        Target { name: name.to_owned(), channel: Channel::Webhook { url: self.url(), secret } }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("unbroken").clone()
    }

    fn which(&self) -> Vec<(usize, u32)> {
        self.seen().iter().map(Seen::which).collect()
    }
}

fn fine(_: usize) -> Response {
    StatusCode::OK.into_response()
}

/// What `Reportedly-Signature` should be, made as a receiver would.
fn signed(secret: &str, header: &str, body: &[u8]) -> bool {
    let Some((time, signature)) = header.strip_prefix("t=").and_then(|h| h.split_once(",v1=")) else {
        return false;
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    let digits = |at: usize| u8::from_str_radix(signature.get(at..at + 2).unwrap_or_default(), 16).ok();
    let bytes: Option<Vec<u8>> = (0..signature.len()).step_by(2).map(digits).collect();
    bytes.is_some_and(|bytes| mac.verify_slice(&bytes).is_ok())
}

#[test]
fn a_webhook_is_given_signed_json_once_and_in_order() {
    let receiver = Receiver::new(fine);
    let desk_target = receiver.webhook("desk");
    let desk = Desk::with(3, &[&desk_target]);
    assert_eq!(desk.deliver(&[&desk_target], after(5)), (3, Vec::new()));
    assert_eq!(desk.deliver(&[&desk_target], after(9)), (0, Vec::new()));
    assert_eq!(receiver.which(), [(0, 1), (1, 1), (2, 1)]);
    for (number, seen) in receiver.seen().iter().enumerate() {
        let signature = seen.header("reportedly-signature");
        assert!(signed("s3cret", signature, &seen.body), "{signature}");
        assert!(!signed("another", signature, &seen.body));
        let mut json = seen.json();
        assert_eq!((json["attempt"].as_u64(), json["test"].as_bool()), (Some(1), Some(false)));
        assert!(json["sent_at"].as_str().expect("an instant").starts_with("2031-05-04T12:00:0"));
        for key in ["attempt", "sent_at", "test"] {
            json.as_object_mut().expect("an object").remove(key);
        }
        assert_eq!(json, serde_json::to_value(alert(number)).expect("JSON"));
    }
}

#[test]
fn what_fails_is_sent_again_later_and_later_and_in_order() {
    let receiver = Receiver::new(|n| match n {
        0 | 1 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    });
    let target = receiver.webhook("desk");
    let desk = Desk::with(2, &[&target]);
    let failed = vec!["desk: it answered 500".to_owned()];
    assert_eq!(desk.deliver(&[&target], noon()), (0, failed.clone()));
    assert_eq!(desk.deliver(&[&target], after(30)), (0, Vec::new()), "it is left alone");
    assert_eq!(desk.deliver(&[&target], after(70)), (0, failed));
    assert_eq!(desk.deliver(&[&target], after(150)), (0, Vec::new()), "and for longer");
    let stand = desk.stand(&target);
    assert_eq!((stand[0].attempts, stand[0].failed.as_deref()), (2, Some("it answered 500")));
    assert_eq!((stand[1].attempts, stand[1].delivered_at), (0, None));
    assert_eq!(desk.deliver(&[&target], after(200)), (2, Vec::new()));
    assert_eq!(receiver.which(), [(0, 1), (0, 2), (0, 3), (1, 1)]);
    assert!(desk.stand(&target).iter().all(|d| d.delivered_at.is_some() && d.failed.is_none()));
}

#[test]
fn a_receiver_is_left_alone_for_as_long_as_it_asks() {
    let receiver = Receiver::new(|n| match n {
        0 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1800")], "slower").into_response(),
        _ => StatusCode::OK.into_response(),
    });
    let target = receiver.webhook("desk");
    let desk = Desk::with(1, &[&target]);
    assert_eq!(desk.deliver(&[&target], noon()), (0, vec!["desk: it answered 429: slower".to_owned()]));
    assert_eq!(desk.deliver(&[&target], after(1790)), (0, Vec::new()));
    assert_eq!(desk.deliver(&[&target], after(1810)), (1, Vec::new()));
}

#[test]
fn what_is_refused_holds_nothing_back_and_is_given_up_after_a_week() {
    let receiver = Receiver::new(|n| match n {
        0 | 2 => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        _ => StatusCode::OK.into_response(),
    });
    let target = receiver.webhook("desk");
    let desk = Desk::with(2, &[&target]);
    assert_eq!(desk.deliver(&[&target], noon()), (1, vec!["desk: it answered 422".to_owned()]));
    assert!(desk.stand(&target)[0].refused);
    assert_eq!(desk.deliver(&[&target], after(3000)), (0, Vec::new()), "a refusal does not pass in minutes");
    assert_eq!(desk.deliver(&[&target], after(8 * 86_400)).0, 0);
    let stand = desk.stand(&target);
    assert_eq!((stand[0].due_at, stand[0].given_up_at.is_some()), (None, true));
    assert_eq!(receiver.which(), [(0, 1), (1, 1), (0, 2)]);
    // Who refuses everything is not asked about each.
    let closed = Receiver::new(|_| StatusCode::GONE.into_response());
    let target = closed.webhook("desk");
    let desk = Desk::with(9, &[&target]);
    desk.deliver(&[&target], noon());
    assert_eq!(closed.which(), [(0, 1), (1, 1), (2, 1)]);
}

#[test]
fn redirects_are_not_followed() {
    let receiver = Receiver::new(|_| {
        (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
    });
    let target = receiver.webhook("desk");
    let desk = Desk::with(1, &[&target]);
    assert_eq!(desk.deliver(&[&target], noon()), (0, vec!["desk: it answered 307".to_owned()]));
    assert_eq!(receiver.seen().len(), 1);
}

#[test]
fn one_that_is_down_or_hangs_delays_nobody_else() {
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    let webhook = |name: &str, address: SocketAddr| Target {
        name: name.to_owned(),
        channel: Channel::Webhook { url: Secret(format!("http://{address}/")), secret: None },
    };
    let hangs = webhook("hangs", silent.local_addr().expect("an address"));
    let down = webhook("down", closed);
    let (arrived, when) = mpsc::channel();
    let receiver = Receiver::new(move |_| {
        let _ = arrived.send(Instant::now());
        StatusCode::OK.into_response()
    });
    let works = receiver.webhook("works");
    let desk = Desk::with(20, &[&hangs, &down, &works]);
    let begun = Instant::now();
    let (delivered, failed) = desk.deliver(&[&hangs, &down, &works], noon());
    assert_eq!(delivered, 20);
    let last = when.iter().take(20).last().expect("twenty");
    assert!(last.duration_since(begun) < Duration::from_secs(10), "{:?}", last.duration_since(begun));
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().any(|f| f.starts_with("down: no connection: ")), "{failed:?}");
    assert!(failed.contains(&"hangs: no answer within 20 seconds".to_owned()), "{failed:?}");
    // One try each: what is behind the first waits with it.
    assert_eq!(desk.stand(&hangs).iter().map(|d| d.attempts).sum::<u32>(), 1);
}

#[test]
fn a_run_that_ends_between_sending_and_noting_is_followed_by_a_repeat_that_shows() {
    let receiver = Receiver::new(fine);
    let target = receiver.webhook("desk");
    let desk = Desk::with(1, &[&target]);
    // As far as a run came that was killed while the receiver answered.
    let mut writer = desk.writer();
    let due = writer.due("desk", noon()).expect("due");
    writer.note_deliveries(&[(due[0].sequence, "desk", Outcome::Trying(after(60)))]).expect("noted");
    drop(writer);
    assert_eq!(desk.deliver(&[&target], after(30)), (0, Vec::new()), "it may still be on its way");
    assert_eq!(desk.deliver(&[&target], after(61)), (1, Vec::new()));
    assert_eq!(receiver.which(), [(0, 2)], "the same id, another try");
}

#[test]
fn a_dry_run_shows_everything_but_secrets_and_changes_nothing() {
    let receiver = Receiver::new(fine);
    let target = receiver.webhook("desk");
    let phone = Target {
        name: "phone".to_owned(),
        channel: Channel::Ntfy {
            url: Secret("https://me:pa55@ntfy.example/ferry".to_owned()),
            token: Some(Secret("tk_t0ken".to_owned())),
        },
    };
    let desk = Desk::with(1, &[&target, &phone]);
    let library = Library::open(desk.path()).expect("a library");
    let shown = dry_run(&library, &[target.clone(), phone], &[], noon()).expect("shown");
    let all = format!("{shown:?}");
    assert_eq!(shown.len(), 2);
    for said in ["Reportedly-Alert: 0000000000000000", "Reportedly-Signature: t=", "https://ntfy.example/…"]
    {
        assert!(all.contains(said), "{said}: {all}");
    }
    for secret in ["s3cret", "tk_t0ken", "pa55", "example/ferry"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    assert_eq!((receiver.seen().len(), desk.stand(&target)[0].attempts), (0, 0));
}

#[test]
fn ntfy_is_given_a_message_for_people() {
    let receiver = Receiver::new(fine);
    let channel = Channel::Ntfy { url: receiver.url(), token: Some(Secret("tk_t0ken".to_owned())) };
    let target = Target { name: "phone".to_owned(), channel };
    let desk = Desk::with(1, &[&target]);
    assert_eq!(desk.deliver(&[&target], noon()), (1, Vec::new()));
    let seen = &receiver.seen()[0];
    assert_eq!(seen.header("authorization"), "Bearer tk_t0ken");
    assert_eq!(
        seen.header("title"),
        "=?UTF-8?Q?ferry=3A_denied=3A_=2Drf_F=C3=A4hre_0_X=2DEvil=3A_yes_=2E_QUIT?="
    );
    assert_eq!((seen.header("priority"), seen.header("tags")), ("high", "newspaper,denial"));
    assert_eq!(seen.header("click"), "https://gazette.example/plan?a=1X-Evil:%20yes");
    assert!(seen.headers.get("x-evil").is_none());
    let body = String::from_utf8(seen.body.to_vec()).expect("text");
    assert_eq!(
        body,
        "«Nein», sagte die Bürgermeisterin . RCPT TO:<all@example.org>\nIt was planned, and is denied now.\n\
         Denies it: Ilse Marran.\n\nFähre, Tern Gazette\nhttps://gazette.example/plan?a=1 X-Evil: yes\n"
    );
}

#[cfg(unix)]
mod programs {
    use super::*;

    fn shell(script: &str, more: &[&str]) -> Target {
        let command = ["sh", "-c", script, "sh"].iter().chain(more).map(|w| (*w).to_owned()).collect();
        Target { name: "log".to_owned(), channel: Channel::Command(command) }
    }

    #[test]
    fn a_program_is_given_json_and_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out").display().to_string();
        let target = shell("{ cat; env | grep ^REPORTEDLY_ALERT | sort; } > \"$1\"", &[&out]);
        let desk = Desk::with(1, &[&target]);
        assert_eq!(desk.deliver(&[&target], noon()), (1, Vec::new()));
        let out = std::fs::read_to_string(&out).expect("what it wrote");
        let mut lines = out.lines();
        let json: Value = serde_json::from_str(lines.next().expect("a line")).expect("JSON");
        assert_eq!(json["headline"].as_str(), Some(alert(0).headline.as_str()));
        let lines: Vec<&str> = lines.collect();
        assert_eq!(
            lines,
            [
                "REPORTEDLY_ALERT_ATTEMPT=1",
                "REPORTEDLY_ALERT_FOLLOW=ferry",
                "REPORTEDLY_ALERT_HEADLINE=-rf Fähre 0 X-Evil: yes . QUIT",
                "REPORTEDLY_ALERT_ID=0000000000000000",
                "REPORTEDLY_ALERT_NEWS=denial",
                "REPORTEDLY_ALERT_STORY=plan",
                "REPORTEDLY_ALERT_SUBJECT=ferry: denied: -rf Fähre 0 X-Evil: yes . QUIT",
                "REPORTEDLY_ALERT_TEST=",
                "REPORTEDLY_ALERT_TEXT=«Nein», sagte die Bürgermeisterin . RCPT TO:<all@example.org>",
                "REPORTEDLY_ALERT_URL=https://gazette.example/plan?a=1X-Evil:%20yes",
            ]
        );
    }

    #[test]
    fn what_a_program_says_when_it_fails_is_told() {
        let check = |target: &Target, expected: &str| {
            let desk = Desk::with(1, &[target]);
            let (delivered, failed) = desk.deliver(&[target], noon());
            assert_eq!((delivered, failed), (0, vec![format!("log: {expected}")]));
        };
        check(&shell("echo no room >&2; exit 3", &[]), "sh ended with status 3: no room");
        check(&shell("kill -9 $$", &[]), "sh was ended by a signal");
        let missing = Channel::Command(vec!["no-such-program-here".to_owned()]);
        let missing = Target { name: "log".to_owned(), channel: missing };
        check(&missing, "no-such-program-here: No such file or directory (os error 2)");
    }

    #[test]
    fn a_program_that_hangs_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().expect("a folder");
        let pid = folder.path().join("pid").display().to_string();
        let target = shell("sleep 600 & echo $! > \"$1\"; wait", &[&pid]);
        let desk = Desk::with(1, &[&target]);
        let failed = vec!["log: sh did not end within 20 seconds".to_owned()];
        assert_eq!(desk.deliver(&[&target], noon()), (0, failed));
        let pid = std::fs::read_to_string(pid).expect("its number");
        let left = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        assert!(left.is_empty() || left.contains(") Z "), "{left}");
    }
}

/// A mail server that says yes to everything but what it is told, and what it was told.
struct Post {
    port: u16,
    said: Arc<Mutex<Vec<String>>>,
}

impl Post {
    fn new(answer: fn(&str) -> Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let all = Arc::clone(&said);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
                let _ = stream.write_all(b"220 post.example\r\n");
                let mut in_data = false;
                while let Some(Ok(line)) = lines.next() {
                    all.lock().expect("unbroken").push(line.clone());
                    if in_data && line != "." {
                        continue;
                    }
                    let usual = match line.split(' ').next().unwrap_or_default() {
                        "EHLO" => "250-post.example\r\n250 AUTH PLAIN",
                        "DATA" => "354 go on",
                        "AUTH" => "235 welcome",
                        _ => "250 fine",
                    };
                    let said = answer(&line).unwrap_or(usual);
                    in_data = said.starts_with("354");
                    if stream.write_all(format!("{said}\r\n").as_bytes()).is_err() {
                        break;
                    }
                }
            }
        });
        Self { port, said }
    }

    fn target(&self) -> Target {
        let mail = Mail {
            host: "localhost".to_owned(),
            port: self.port,
            security: Security::None,
            user: Some("me".to_owned()),
            password: Some(Secret("pa55".to_owned())),
            from: "Reportedly <news@desk.example>".to_owned(),
            to: vec!["editor@desk.example".to_owned(), "Über <night@desk.example>".to_owned()],
        };
        Target { name: "mail".to_owned(), channel: Channel::Mail(mail) }
    }
}

#[test]
fn mail_says_what_it_is_and_cannot_be_made_to_say_more() {
    let post = Post::new(|_| None);
    let target = post.target();
    let desk = Desk::with(1, &[&target]);
    assert_eq!(desk.deliver(&[&target], noon()), (1, Vec::new()));
    let said = post.said.lock().expect("unbroken").clone();
    let recipients: Vec<&String> = said.iter().filter(|l| l.starts_with("RCPT")).collect();
    assert_eq!(recipients, ["RCPT TO:<editor@desk.example>", "RCPT TO:<night@desk.example>"]);
    assert!(said.contains(&"AUTH PLAIN AG1lAHBhNTU=".to_owned()), "{said:?}");
    for line in [
        "Message-ID: <0000000000000000@desk.example>",
        "References: <story-plan@desk.example>",
        "Auto-Submitted: auto-generated",
        "Reportedly-Attempt: 1",
        "Date: Sun, 04 May 2031 12:00:00 +0000",
    ] {
        assert!(said.iter().any(|l| l == line), "{line}: {said:#?}");
    }
    assert!(!said.iter().any(|l| l.starts_with("X-Evil")), "{said:#?}");
    assert_eq!(said.iter().filter(|l| *l == ".").count(), 1, "it ends once");
}

#[test]
fn a_mail_server_that_is_busy_is_asked_again_and_one_that_refuses_later() {
    let busy = Post::new(|line| line.starts_with("MAIL").then_some("451 try later"));
    let refuses = Post::new(|line| line.starts_with("RCPT").then_some("550 nobody of that name"));
    for (post, refused) in [(busy, false), (refuses, true)] {
        let target = post.target();
        let desk = Desk::with(1, &[&target]);
        let (delivered, failed) = desk.deliver(&[&target], noon());
        assert_eq!((delivered, failed.len()), (0, 1));
        assert_eq!(desk.stand(&target)[0].refused, refused, "{failed:?}");
        assert!(!failed[0].contains("pa55"));
    }
    // What has to be protected is not sent without.
    let plain = Post::new(|_| None);
    let mut target = plain.target();
    if let Channel::Mail(mail) = &mut target.channel {
        mail.security = Security::StartTls;
    }
    let desk = Desk::with(1, &[&target]);
    assert_eq!(desk.deliver(&[&target], noon()).0, 0);
    assert!(
        !plain.said.lock().expect("unbroken").iter().any(|l| l.starts_with("AUTH") || l.starts_with("MAIL"))
    );
}
