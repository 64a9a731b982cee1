//! A reading as Markdown: front matter for the facts, then the article.

use crate::{style::visible, when};
use reportedly_read::{Reading, Role};
use std::fmt::Write;

/// The article as Markdown, with its facts as YAML front matter.
pub fn markdown(path: Option<&str>, r: &Reading) -> String {
    let mut out = String::from("---\n");
    // JSON strings are YAML strings, with everything escaped that needs to be.
    let mut set = |name: &str, value: serde_json::Value| {
        let _ = writeln!(out, "{name}: {value}");
    };
    let mut field = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            set(name, value.into());
        }
    };
    field("title", r.title.as_deref());
    field("outlet", r.outlet.as_deref());
    field("published", r.published.best.as_ref().map(when).as_deref());
    if r.published.best.is_none() {
        field("published_earliest", r.published.earliest.map(|d| d.to_string()).as_deref());
        field("published_latest", r.published.latest.map(|d| d.to_string()).as_deref());
    }
    field("updated", r.updated.as_ref().map(when).as_deref());
    field("url", r.url.as_deref());
    field("path", path);
    field("kind", Some(r.kind.word()));
    if !r.authors.is_empty() {
        set("authors", r.authors.clone().into());
    }
    out.push_str("---\n");
    if let Some(title) = &r.title {
        let _ = write!(out, "\n# {}\n", escaped(title));
    }
    if let Some(image) = r.images.first().filter(|i| i.caption.is_some()) {
        let credit = image.credit.as_ref().map(|c| format!(" ({c})")).unwrap_or_default();
        let _ = write!(out, "\n*{}{}*\n", escaped(image.caption.as_deref().unwrap_or("")), escaped(&credit));
    }
    let mut before = None;
    for block in &r.blocks {
        let text = escaped(block.span.of(&r.text));
        let together = before == Some(Role::ListItem) && block.role == Role::ListItem;
        if !together {
            out.push('\n');
        }
        let _ = match block.role {
            Role::Subhead => writeln!(out, "## {text}"),
            Role::ListItem => writeln!(out, "- {text}"),
            Role::Standfirst => writeln!(out, "**{text}**"),
            Role::Quote | Role::Embed => writeln!(out, "> {}", text.replace('\n', "\n> ")),
            Role::Table => writeln!(out, "    {}", text.replace('\n', "\n    ")),
            _ => writeln!(out, "{text}"),
        };
        before = Some(block.role);
    }
    out
}

/// Text in which nothing reads as mark-up: a page must not smuggle links or HTML into the file.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (i, line) in text.lines().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let heads = line.trim_start();
        if heads.starts_with(['#', '>', '+', '=', '~']) || heads.starts_with("- ") || heads.starts_with("---")
        {
            out.push('\\');
        }
        // A number and a point would begin a list: the point is what is escaped.
        let digits = heads.bytes().take_while(u8::is_ascii_digit).count();
        let numbered = digits > 0 && heads[digits..].starts_with(['.', ')']);
        for (at, c) in visible(heads).char_indices() {
            let special = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '|' | '&');
            if special || numbered && at == digits {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, markdown};
    use reportedly_read::Reading;

    #[test]
    fn every_key_of_the_front_matter_stands_there_once() {
        let authors = ["Petra Lomax", "Odile \"Odd\" Varga"].map(str::to_owned).to_vec();
        let page = markdown(
            None,
            &Reading { authors, title: Some("Quay reopens".to_owned()), ..Reading::default() },
        );
        let facts = page.split("---\n").nth(1).unwrap_or_default();
        assert!(facts.contains("authors: [\"Petra Lomax\",\"Odile \\\"Odd\\\" Varga\"]\n"), "{facts}");
        let mut keys: Vec<&str> = facts.lines().filter_map(|l| l.split_once(": ")).map(|l| l.0).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!((keys.len(), all), (all, facts.lines().count()), "{facts}");
    }

    #[test]
    fn what_a_page_says_is_never_markup() {
        assert_eq!(escaped("# a [x](y) <b>"), "\\# a \\[x\\](y) \\<b>");
        assert_eq!(escaped("plain – text, 3 - 2"), "plain – text, 3 - 2");
        assert_eq!(escaped("1. a &lt;b>\n~~~\n==="), "1\\. a \\&lt;b>\n\\~~~\n\\===");
        assert_eq!(escaped("\u{1b}[31mred\u{9b}0m"), "\\\\u{1b}\\[31mred\\\\u{9b}0m");
    }
}
