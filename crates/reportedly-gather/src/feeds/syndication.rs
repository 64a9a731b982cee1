//! RSS, from 0.90 to 2.0, and Atom.

use super::{Feed, Format, Item, MOST_ITEMS, MOST_NOTES, Source, date};
use crate::{
    html::plain,
    xml::{Ended, Field, Part, Shape, Space, attribute, walk},
};
use std::{borrow::Cow, ops::ControlFlow, time::Duration};

const SHAPE: Shape = Shape {
    records: &["item", "entry"],
    wrappers: &["rss", "rdf", "channel", "feed"],
    containers: |space, name| match space {
        Space::Plain | Space::Atom => {
            matches!(name, "author" | "contributor" | "source" | "skipHours" | "skipDays")
        }
        Space::Media => matches!(name, "group" | "content"),
        _ => false,
    },
};

/// Reads a feed; `None` where it is none.
pub(super) fn read(text: &str) -> Option<Feed> {
    let mut feed = None;
    let mut item: Option<Item> = None;
    let mut period: Option<Duration> = None;
    let mut times = 1;
    let (mut more, mut lost) = (0, 0);
    let mut notes = walk(text, &SHAPE, &mut |part| {
        match part {
            Part::Root(name, tag) => {
                let format = match name.to_ascii_lowercase().as_str() {
                    "feed" | "entry" => Format::Atom,
                    "rss" | "rdf" | "channel" | "item" => Format::Rss,
                    _ => return ControlFlow::Break(()),
                };
                let language = attribute(&tag, "xml:lang");
                feed = Some(Feed { language, ..Feed::new(format) });
            }
            Part::Begin(tag) => {
                // What XML does without a document around it: an address that is no GUID.
                let about = attribute(&tag, "rdf:about");
                item = Some(Item { guid: about, guid_is_link: true, ..Item::default() });
            }
            Part::End(ended) => {
                let done = item.take().filter(is_something);
                if let (Some(feed), Some(done)) = (&mut feed, done) {
                    if loses(&done, ended, &feed.items) {
                        lost += 1;
                    } else if feed.items.len() < MOST_ITEMS {
                        feed.items.push(done);
                    } else {
                        more += 1;
                    }
                }
            }
            Part::Field(field) => {
                let Some(feed) = &mut feed else { return ControlFlow::Break(()) };
                match &mut item {
                    Some(item) => of_item(item, feed.format, &field),
                    None => of_feed(feed, &field, &mut period, &mut times),
                }
            }
        }
        ControlFlow::Continue(())
    });
    let mut feed = feed?;
    if let Some(period) = period.map(|period| period / times) {
        feed.wishes.every = feed.wishes.every.max(Some(period));
    }
    if lost > 0 {
        notes.push(format!("items broken off, which are not read: {lost}"));
    }
    if more > 0 {
        notes.push(format!("{more} items more than {MOST_ITEMS} are not read"));
    }
    if notes.len() > MOST_NOTES {
        let rest = notes.len() - MOST_NOTES;
        notes.truncate(MOST_NOTES - 1);
        notes.push(format!("… and {rest} faults more"));
    }
    feed.notes = notes;
    Some(feed)
}

/// Whether an item has lost so much that it is better met again whole: without the address that it will have then it would
/// be another one, and what was cut off would look like an edit.
fn loses(item: &Item, ended: Ended, others: &[Item]) -> bool {
    match ended {
        Ended::Whole => false,
        Ended::Broken => item.link.is_none() && others.iter().any(|other| other.link.is_some()),
        Ended::Cut => !others.is_empty(),
    }
}

/// Whether there is anything in an item that could be an article.
fn is_something(item: &Item) -> bool {
    item.link.is_some() || !item.title.trim().is_empty() || item.text.is_some() || item.guid.is_some()
}

fn of_feed(feed: &mut Feed, field: &Field<'_>, period: &mut Option<Duration>, times: &mut u32) {
    let text = || Some(field.text.trim().to_owned()).filter(|text| !text.is_empty());
    match (field.space, field.name, field.within) {
        (Space::Plain | Space::Atom, "title", None) if feed.title.is_none() => {
            feed.title = Some(plain(&html(field))).filter(|title| !title.is_empty());
        }
        (Space::Plain | Space::Atom, "link", None) => match link(field) {
            Some(("alternate", address)) if feed.home.is_none() => feed.home = Some(address),
            Some(("self", address)) => feed.own = Some(address),
            Some(("next" | "prev-archive", address)) => feed.next = Some(address),
            _ => {}
        },
        (Space::Plain, "language", None) | (Space::Dublin, "language", _) => {
            feed.language = text().map(|tag| tag.to_ascii_lowercase()).or(feed.language.take());
        }
        (Space::Plain, "ttl", None) => {
            let minutes = field.text.trim().parse::<u32>().ok().filter(|minutes| *minutes > 0);
            feed.wishes.every = minutes.map(|minutes| Duration::from_mins(minutes.into()));
        }
        (Space::Plain, "hour", Some("skipHours")) => {
            // Some count from 1 to 24.
            if let Ok(hour) = field.text.trim().parse::<u32>() {
                feed.wishes.skip_hours |= 1 << (hour % 24);
            }
        }
        (Space::Plain, "day", Some("skipDays")) => {
            const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            let day = field.text.trim().to_ascii_lowercase();
            if let Some(n) = DAYS.iter().position(|name| day.starts_with(name)) {
                feed.wishes.skip_days |= 1 << n;
            }
        }
        (Space::Syndication, "updatePeriod", _) => {
            *period = match field.text.trim() {
                "hourly" => Some(Duration::from_hours(1)),
                "daily" => Some(Duration::from_hours(24)),
                "weekly" => Some(Duration::from_hours(24 * 7)),
                "monthly" => Some(Duration::from_hours(24 * 30)),
                "yearly" => Some(Duration::from_hours(24 * 365)),
                _ => None,
            };
        }
        (Space::Syndication, "updateFrequency", _) => {
            *times = field.text.trim().parse().unwrap_or(1).clamp(1, 1000);
        }
        _ => {}
    }
}

