//! What is changed in the browser, and what the server does by itself meanwhile.

mod newsroom;
mod outside;

use newsroom::{Answer, CRANE, Newsroom, OUTLET};
use outside::{Post, Web, crane, feed, mill};
use reportedly_follow::{Channel, Mail, Played, Security, Target};
use reportedly_gather::fetch::{self, Reach};
use reportedly_library::{Library, Subscription, Writer};
use reportedly_serve::{Options, Upkeep};
use std::{
    path::Path,
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const NOW: &str = "2031-03-05T06:30:00Z";

/// A browser: what it was told to remember, and the token of the last form that it was shown.
struct Browser<'n> {
    newsroom: &'n Newsroom,
    cookies: String,
    token: String,
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

impl<'n> Browser<'n> {
    fn at(newsroom: &'n Newsroom) -> Self {
        let mut browser = Self { newsroom, cookies: String::new(), token: String::new() };
        browser.get("/settings");
        browser
    }

    fn get(&mut self, path: &str) -> Answer {
        let answer = self.newsroom.ask("GET", path, &format!("Cookie: {}\r\n", self.cookies));
        for line in answer.headers.lines().filter_map(|line| line.strip_prefix("set-cookie: session=")) {
            let value = line.split(';').next().expect("a value");
            self.cookies = format!("session={value}");
        }
        if let Some(token) = between(&answer.body, "name=\"token\" value=\"", "\"") {
            token.clone_into(&mut self.token);
        }
        answer
    }

    fn send(&self, path: &str, kind: &str, body: &str, headers: &str) -> Answer {
        let cookies = &self.cookies;
        let length = body.len();
        self.newsroom.send(
            path,
            &format!("Cookie: {cookies}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}"),
            body,
        )
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("token", &self.token).extend_pairs(fields);
        self.send(path, "application/x-www-form-urlencoded", &body.finish(), "")
    }

    /// Sends a form, and follows where that leads.
    fn change(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields);
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        let to = answer.headers.lines().find_map(|line| line.strip_prefix("location: ")).expect("a way on");
        let to = to.to_owned();
        self.get(&to)
    }
}

/// Waits for something that the server does by itself.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{what} did not come");
        sleep(Duration::from_millis(50));
    }
}

fn upkeep(clock: &Played, web: Option<&Web>) -> Upkeep {
    let here = web.map(|web| web.address.ip());
    let reach = Reach {
        allowed: here.into_iter().collect(),
        hosts: here.map(|here| -> fetch::Hosts { Arc::new(move |_| Some(vec![here])) }),
        ..Reach::default()
    };
    Upkeep {
        network: fetch::Options { reach, ..fetch::Options::default() },
        clock: Arc::new(clock.clone()),
        pulse: Duration::from_millis(50),
        ..Upkeep::default()
    }
}

fn empty() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Writer::open(folder.path()).expect("a library"));
    folder
}

fn serving(folder: TempDir, upkeep: Upkeep) -> Newsroom {
    let listen = "127.0.0.1:0".parse().expect("an address");
    let options = Options { listen, upkeep, ..Options::of(folder.path().to_path_buf()) };
    Newsroom::serving(folder, options)
}

fn clock() -> Played {
    Played::at(NOW.parse().expect("an instant"))
}

fn subscriptions(folder: &Path) -> Vec<Subscription> {
    Library::open(folder).expect("a library").subscriptions().expect("all")
}

