//! JSON Feed, version 1 and 1.1 (jsonfeed.org).

use super::{Feed, Format, Item, MOST_ITEMS, NoFeed, date};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Top {
    version: Text,
    title: Text,
    home_page_url: Text,
    feed_url: Text,
    next_url: Text,
    language: Text,
    items: Option<Items>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    id: Text,
    url: Text,
    external_url: Text,
    title: Text,
    content_html: Text,
    content_text: Text,
    summary: Text,
    date_published: Text,
    date_modified: Text,
    language: Text,
    author: Names,
    authors: Names,
}

/// A string; a number is written as one, and anything else is none.
#[derive(Default)]
struct Text(Option<String>);

/// The names in an author or a list of them.
#[derive(Default)]
struct Names(Vec<String>);

/// Items, as many as are read; what is no object is passed over.
#[derive(Default)]
struct Items {
    read: Vec<Entry>,
    more: usize,
}

/// Takes what is not expected for nothing, in place of an error that would cost the whole feed.
macro_rules! nothing {
    ($($visit:ident: $of:ty),*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("anything")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        $(fn $visit<E>(self, _: $of) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        })*
    };
}

/// The same for what has parts.
fn pass_over<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text;
            nothing!(visit_bool: bool);

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(text.trim().to_owned()).filter(|text| !text.is_empty())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                pass_over(map)?;
                Ok(Text(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Text, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Author {
            name: Text,
        }
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Names;
            nothing!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);

            fn visit_str<E>(self, name: &str) -> Result<Names, E> {
                Ok(Names(vec![name.to_owned()]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Names, A::Error> {
                let author = Author::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Names(author.name.0.into_iter().collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
                let mut names = Names::default();
                while let Some(more) = list.next_element::<Names>()? {
                    if names.0.len() < super::MOST_NAMES {
                        names.0.extend(more.0);
                    }
                }
                Ok(names)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Items;
            nothing!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Items, A::Error> {
                pass_over(map)?;
                Ok(Items::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items, A::Error> {
                let mut items = Items::default();
                loop {
                    if items.read.len() < MOST_ITEMS {
                        let Some(item) = list.next_element::<Entry>()? else { return Ok(items) };
                        items.read.push(item);
                    } else if list.next_element::<IgnoredAny>()?.is_some() {
                        items.more += 1;
                    } else {
                        return Ok(items);
                    }
                }
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Reads a JSON feed.
pub(super) fn read(text: &str) -> Result<Feed, NoFeed> {
    // What follows the feed's end (a comment, a second one) does not make it another.
    let top = Top::deserialize(&mut serde_json::Deserializer::from_str(text));
    let top = top.map_err(|error| NoFeed::Json(error.to_string()))?;
    let named = top.version.0.is_some_and(|version| version.contains("jsonfeed.org"));
    let items = match top.items {
        Some(items) if named || !items.read.is_empty() => items,
        _ => return Err(NoFeed::Other("JSON of another kind")),
    };
    let mut feed = Feed {
        title: top.title.0,
        home: top.home_page_url.0,
        own: top.feed_url.0,
        next: top.next_url.0,
        language: top.language.0,
        ..Feed::new(Format::Json)
    };
    feed.items = items.read.into_iter().map(item).collect();
    if items.more > 0 {
        feed.notes.push(format!("{} items more than {MOST_ITEMS} are not read", items.more));
    }
    Ok(feed)
}

fn item(entry: Entry) -> Item {
    let mut item = Item {
        guid: entry.id.0,
        link: entry.url.0.or(entry.external_url.0),
        title: entry.title.0.map(|title| escaped(&title)).unwrap_or_default(),
        published: entry.date_published.0.as_deref().and_then(date),
        updated: entry.date_modified.0.as_deref().and_then(date),
        published_text: entry.date_published.0,
        updated_text: entry.date_modified.0,
        language: entry.language.0,
        guid_is_link: true,
        ..Item::default()
    };
    for name in entry.authors.0.iter().chain(&entry.author.0) {
        item.author(&escaped(name));
    }
    if let Some(html) = entry.content_html.0 {
        item.offer(&html, true);
    }
    if let Some(text) = entry.content_text.0 {
        item.offer(&escaped(&text), true);
    }
    if let Some(summary) = entry.summary.0 {
        item.offer(&escaped(&summary), false);
    }
    item
}

/// Plain text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
