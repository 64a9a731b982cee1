//! What is not read in a language is said.

use reportedly_read::{Form, Input, read};
use reportedly_text::Language;

fn check(language: &str, text: &str, said: Option<&str>) {
    let page = format!("<html lang={language}><article><h1>Corrow</h1><p>{text}</p></article>");
    let reading = read(&Input { bytes: page.as_bytes(), form: Form::Html, ..Input::default() });
    assert_eq!(reading.language.as_ref().map(Language::code), Some(language));
    let found = reading.diagnostics.iter().find(|d| d.starts_with("language: "));
    assert_eq!(found.map(String::as_str), said, "{text}");
}

#[test]
fn what_is_not_read_in_a_language_is_said() {
    check("en", "The ferry to Corrow sails again, the harbour master said on Monday in Lantern Point.", None);
    check(
        "de",
        "Die Fähre nach Corrow fährt wieder, sagte die Hafenmeisterin am Montag in Lantern Point.",
        Some("language: times, names, statements and events are not read in \"de\" yet"),
    );
}