#[test]
fn a_feed_that_is_added_is_read_and_its_news_shown_without_a_restart() {
    let web = Web::start();
    web.put("post/crane", crane());
    web.put("post/feed", feed("Tarn Post", &[("crane", "Crane falls at quay four")]));
    let clock = clock();
    let newsroom = serving(empty(), upkeep(&clock, Some(&web)));
    let mut browser = Browser::at(&newsroom);
    assert!(!browser.get("/").body.contains("Crane falls"));
    let added = browser.change("/subscriptions/add", &[("url", &web.url("post/feed"))]);
    assert!(added.body.contains("Subscribed to 1 feed"), "{}", added.body);
    until("the news", || browser.get("/").body.contains("Crane falls at quay four").then_some(()));
    // By the time that the article shows its feed has answered.
    let list = browser.get("/subscriptions").body;
    assert!(list.contains("<td class=\"state well\">well</td>") && list.contains("just now"), "{list}");
    assert!(list.contains("<span class=\"name\">Tarn Post</span>"), "{list}");
    // What is due later is asked by itself.
    web.put("post/mill", mill());
    let items = [("mill", "Mill at Velm is to close"), ("crane", "Crane falls at quay four")];
    web.put("post/feed", feed("Tarn Post", &items));
    *clock.time() += jiff::SignedDuration::from_hours(12);
    until("the next news", || browser.get("/").body.contains("Mill at Velm").then_some(()));
    let brought = "reportedly_update_observations_total 2\n";
    until("the counts", || browser.get("/metrics").body.contains(brought).then_some(()));
}

#[test]
fn what_is_at_an_address_is_looked_at() {
    let web = Web::start();
    web.put("post/crane", crane());
    web.put(
        "site/",
        "<html><head><title>Velm Echo</title><link rel='alternate' type='application/rss+xml' href='/all' title='All <b>news</b>'>
         <link rel='alternate' type='application/rss+xml' href='/sport' title='Sport'></head><body><a href='/all'>Feed</a></body></html>",
    );
    for feeds in ["site/all", "site/sport"] {
        web.put(feeds, feed("Velm Echo", &[]));
    }
    let newsroom = serving(empty(), upkeep(&clock(), Some(&web)));
    let mut browser = Browser::at(&newsroom);
    // An article is read at once.
    let shown = browser.change("/subscriptions/add", &[("url", &web.url("post/crane"))]);
    assert!(shown.body.contains("warned about those rails"), "{}", shown.body);
    // Of a site with several feeds somebody chooses.
    let choice = browser.post("/subscriptions/add", &[("url", &web.url("site/"))]);
    assert_eq!(choice.status, 200);
    assert!(choice.body.contains("Sport") && choice.body.contains("All &#60;b&#62;news"), "{}", choice.body);
    let (all, sport) = (web.url("site/all"), web.url("site/sport"));
    let both = [("feed", all.as_str()), ("feed", sport.as_str()), ("feed", "javascript:alert(1)")];
    assert!(browser.change("/subscriptions/take", &both).body.contains("Subscribed to 2 feeds"));
    assert!(browser.change("/subscriptions/take", &both).body.contains("all 2 of them already"));
    // What leads nowhere is said, and stays in its field.
    for (url, says) in [
        (web.url("post/none"), "404"),
        (String::new(), "Give an address"),
        ("http://10.0.0.1/".to_owned(), "10.0.0.1"),
    ] {
        let wrong = browser.post("/subscriptions/add", &[("url", &url)]);
        assert_eq!(wrong.status, 422, "{url}");
        assert!(wrong.body.contains(says) && wrong.body.contains("role=\"alert\""), "{url}: {}", wrong.body);
    }
}

