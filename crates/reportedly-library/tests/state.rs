//! What a library tells follows from its state: whoever keeps an answer asks whether that is what it was.

use reportedly_library::{Library, State, Subscription, Which, Writer};
use reportedly_read::{Form, Input, read};
use reportedly_story::Observation;

fn seen(id: &str, day: &str, text: &str) -> Observation {
    let fetched = format!("{day}T12:00:00Z").parse().expect("an instant");
    let input = Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        title: Some("The weir at Tarn"),
        published: Some(day),
        fetched: Some(fetched),
        ..Input::default()
    };
    Observation { id: id.to_owned(), state: 1, path: None, reading: read(&input) }
}

const WEIR: &str =
    "The weir at Tarn broke on Monday, the weir office said.\n\nIt will be mended by June, it said.";

#[test]
fn it_changes_with_what_is_told_and_with_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::open(folder.path()).expect("a library");
    let library = Library::open(folder.path()).expect("open");
    let state = |library: &Library| -> State { library.state().expect("a state") };
    let mut before = state(&library);
    let mut is_changed = |what: &str, wanted: bool| {
        let after = state(&library);
        assert_eq!(after != before, wanted, "{what}");
        before = after;
    };
    writer.add_readings(vec![seen("weir", "2031-03-04", WEIR)]).expect("added");
    is_changed("an article", true);
    is_changed("nothing", false);
    writer.index(|_| {}).expect("indexed");
    is_changed("the index", true);
    let feed = Subscription { url: "https://wire.example/feed".to_owned(), ..Subscription::default() };
    writer.subscribe(&[feed]).expect("subscribed");
    is_changed("a subscription", false);
    writer
        .add_readings(vec![seen("before", "2031-03-01", &format!("{WEIR} Nobody was hurt."))])
        .expect("added");
    is_changed("an article that comes late", true);
    writer.add_readings(vec![seen("none", "2031-03-05", "")]).expect("added");
    is_changed("a page without an article", true);
    writer.forget(&Which::Article("none".to_owned())).expect("forgotten");
    is_changed("a page without an article that is forgotten", true);
    writer.forget(&Which::Article("weir".to_owned())).expect("forgotten");
    is_changed("an article that is forgotten", true);
}