fn of_item(item: &mut Item, format: Format, field: &Field<'_>) {
    let text = field.text.trim();
    match (field.space, field.name, field.within) {
        (Space::Plain | Space::Atom, "title", None) => item.title = html(field).into_owned(),
        (Space::Plain | Space::Atom, "link", None) => match link(field) {
            // Atom feeds may have several: the first page counts.
            Some(("alternate", address)) if item.link.is_none() => item.link = Some(address),
            // Whom a linked text is from.
            Some(("via", address)) if item.source.is_none() => {
                item.source = Some(Source { name: String::new(), url: Some(address) });
            }
            _ => {}
        },
        // Where the page is behind the counter's address.
        (Space::Feedburner, "origLink", _) if !text.is_empty() => item.link = Some(text.to_owned()),
        (Space::Plain, "guid", None) if !text.is_empty() => {
            item.guid = Some(text.to_owned());
            let no = field.attribute("isPermaLink").is_some_and(|value| value.eq_ignore_ascii_case("false"));
            item.guid_is_link = !no;
        }
        (Space::Plain | Space::Atom, "id", None) if format == Format::Atom && !text.is_empty() => {
            item.guid = Some(text.to_owned());
            item.guid_is_link = false;
        }
        (Space::Plain, "pubDate", None)
        | (Space::Plain | Space::Atom, "published" | "issued", None)
        | (Space::Dublin, "date" | "created" | "issued", _)
            // The format's own counts before Dublin Core's.
            if item.published.is_none() || field.space != Space::Dublin =>
        {
            item.published = date(text);
            item.published_text = Some(text.to_owned()).filter(|text| !text.is_empty());
        }
        (Space::Plain | Space::Atom, "updated" | "modified", None) | (Space::Dublin, "modified", _) => {
            item.updated = date(text);
            item.updated_text = Some(text.to_owned()).filter(|text| !text.is_empty());
        }
        (Space::Content, "encoded", _) => item.offer(field.content(), true),
        (Space::Plain | Space::Atom, "content", None) => {
            // What lies elsewhere or is no text (base64) is none.
            let kind = field.attribute("type").unwrap_or_default().to_ascii_lowercase();
            let is_text = kind.is_empty() || kind.starts_with("text") || kind.contains("html");
            if is_text && field.attribute("src").is_none() {
                item.offer(&html(field), true);
            }
        }
        (Space::Plain, "description" | "fulltext", None)
        | (Space::Plain | Space::Atom, "summary" | "subtitle", None) => {
            item.offer(&html(field), field.name == "fulltext");
        }
        (Space::Media, "description", _) if item.text.is_none() => item.offer(field.content(), false),
        (Space::Plain | Space::Atom, "name", Some("author"))
        | (Space::Dublin, "creator" | "contributor", _) => {
            item.author(field.content());
        }
        (Space::Plain | Space::Atom, "author", None) if !text.is_empty() => item.author(text),
        (Space::Plain, "source", None) if format == Format::Rss => {
            item.source = Some(Source { name: text.to_owned(), url: field.attribute("url") });
        }
        (Space::Plain | Space::Atom, "title", Some("source")) => {
            field.content().clone_into(&mut item.source.get_or_insert_default().name);
        }
        (Space::Plain | Space::Atom, "link", Some("source")) => {
            if let Some(("alternate", address)) = link(field) {
                item.source.get_or_insert_default().url = Some(address);
            }
        }
        (Space::Dublin, "source" | "publisher" | "rights" | "rightsHolder", _)
        | (Space::Plain | Space::Atom, "rights" | "copyright" | "credit", None) => {
            item.credit(field.content());
        }
        (Space::Media, "credit" | "copyright", _) => item.picture_credit(field.content()),
        (Space::Dublin, "language", _) => item.language = Some(text.to_owned()).filter(|tag| !tag.is_empty()),
        _ => {}
    }
}

/// A field's content as HTML: text that is said to be plain is escaped.
fn html<'f>(field: &'f Field<'_>) -> Cow<'f, str> {
    let kind = field.attribute("type").unwrap_or_default();
    let is_plain = matches!(kind.as_str(), "text" | "text/plain") && field.markup.is_none();
    // Atom's default is plain text, but what has tags or references in it was meant as HTML.
    if is_plain {
        return Cow::Owned(field.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    }
    Cow::Borrowed(field.content())
}

/// Where a link leads, and as what: RSS has it as text, Atom as an attribute.
fn link(field: &Field<'_>) -> Option<(&'static str, String)> {
    let Some(address) = field.attribute("href") else {
        let text = field.text.trim();
        return (field.space == Space::Plain && !text.is_empty()).then(|| ("alternate", text.to_owned()));
    };
    let rel = field.attribute("rel").unwrap_or_default().to_ascii_lowercase();
    let rel = match rel.as_str() {
        "" | "alternate" => "alternate",
        "self" => "self",
        "next" => "next",
        "prev-archive" => "prev-archive",
        "via" => "via",
        _ => return None,
    };
    // A page in another form (a feed of comments, a sound) is not the page.
    let kind = field.attribute("type").unwrap_or_default();
    let is_page = rel != "alternate" || kind.is_empty() || kind.contains("html");
    is_page.then_some((rel, address))
}