#[test]
fn only_forms_that_this_server_showed_to_this_browser_change_something() {
    let folder = empty();
    let mut writer = Writer::open(folder.path()).expect("a library");
    let one =
        Subscription { url: "http://wire.example/feed".to_owned(), paused: true, ..Subscription::default() };
    writer.subscribe(&[one]).expect("subscribed");
    drop(writer);
    let newsroom = serving(folder, Upkeep { updates: false, ..upkeep(&clock(), None) });
    let mut browser = Browser::at(&newsroom);
    let id =
        between(&browser.get("/subscriptions").body, "name=\"id\" value=\"", "\"").expect("an id").to_owned();
    let path = "/subscriptions/remove";
    let form = "application/x-www-form-urlencoded";
    let body = |token: &str| format!("token={token}&id={id}");
    let other = Browser::at(&newsroom);
    let nobody = Browser { newsroom: &newsroom, cookies: String::new(), token: String::new() };
    let text = "text/plain";
    for (who, kind, token, headers, status) in [
        (&browser, form, "", "", 403),
        (&browser, form, "00", "", 403),
        (&browser, form, other.token.as_str(), "", 403),
        (&nobody, form, browser.token.as_str(), "", 403),
        (&browser, form, browser.token.as_str(), "Origin: http://evil.example\r\n", 403),
        (&browser, form, browser.token.as_str(), "Origin: null\r\n", 403),
        (&browser, form, browser.token.as_str(), "Sec-Fetch-Site: cross-site\r\n", 403),
        (&browser, text, browser.token.as_str(), "", 415),
    ] {
        let answer = who.send(path, kind, &body(token), headers);
        assert_eq!(answer.status, status, "{token} {headers}");
        assert!(answer.body.contains("othing was changed"), "{}", answer.body);
    }
    assert_eq!(subscriptions(newsroom.folder.path()).len(), 1);
    for method in ["PUT", "DELETE", "PATCH"] {
        assert_eq!(newsroom.ask(method, "/subscriptions", "Content-Length: 0\r\n").status, 405);
    }
    assert_eq!(newsroom.get(path).status, 404, "without an id");
    let sure = browser.get(&format!("{path}?id={id}"));
    assert!(sure.status == 200 && sure.body.contains("wire.example"));
    assert_eq!(subscriptions(newsroom.folder.path()).len(), 1, "asking changes nothing");
    assert!(browser.change(path, &[("id", &id)]).body.contains("has ended"));
    assert!(subscriptions(newsroom.folder.path()).is_empty());
    // What the address says is told only in words of ours.
    let odd = browser.get("/subscriptions?said=%3Cb%3Eremoved&n=7").body;
    assert!(!odd.contains("class=\"notice\""), "{odd}");
}

#[test]
fn lists_come_in_and_go_out_with_folders_and_titles() {
    let newsroom = serving(empty(), Upkeep { updates: false, ..upkeep(&clock(), None) });
    let mut browser = Browser::at(&newsroom);
    let list = "<opml version='2.0'><body><outline text='Ports &amp; quays'>\r\n<outline text='Harbour &lt;b&gt;Wire' \
                xmlUrl='http://wire.example/feed'/></outline><outline text='odd' xmlUrl='javascript:1'/></body></opml>";
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{}\r\n--x\r\nContent-Disposition: form-data; \
         name=\"list\"; filename=\"my.opml\"\r\nContent-Type: text/xml\r\n\r\n{list}\r\n--x--\r\n",
        browser.token
    );
    let taken = browser.send("/subscriptions/import", "multipart/form-data; boundary=x", &body, "");
    assert_eq!(taken.status, 200);
    assert!(taken.body.contains("Subscribed to 1 feed") && taken.body.contains("Line 2:"), "{}", taken.body);
    assert!(taken.body.contains("Harbour &#60;b&#62;Wire") && !taken.body.contains("<b>"), "{}", taken.body);
    let pasted = "<opml><body><outline text='Velm Echo' xmlUrl='http://velm.example/rss'/></body></opml>";
    browser.change("/subscriptions/import", &[("text", pasted)]);
    let file = browser.get("/subscriptions.opml");
    assert!(file.headers.contains("attachment; filename=\"subscriptions.opml\""));
    let again = reportedly_gather::opml::parse(file.body.as_bytes()).expect("a list");
    let told: Vec<_> = again.feeds.iter().map(|f| (f.title.as_deref(), f.folders.clone())).collect();
    let quays = vec![vec!["Ports & quays".to_owned()]];
    assert_eq!(told, [(Some("Velm Echo"), vec![]), (Some("Harbour <b>Wire"), quays)]);
    assert_eq!(browser.post("/subscriptions/import", &[("text", "no list")]).status, 422);
    // Pausing and taking up again, by the row's own form.
    let id =
        between(&browser.get("/subscriptions").body, "name=\"id\" value=\"", "\"").expect("an id").to_owned();
    let paused = browser.change("/subscriptions/change", &[("id", &id), ("what", "pause")]);
    assert!(paused.body.contains("<td class=\"state paused\">"), "{}", paused.body);
    let resumed = browser.change("/subscriptions/change", &[("id", &id), ("what", "resume")]);
    assert!(!resumed.body.contains("<td class=\"state paused\">"));
}

