//! Pages are given again as they were made, and never for longer than they are right.

mod newsroom;

use newsroom::{AGAIN, Answer, CRANE, Newsroom, OUTLET, article};
use reportedly_library::Writer;

fn tag(answer: &Answer) -> &str {
    answer.headers.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag")
}

#[test]
fn a_page_is_as_the_library_is() {
    let newsroom = Newsroom::open("", &[CRANE]);
    let ask =
        |path: &str, headers: &str| newsroom.ask("GET", path, &format!("Accept-Encoding: gzip\r\n{headers}"));
    for path in ["/stories/crane", "/articles/crane", "/search?q=crane"] {
        let first = ask(path, "");
        assert_eq!(first.status, 200, "{path}");
        let again = ask(path, "");
        assert_eq!((again.status, &again.headers, &again.body), (200, &first.headers, &first.body), "{path}");
        assert_eq!(ask(path, &format!("If-None-Match: {}\r\n", tag(&first))).status, 304, "{path}");
        // What somebody else sees is theirs, and who takes nothing packed gets it as it is.
        assert_ne!(tag(&ask(path, "Cookie: theme=dark\r\n")), tag(&first), "{path}");
        assert!(newsroom.get(path).body.contains("<html"), "{path}");
        assert_eq!(newsroom.ask("HEAD", path, "Accept-Encoding: gzip\r\n").body, "", "{path}");
    }
    let before = ["/stories/crane", "/search?q=crane"].map(|path| (path, ask(path, "")));
    let (id, day, title, text) = AGAIN;
    let mut writer = Writer::open(newsroom.folder.path()).expect("the library");
    writer.add_readings(vec![article(id, OUTLET, day, title, text)]).expect("added");
    writer.index(|_| {}).expect("indexed");
    drop(writer);
    for (path, before) in &before {
        let after = ask(path, &format!("If-None-Match: {}\r\n", tag(before)));
        assert_eq!(after.status, 200, "{path}");
        assert_ne!(tag(&after), tag(before), "{path}");
    }
    // What is taken out is gone at once.
    let mut writer = Writer::open(newsroom.folder.path()).expect("the library");
    writer.forget(&reportedly_library::Which::Article(CRANE.0.to_owned())).expect("forgotten");
    drop(writer);
    assert_eq!(ask("/articles/crane", "").status, 404);
}
