//! The CoNLL-U files of GUM, put back into running text.

use anyhow::{Context, Result};
use reportedly_text::Span;
use std::path::Path;

/// One document.
pub struct Document {
    pub id: String,
    pub text: String,
    pub words: Vec<Word>,
    /// Names and common nouns alike.
    pub mentions: Vec<Mention>,
}

/// One annotated word.
pub struct Word {
    pub span: Span,
    /// The tag in our names.
    pub tag: String,
    /// Index of the word it depends on.
    pub head: Option<usize>,
    pub relation: String,
}

/// A mention of an entity.
pub struct Mention {
    /// Its words, as indices.
    pub words: std::ops::Range<usize>,
    /// The kind GUM gives it: person, organization, place, object …
    pub kind: String,
}

/// Reads every document of a folder, in the order of their names.
pub fn read(folder: &Path) -> Result<Vec<Document>> {
    let mut paths = std::fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|p| p.extension().is_some_and(|e| e == "conllu"));
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Ok(document(id, &std::fs::read_to_string(path)?))
        })
        .collect()
}

fn document(id: String, file: &str) -> Document {
    let mut document = Document { id, text: String::new(), words: Vec::new(), mentions: Vec::new() };
    // Mentions that have begun and not ended: the group, the kind, the first word.
    let mut open: Vec<(String, String, usize)> = Vec::new();
    let mut sentence = 0;
    // The last word of a contraction that is written as one ("camp's"), and whether a space follows it.
    let mut contraction: Option<(usize, bool)> = None;
    let mut space = false;
    for line in file.lines() {
        if line.starts_with("# newpar") && !line.starts_with("# newpar_block") && !document.text.is_empty() {
            document.text.push('\n');
            space = false;
        }
        if line.is_empty() {
            sentence = document.words.len();
            contraction = None;
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        let [number, form, _, upos, xpos, _, head, relation, _, more] = fields[..] else { continue };
        let spaced = !more.split('|').any(|m| m == "SpaceAfter=No");
        if let Some((_, last)) = number.split_once('-') {
            contraction = last.parse().ok().map(|last| (last, spaced));
            continue;
        }
        let Ok(number) = number.parse::<usize>() else { continue };
        if space {
            document.text.push(' ');
        }
        let start = document.text.len();
        document.text.push_str(form);
        space = match contraction {
            Some((last, spaced)) if number == last => {
                contraction = None;
                spaced
            }
            Some(_) => false,
            None => spaced,
        };
        let head = head.parse::<usize>().ok().filter(|h| *h > 0).map(|h| sentence + h - 1);
        document.words.push(Word {
            span: Span::new(start, document.text.len()),
            tag: tag(upos, xpos),
            head,
            relation: relation.to_owned(),
        });
        if let Some(brackets) = more.split('|').find_map(|m| m.strip_prefix("Entity=")) {
            mentions(brackets, &mut open, &mut document);
        }
    }
    document
}

/// Reads the brackets on the last word so far: "(12-person-new-…(13-place-…-sgl)5)" opens two, closes the second and one from before.
fn mentions(brackets: &str, open: &mut Vec<(String, String, usize)>, document: &mut Document) {
    let word = document.words.len() - 1;
    for piece in brackets.split_inclusive([')']).flat_map(|p| p.split('(').enumerate()) {
        let (part, closing) = (piece.1.trim_end_matches(')'), piece.1.ends_with(')'));
        let opening = piece.0 > 0;
        let mut fields = part.split('-');
        let group = fields.next().unwrap_or("").to_owned();
        if opening && !group.is_empty() {
            open.push((group.clone(), fields.next().unwrap_or("").to_owned(), word));
        }
        if closing && let Some(at) = open.iter().rposition(|(g, _, _)| *g == group) {
            let (_, kind, first) = open.remove(at);
            document.mentions.push(Mention { words: first..word + 1, kind });
        }
    }
}

/// Our tag for GUM's two.
fn tag(upos: &str, xpos: &str) -> String {
    let form = match xpos {
        "NNP" | "NNPS" => return "PROPN".to_owned(),
        "MD" => "modal",
        "VB" => "base",
        "VBP" | "VBZ" => "present",
        "VBD" => "past",
        "VBN" => "participle",
        "VBG" => "gerund",
        _ => "",
    };
    match upos {
        "VERB" | "AUX" if !form.is_empty() => format!("{upos}.{form}"),
        "VERB" | "AUX" if xpos.starts_with("NN") => "NOUN".to_owned(),
        "VERB" | "AUX" if xpos == "IN" => "ADP".to_owned(),
        "VERB" | "AUX" => "ADJ".to_owned(),
        _ => upos.to_owned(),
    }
}