#[test]
fn what_a_killed_run_had_read_is_shown_and_found() {
    let folder = empty();
    let crane = newsroom::article("crane", OUTLET, CRANE.1, CRANE.2, CRANE.3);
    let sight = reportedly_library::Sight {
        observation: crane,
        page: None,
        told: None,
        headers: None,
        archive: None,
    };
    let row = reportedly_library::Row::of(&sight, false).expect("packed");
    // It is stored, and then nothing more happened.
    Writer::open(folder.path()).expect("a library").add_rows(&[row]).expect("added");
    let newsroom = serving(folder, Upkeep { updates: false, ..upkeep(&clock(), None) });
    until("the story", || (newsroom.get("/stories/crane").status == 200).then_some(()));
    until("the index", || newsroom.get("/search?q=crane").body.contains("/stories/crane").then_some(()));
    // Somebody takes the index away.
    std::fs::remove_dir_all(newsroom.folder.path().join("index")).expect("removed");
    let mut writer = Writer::open(newsroom.folder.path()).expect("a library");
    let again = newsroom::article("again", OUTLET, newsroom::AGAIN.1, newsroom::AGAIN.2, newsroom::AGAIN.3);
    writer.add_readings(vec![again]).expect("added");
    drop(writer);
    until("the other", || newsroom.get("/search?q=open").body.contains("/stories/crane").then_some(()));
}

#[test]
fn many_subscriptions_are_shown_some_at_a_time_and_found_by_their_names() {
    let folder = empty();
    let one = |n: usize| Subscription {
        url: format!("http://wire.example/feed-{n}"),
        title: Some(if n == 142 { "Kestrel & Tarn".to_owned() } else { format!("Desk {n}") }),
        folders: vec![vec![if n < 3 { "Ports".to_owned() } else { "Rest".to_owned() }]],
        ..Subscription::default()
    };
    let all: Vec<Subscription> = (0..250).map(one).collect();
    Writer::open(folder.path()).expect("a library").subscribe(&all).expect("subscribed");
    let newsroom = serving(folder, Upkeep { updates: false, ..upkeep(&clock(), None) });
    let mut path = "/subscriptions".to_owned();
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let body = newsroom.get(&path).body;
        assert!(body.contains("250 subscriptions"), "{body}");
        let rows = body.split("name=\"id\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let before = seen.len();
        seen.extend(rows.map(str::to_owned));
        assert!(seen.len() - before <= 100, "{path}");
        let links = body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        match links.filter(|link| link.contains("from=")).last() {
            Some(next) if seen.len() > before && seen.len() < 250 => next.clone_into(&mut path),
            _ => break,
        }
    }
    assert_eq!(seen.len(), 250);
    for (find, rows) in [("kestrel+%26", 1), ("PORTS", 3), ("feed-24", 11), ("%3Cb%3E", 0)] {
        let body = newsroom.get(&format!("/subscriptions?find={find}&from=7000")).body;
        assert_eq!(body.matches("name=\"id\"").count(), rows, "{find}: {body}");
        assert!(!body.contains("<b>"));
    }
}

