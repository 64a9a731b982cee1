//! What must hold of the reading of any bytes.

use reportedly_gather::{discover, feeds, robots::Rules, sitemap};
use reportedly_page::{Form, Input, PageKind, read};

/// Reads bytes and panics where the reading breaks a promise.
pub fn check(bytes: &[u8], form: Form) {
    let page = read(&Input { bytes, form, url: Some("https://harbourwire.example/a"), ..Input::default() });
    let mut end = 0;
    for (i, block) in page.blocks.iter().enumerate() {
        assert!(block.role.is_text());
        assert!(!block.span.of(&page.text).trim().is_empty(), "block {i} is empty");
        assert_eq!(&page.text[end..block.span.start], if i == 0 { "" } else { "\n\n" });
        end = block.span.end;
    }
    assert_eq!(end, page.text.len(), "text that is in no block");
    assert!(page.other.iter().all(|o| !o.role.is_text()));
    for date in &page.dates {
        assert!(date.span.is_none_or(|s| page.text.get(s.start..s.end).is_some()));
        assert!(date.weight <= 100);
    }
    assert!(!matches!(page.kind, PageKind::Index | PageKind::Wall) || page.text.is_empty());
}

/// Reads bytes as all that is fetched besides pages, and panics where the reading breaks a promise.
pub fn check_fetched(bytes: &[u8]) {
    let url = "https://harbourwire.example/feed";
    let now = "2031-03-04T12:00:00Z".parse().expect("an instant");
    if let Ok(feed) = feeds::read(bytes, None, url, now) {
        let mut ids = std::collections::HashSet::new();
        for item in &feed.items {
            assert!(ids.insert(&item.id), "two items are called {}", item.id);
            assert!(item.link.as_deref().is_none_or(|link| link.starts_with("http")));
            assert!(item.words == 0 || item.text.is_some(), "words of no text");
        }
        assert!(feed.items.len() <= feeds::MOST_ITEMS);
    }
    let _ = (sitemap::read(bytes, None), discover::kind(bytes, None), discover::in_head(bytes, None, url));
    let _ = Rules::read(bytes).allows("https://harbourwire.example/a?b=c");
}
