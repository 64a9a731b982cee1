//! What a page says about itself in data: JSON-LD, `<meta>`, microdata, `<link>`. Parsed once, asked by all.

use crate::dom::{DOCUMENT, Dom, NodeId, floor};
use serde_json::{Map, Value};

/// Bytes of JSON-LD that are parsed, all scripts together: small values take a hundred times their bytes in memory.
const MAX_JSON: usize = 1 << 20;
/// JSON-LD objects that are looked at.
const MAX_THINGS: usize = 4_000;
/// Pictures that an article's data may list.
const MAX_PICTURES: usize = 100;

/// Bytes of a text in the page's data that are read: titles, names and descriptions are a tenth as long.
const MAX_TEXT: usize = 8 << 10;
/// Bytes of the longest character reference, from `&` to `;`.
const MAX_REFERENCE: usize = 12;

/// A JSON-LD object.
pub(crate) type Thing = Map<String, Value>;

/// What a page says about itself in data.
#[derive(Debug, Default)]
pub(crate) struct Structured {
    documents: Vec<Value>,
    /// Bytes of the JSON-LD that was parsed, and of what was left out.
    json: usize,
    pub(crate) json_cut: usize,
    /// `<meta>` elements: name, property, itemprop or http-equiv in lower case, and content, in page order.
    pub(crate) meta: Vec<(String, String)>,
    /// Elements with an `itemprop`, in page order: each of its names in lower case, and the element.
    pub(crate) properties: Vec<(String, NodeId)>,
    /// `<time>` elements, in page order.
    pub(crate) times: Vec<NodeId>,
    /// The canonical address, as it stands.
    pub(crate) canonical: Option<String>,
    /// The `lang` of the root element, or what stands in its place.
    pub(crate) language: Option<String>,
    /// The `<title>`.
    pub(crate) title: Option<String>,
}

/// Gathers all of it in one walk over the tree.
pub(crate) fn gather(dom: &Dom) -> Structured {
    let mut found = Structured::default();
    for id in dom.descendants(DOCUMENT) {
        let name = dom.name(id);
        match name {
            "" => continue,
            "html" => found.language = dom.attr(id, "lang").map(str::to_owned),
            "title" if found.title.is_none() => {
                found.title = Some(dom.text(id, 2_000)).filter(|t| !t.is_empty());
            }
            "script" => script(dom, id, &mut found),
            "time" => found.times.push(id),
            "meta" => {
                let content = floor(dom.attr(id, "content").unwrap_or("").trim(), MAX_TEXT);
                if !content.is_empty() {
                    for attribute in ["property", "name", "itemprop", "http-equiv"] {
                        if let Some(name) = dom.attr(id, attribute) {
                            found.meta.push((name.trim().to_ascii_lowercase(), unescape(content)));
                        }
                    }
                }
            }
            "link" => {
                let rel = dom.attr(id, "rel").unwrap_or("");
                if found.canonical.is_none() && rel.eq_ignore_ascii_case("canonical") {
                    found.canonical =
                        dom.attr(id, "href").map(|h| h.trim().to_owned()).filter(|h| !h.is_empty());
                }
            }
            _ => {}
        }
        if let Some(names) = dom.attr(id, "itemprop") {
            let names = names.split_ascii_whitespace().take(8);
            found.properties.extend(names.map(|n| (n.to_ascii_lowercase(), id)));
        }
    }
    found
}

fn script(dom: &Dom, id: NodeId, found: &mut Structured) {
    if !dom.attr(id, "type").is_some_and(|t| t.to_ascii_lowercase().contains("ld+json")) {
        return;
    }
    let source: String = dom.children(id).filter_map(|c| dom.text_node(c)).collect();
    if source.trim().is_empty() {
        return;
    }
    if found.json + source.len() > MAX_JSON {
        found.json_cut += source.len();
        return;
    }
    found.json += source.len();
    parse_json(&source, &mut found.documents);
}