#[test]
fn stories_and_searches_are_followed_and_alerts_are_told() {
    let (clock, post) = (clock(), Post::start());
    let folder = empty();
    let mut writer = Writer::open(folder.path()).expect("a library");
    let title = format!("{} <script>alert(2)</script>", CRANE.2);
    writer.add_readings(vec![newsroom::article("crane", OUTLET, CRANE.1, &title, CRANE.3)]).expect("added");
    writer.index(|_| {}).expect("indexed");
    drop(writer);
    let newsroom = serving(folder, Upkeep { targets: vec![mail(&post)], ..upkeep(&clock, None) });
    let mut browser = Browser::at(&newsroom);
    let story = browser.get("/stories/crane").body;
    let way = between(&story, "href=\"/alerts/follow", "\"").expect("a way to follow it").to_owned();
    let form = browser.get(&format!("/alerts/follow{way}"));
    assert!(form.body.contains("What an alert would look like"), "{}", form.body);
    assert!(!form.body.contains("<script>alert"));
    let followed = browser.change(
        "/alerts/follow",
        &[("story", "crane"), ("name", "<i>crane"), ("to", "mail"), ("to", "nobody")],
    );
    assert!(followed.body.contains("is followed from now on") && followed.body.contains("&#60;i&#62;crane"));
    for (fields, says) in [
        ([("story", "crane"), ("name", "<i>crane")], "followed already"),
        ([("story", "crane"), ("name", "12")], "a name with letters"),
        ([("q", "said:("), ("name", "odd")], "role=\"alert\""),
    ] {
        let wrong = browser.post("/alerts/follow", &fields);
        assert_eq!(wrong.status, 422, "{fields:?}");
        assert!(wrong.body.contains(says), "{fields:?}: {}", wrong.body);
    }
    assert!(
        browser.change("/alerts/follow", &[("q", "\"quay four\""), ("name", "quays")]).body.contains("quays")
    );
    // Something new comes in by another way, and the server tells whoever is to hear of it.
    let text = "Union leader Ilse Marran denied that a crane fell at quay four of Tarn harbour on Monday. The crane at \
                quay four stands, she said.";
    let denial =
        newsroom::article("denial", "Velm Echo", "2031-03-05", "Union denies crane fall at quay four", text);
    let mut writer = Writer::open(newsroom.folder.path()).expect("the pen");
    writer.add_readings(vec![denial]).expect("added");
    drop(writer);
    until("an alert", || browser.get("/alerts").body.contains("<h3>").then_some(()));
    until("the mail", || (post.letters() > 0).then_some(()));
    let shown = until("the delivery", || {
        let body = browser.get("/alerts").body;
        body.contains("mail: delivered").then_some(body)
    });
    assert!(!shown.contains("<script>alert") && !shown.contains("<i>crane"), "{shown}");
    assert!(browser.change("/alerts/retry", &[("target", "mail")]).body.contains("is being sent now"));
    // A test is shown, and then sent.
    let letters = post.letters();
    assert!(browser.get("/alerts/test?target=mail").body.contains("This is a test of Reportedly"));
    assert_eq!(post.letters(), letters);
    assert!(browser.change("/alerts/test", &[("target", "mail")]).body.contains("The test was delivered"));
    assert_eq!(post.letters(), letters + 1);
    assert_eq!(browser.post("/alerts/test", &[("target", "none")]).status, 404);
    // It ends after a question.
    let id = between(&shown, "/alerts/unfollow?id=", "\"").expect("an id").to_owned();
    assert!(browser.get(&format!("/alerts/unfollow?id={id}")).body.contains("Its alerts go with it"));
    assert!(browser.change("/alerts/unfollow", &[("id", &id)]).body.contains("followed no more"));
}

fn mail(post: &Post) -> (String, Result<Target, String>) {
    let mail = Mail {
        host: "localhost".to_owned(),
        port: post.port,
        security: Security::None,
        user: None,
        password: None,
        from: "Reportedly <news@desk.example>".to_owned(),
        to: vec!["editor@desk.example".to_owned()],
    };
    ("mail".to_owned(), Ok(Target { name: "mail".to_owned(), channel: Channel::Mail(mail) }))
}

