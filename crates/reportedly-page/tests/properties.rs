//! What holds for any bytes: reading ends, spans are valid, the text is its blocks with blank lines between them.

use proptest::prelude::*;
use reportedly_page::{Form, Input, Page, read};

fn check(bytes: &[u8], form: Form) -> Result<(), TestCaseError> {
    let input = Input { bytes, form, url: Some("https://harbourwire.example/a"), ..Input::default() };
    let page: Page = read(&input);
    let mut end = 0;
    for (i, block) in page.blocks.iter().enumerate() {
        prop_assert!(block.role.is_text());
        prop_assert!(!block.span.of(&page.text).trim().is_empty(), "block {i}");
        let between = &page.text[end..block.span.start];
        prop_assert_eq!(between, if i == 0 { "" } else { "\n\n" });
        end = block.span.end;
    }
    prop_assert_eq!(end, page.text.len());
    prop_assert!(page.other.iter().all(|o| !o.role.is_text()));
    prop_assert_eq!(read(&input).text, page.text);
    Ok(())
}

/// Pieces of pages, so that arbitrary pages are pages at all.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zé ,.]{0,80}",
        Just(
            "<p>The ferry to Kestrel Bay will run twice a day from Monday, the harbour office said.</p>"
                .to_owned()
        ),
        prop_oneof![
            Just("<div>"),
            Just("</div>"),
            Just("<article>"),
            Just("</p>"),
            Just("<br><br>"),
            Just("<table><tr><td>"),
            Just("</table>"),
            Just("<ul><li>"),
            Just("<h1>"),
            Just("</h1>"),
            Just("<h2>Most read</h2>"),
            Just("<a href=/x>"),
            Just("<aside class=related>"),
            Just("<figure><img src=a.jpg><figcaption>"),
            Just("<script type=application/ld+json>"),
            Just("{\"@type\":\"NewsArticle\",\"author\":[{\"name\":"),
            Just("</script>"),
            Just("<div style='display:none'>"),
            Just("<meta property=og:title content='"),
            Just("'>"),
            Just("&#"),
            Just("<!--"),
            Just("<b><i>"),
            Just("<svg>"),
        ]
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, Form::Html)?;
    }

    #[test]
    fn any_page_is_read(pieces in proptest::collection::vec(piece(), 0..60)) {
        check(pieces.concat().as_bytes(), Form::Html)?;
    }
}