/// JSON as sites write it: in comments, HTML-escaped, with raw line ends in strings, with a comma too many.
fn parse_json(source: &str, documents: &mut Vec<Value>) {
    let mut text = source.trim().trim_start_matches('\u{feff}');
    for open in ["<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "<![CDATA["] {
        text = text.strip_prefix(open).unwrap_or(text).trim();
    }
    for close in ["-->", "//]]>", "// ]]>", "/*]]>*/", "]]>", ";"] {
        text = text.strip_suffix(close).unwrap_or(text).trim();
    }
    if let Ok(value) = serde_json::from_str(text) {
        documents.push(value);
        return;
    }
    let mut mended =
        if text.contains("&quot;") && !text.contains("\":") { unescape(text) } else { text.to_owned() };
    mended = mended.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    mended = without_stray_marks(&mended);
    for value in serde_json::Deserializer::from_str(&mended).into_iter::<Value>() {
        match value {
            Ok(value) => documents.push(value),
            Err(_) => break,
        }
    }
}

/// Without commas before a closing bracket, and with backslashes that escape nothing doubled.
fn without_stray_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        if in_string {
            if escaped {
                if !matches!(c, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') {
                    out.push('\\');
                }
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == '"' {
                in_string = false;
            }
        } else if c == '"' {
            in_string = true;
        } else if matches!(c, '}' | ']') {
            out.truncate(out.trim_end().len());
            if out.ends_with(',') {
                out.pop();
            }
        }
        out.push(c);
    }
    out
}

/// The character references that data carries a second time.
pub(crate) fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let near = &rest.as_bytes()[..rest.len().min(MAX_REFERENCE)];
        let reference = near.iter().position(|b| *b == b';').map(|end| &rest[1..end]);
        let character = reference.and_then(|name| match name.strip_prefix('#') {
            // The space that does not break is one all the same.
            _ if name == "nbsp" => Some(' '),
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            }
            .and_then(char::from_u32),
            None => named(name),
        });
        match (character, reference) {
            (Some(c), Some(name)) => {
                out.push(c);
                rest = &rest[name.len() + 2..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The character that a name stands for, where it stands for one.
fn named(name: &str) -> Option<char> {
    let (first, second) = html5ever::data::NAMED_ENTITIES.get(format!("{name};").as_str())?;
    char::from_u32(*first).filter(|_| *second == 0)
}

impl Structured {
    /// All JSON-LD objects, the containing before the contained, in page order.
    pub(crate) fn things(&self) -> Vec<&Thing> {
        let mut things = Vec::new();
        let mut stack: Vec<&Value> = self.documents.iter().rev().collect();
        while let Some(value) = stack.pop() {
            if things.len() >= MAX_THINGS {
                break;
            }
            match value {
                Value::Array(items) => stack.extend(items.iter().rev()),
                Value::Object(thing) => {
                    things.push(thing);
                    stack.extend(thing.values().rev().filter(|v| v.is_object() || v.is_array()));
                }
                _ => {}
            }
        }
        things
    }

    /// The JSON-LD objects that describe an article, the page's own first.
    pub(crate) fn articles(&self) -> Vec<&Thing> {
        let mut articles: Vec<&Thing> =
            self.things().into_iter().filter(|t| types(t).any(is_article_type)).collect();
        // Lists of other articles carry little; the page's own has a body, authors, dates.
        articles.sort_by_key(|t| {
            let weight =
                ["articleBody", "author", "datePublished", "publisher", "mainEntityOfPage", "headline"];
            std::cmp::Reverse(weight.iter().filter(|k| t.contains_key(**k)).count())
        });
        articles
    }

    /// The text of the one article whose text the data has: those of several are teasers.
    pub(crate) fn article_body(&self) -> Option<&str> {
        let mut bodies = self.articles().into_iter().filter_map(|t| t.get("articleBody")?.as_str());
        let body = bodies.next()?;
        bodies.all(|other| other == body).then_some(body)
    }

    /// An object itself, or the one that its `@id` alone refers to.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(thing) = value.as_object() else { return value };
        let Some(id) = thing.get("@id").filter(|_| thing.len() <= 2 && !thing.contains_key("name")) else {
            return value;
        };
        let mut stack: Vec<&Value> = self.documents.iter().collect();
        let mut seen = 0;
        while let Some(value) = stack.pop() {
            seen += 1;
            if seen > MAX_THINGS {
                break;
            }
            match value {
                Value::Array(items) => stack.extend(items.iter().take(MAX_THINGS)),
                Value::Object(thing) => {
                    if thing.get("@id") == Some(id) && thing.contains_key("name") {
                        return value;
                    }
                    stack.extend(thing.values().filter(|v| v.is_object() || v.is_array()));
                }
                _ => {}
            }
        }
        value
    }

    /// The content of the first `<meta>` of one of these names, in the order of the names.
    pub(crate) fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.metas(name).next())
    }

    /// The contents of all `<meta>` of a name.
    pub(crate) fn metas(&self, name: &str) -> impl Iterator<Item = &str> {
        self.meta.iter().filter(move |(n, _)| n == name).map(|(_, content)| content.as_str())
    }

    /// All JSON-LD objects that are the article's pictures.
    pub(crate) fn pictures(&self) -> Vec<&Thing> {
        let articles = self.articles();
        let images = articles.iter().filter_map(|t| t.get("image"));
        images
            .flat_map(|image| match image {
                Value::Array(items) => items.iter().take(MAX_PICTURES).collect(),
                one => vec![one],
            })
            .filter_map(|image| self.resolve(image).as_object())
            .collect()
    }
}