#[test]
fn settings_are_remembered_by_the_browser() {
    let newsroom = serving(empty(), upkeep(&clock(), None));
    let browser = Browser::at(&newsroom);
    let saved = browser.post("/settings", &[("zone", "Asia/Tokyo"), ("theme", "dark"), ("new", "week")]);
    for cookie in [
        "set-cookie: zone=asia/tokyo; path=/; max-age=31536000; httponly; samesite=lax",
        "theme=dark",
        "new=week",
    ] {
        assert!(saved.headers.contains(cookie), "{}", saved.headers);
    }
    let page = newsroom.ask("GET", "/settings", "Cookie: zone=Asia/Tokyo; theme=dark; new=week\r\n").body;
    for set in [
        "value=\"Asia/Tokyo\" placeholder",
        "data-theme=\"dark\"",
        "value=\"dark\" checked",
        "value=\"week\" checked",
    ] {
        assert!(page.contains(set), "{set}: {page}");
    }
    let wrong = browser.post("/settings", &[("zone", "Nowhere/\"><b>"), ("theme", "dark")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("no time zone of this name") && !wrong.body.contains("<b>"));
    assert!(!wrong.headers.contains("set-cookie: theme"));
}

#[test]
fn the_digest_comes_once_a_day_also_over_a_restart() {
    let (clock, post) = (clock(), Post::start());
    let folder = empty();
    let mut writer = Writer::open(folder.path()).expect("a library");
    writer
        .add_readings(vec![newsroom::article(CRANE.0, "Tarn Post", CRANE.1, CRANE.2, CRANE.3)])
        .expect("added");
    writer.index(|_| {}).expect("indexed");
    drop(writer);
    let kept = tempfile::tempdir().expect("a folder");
    let options = |folder: &Path| Options {
        listen: "127.0.0.1:0".parse().expect("an address"),
        upkeep: Upkeep { targets: vec![mail(&post)], ..upkeep(&clock, None) },
        ..Options::of(folder.to_path_buf())
    };
    let open = || Newsroom::serving(tempfile::tempdir().expect("a folder"), options(folder.path()));
    let quiet = || sleep(Duration::from_millis(600));
    let newsroom = open();
    let mut browser = Browser::at(&newsroom);
    // Wished at half past six of the zone, for seven.
    browser.cookies.push_str("; zone=UTC");
    let set = browser.post("/settings/digest", &[("to", "mail"), ("hour", "7")]);
    assert_eq!(set.status, 303, "{}", set.body);
    quiet();
    assert_eq!(post.letters(), 0, "it is not seven yet");
    *clock.time() = "2031-03-05T07:01:00Z".parse().expect("an instant");
    until("the digest", || (post.letters() == 1).then_some(()));
    let letter = post.said().join("\n");
    for part in
        ["Subject: 5 March 2031: Crane falls at quay four", "happened: ", "(Tarn Post)", "/stories/crane"]
    {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    quiet();
    drop(newsroom);
    *clock.time() = "2031-03-05T18:00:00Z".parse().expect("an instant");
    let newsroom = open();
    quiet();
    assert_eq!(post.letters(), 1, "it was sent today");
    // The next day it comes again, if there is something to tell.
    let text = "The mill at Velm burned down on Wednesday, fire chief Jon Hask said.";
    let fire = newsroom::article("mill", "Velm Echo", "2031-03-05", "Mill at Velm burns down", text);
    let mut writer = until("the pen", || Writer::open(folder.path()).ok());
    writer.add_readings(vec![fire]).expect("added");
    drop(writer);
    *clock.time() = "2031-03-06T07:00:00Z".parse().expect("an instant");
    until("the next digest", || (post.letters() == 2).then_some(()));
    let letters = post.said().join("\n");
    let last = letters.rsplit("DATA\n").next().expect("a letter");
    assert!(last.contains("Mill at Velm burns down") && !last.contains("Crane falls"), "{last}");
    *clock.time() = "2031-03-07T07:00:00Z".parse().expect("an instant");
    quiet();
    assert_eq!(post.letters(), 2, "nothing was new");
    drop((newsroom, kept));
}

#[test]
fn nothing_is_asked_by_itself_where_nobody_wants_it() {
    let web = Web::start();
    web.put("post/crane", crane());
    web.put("post/feed", feed("Tarn Post", &[("crane", "Crane falls at quay four")]));
    let folder = empty();
    let mut writer = Writer::open(folder.path()).expect("a library");
    writer
        .subscribe(&[Subscription { url: web.url("post/feed"), ..Subscription::default() }])
        .expect("subscribed");
    drop(writer);
    let newsroom = serving(folder, Upkeep { updates: false, ..upkeep(&clock(), Some(&web)) });
    let mut browser = Browser::at(&newsroom);
    sleep(Duration::from_millis(500));
    let list = browser.get("/subscriptions").body;
    assert!(list.contains("state new") && list.contains("asked only by hand"), "{list}");
    let id = between(&list, "name=\"id\" value=\"", "\"").expect("an id").to_owned();
    browser.change("/subscriptions/change", &[("id", &id), ("what", "update")]);
    until("the news", || browser.get("/").body.contains("Crane falls").then_some(()));
}
