//! Names in two columns, a token a line: WNUT17 and CrossNER.

use super::names::{Kind, Text};
use anyhow::{Context, Result};
use reportedly_text::Span;
use std::path::Path;

/// Every sentence as a text of its own.
pub fn read(path: &Path, source: &'static str) -> Result<Vec<Text>> {
    let file = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut texts = Vec::new();
    let mut text = Text::new(source);
    for line in file.lines().chain([""]) {
        let Some((token, tag)) = line.split_once('\t') else {
            if !text.words.is_empty() {
                texts.push(std::mem::replace(&mut text, Text::new(source)));
            }
            continue;
        };
        if !text.words.is_empty() {
            text.words.push(' ');
        }
        let start = text.words.len();
        text.words.push_str(token);
        let span = Span::new(start, text.words.len());
        match tag.split_once('-') {
            Some(("B", class)) => text.names.push((span, kind(class))),
            Some(_) => {
                if let Some((last, _)) = text.names.last_mut() {
                    *last = last.to(span);
                }
            }
            None => {}
        }
    }
    Ok(texts)
}

fn kind(class: &str) -> Kind {
    match class {
        "person" | "politician" | "writer" | "scientist" => Kind::Person,
        "organisation" | "politicalparty" | "university" | "corporation" | "group" => Kind::Org,
        "location" | "country" => Kind::Place,
        _ => Kind::Other,
    }
}