/// The types of a JSON-LD object.
pub(crate) fn types(thing: &Thing) -> impl Iterator<Item = &str> {
    let kind = thing.get("@type");
    let one = kind.and_then(Value::as_str);
    let many = kind.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many).map(|t| t.rsplit(['/', '#', ':']).next().unwrap_or(t))
}

/// Whether a schema.org type is one of those that stand for an article.
pub(crate) fn is_article_type(kind: &str) -> bool {
    kind.ends_with("Article")
        || kind.ends_with("Posting")
        || matches!(kind, "Report" | "Review" | "CreativeWork")
}

/// A string, or the first of a list, or the name of an object; its beginning, where it is very long.
pub(crate) fn plain(value: &Value) -> Option<&str> {
    let text = match value {
        Value::String(s) => Some(s.as_str()),
        Value::Array(items) => items.iter().find_map(|v| v.as_str().or_else(|| v.get("name")?.as_str())),
        Value::Object(thing) => thing.get("name").or_else(|| thing.get("@value")).and_then(Value::as_str),
        _ => None,
    };
    text.map(|t| floor(t, MAX_TEXT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom;

    #[test]
    fn floods_in_data_are_cut() {
        let long = "Quay - ".repeat(100_000);
        let page =
            format!("<meta property=og:title content=\"{long}\"><meta name=author content=\"{long}\">");
        let data = gather(&dom::parse(&page));
        assert_eq!(data.meta.len(), 2);
        assert!(data.meta.iter().all(|(_, content)| content.len() <= MAX_TEXT));
        assert!(plain(&Value::String(long)).is_some_and(|t| t.len() <= MAX_TEXT));
    }

    #[test]
    fn character_references_are_read_where_they_end_nearby() {
        for (text, wanted) in [
            ("A &amp; B", "A & B"),
            ("&#8217;&#x41;", "’A"),
            ("Redacci&oacute;n", "Redacción"),
            ("& ; &nonsense;", "& ; &nonsense;"),
            ("&&amp", "&&amp"),
        ] {
            assert_eq!(unescape(text), wanted);
        }
    }
}
