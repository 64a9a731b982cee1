//! What a page says about its article: title, authors, outlet, language, address.

use crate::blocks::{Kind, Layout};
use crate::dom::{DOCUMENT, Dom};
use crate::structured::{self, Structured};
use reportedly_text::Language;
use serde_json::Value;

/// What a page says about its article.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) agencies: Vec<String>,
    pub(crate) outlet: Option<String>,
    pub(crate) url: Option<String>,
}

/// Gathers it.
pub(crate) fn gather(dom: &Dom, data: &Structured, layout: &Layout, _url: Option<&str>) -> Facts {
    let articles = data.articles();
    let said =
        |key: &str| articles.iter().find_map(|t| structured::plain(t.get(key)?)).map(structured::unescape);
    let heading = dom.first(DOCUMENT, "h1").map(|h| dom.text(h, 1_000)).filter(|h| !h.is_empty());
    let title = heading
        .or_else(|| data.meta(&["og:title", "twitter:title"]).map(str::to_owned))
        .or_else(|| said("headline"))
        .or_else(|| data.title.clone())
        .or_else(|| layout.runs.iter().find(|r| matches!(r.kind, Kind::Heading(_))).map(|r| r.text.clone()));
    let mut authors: Vec<String> = Vec::new();
    for thing in &articles {
        let Some(author) = thing.get("author") else { continue };
        let list = match author {
            Value::Array(items) => items.iter().collect(),
            one => vec![one],
        };
        for one in list {
            if let Some(name) = structured::plain(data.resolve(one)) {
                let name = structured::unescape(name).trim().to_owned();
                if !name.is_empty() && !authors.contains(&name) {
                    authors.push(name);
                }
            }
        }
        if !authors.is_empty() {
            break;
        }
    }
    let outlet = articles
        .iter()
        .find_map(|t| structured::plain(data.resolve(t.get("publisher")?)))
        .map(structured::unescape)
        .or_else(|| data.meta(&["og:site_name", "application-name"]).map(str::to_owned));
    Facts {
        title,
        description: data.meta(&["og:description", "description", "twitter:description"]).map(str::to_owned),
        authors,
        agencies: Vec::new(),
        outlet,
        url: data.canonical.clone(),
    }
}

/// The language of the article: by its words, and by what the page declares where they are few.
pub(crate) fn language(data: &Structured, text: &str) -> Option<Language> {
    let declared = data.language.as_deref().and_then(Language::from_tag);
    reportedly_text::detect(text).or(declared)
}
