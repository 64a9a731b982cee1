//! Bylines that no word introduces, and those that are made of several elements: a name in one, what its bearer is in
//! the next.

use super::names;
use crate::blocks::{Layout, Run};
use crate::dates::printed;
use crate::dom::{Dom, NodeId};
use crate::words;

/// Nodes of a line that are looked at.
const NODES: usize = 60;
/// Words of a line that is names and what their bearers are.
const LINE_WORDS: usize = 14;
/// Such lines that stand below each other.
const LINES: usize = 4;
/// Words of a line that gives the date.
const DATE_WORDS: usize = 10;

/// The texts that a line is made of, where it is all that its box holds, each with the element that it stands in.
fn parts<'d>(dom: &'d Dom, layout: &Layout, at: usize) -> Vec<(NodeId, &'d str)> {
    let region = &layout.regions[layout.runs[at].region];
    if region.runs.len() != 1 {
        return Vec::new();
    }
    dom.descendants(region.node)
        .take(NODES)
        .filter_map(|id| Some((dom.parent(id), dom.text_node(id)?.trim())))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// Names that were read across the elements of a line ("Von Jana Roth" and "Hamburg"), as the elements have them.
pub(super) fn whole_names(dom: &Dom, layout: &Layout, at: usize, names: Vec<String>) -> Vec<String> {
    let parts = parts(dom, layout, at);
    let in_one = |name: &String| parts.iter().any(|(_, text)| text.contains(name.as_str()));
    if parts.len() < 2 || names.iter().all(in_one) {
        return names;
    }
    let of_part = |text: &str| {
        let text = names::after_start(text).filter(|rest| !rest.is_empty()).unwrap_or(text);
        names::people(text).filter(|_| !names::has_post(text)).unwrap_or_default()
    };
    let found = parts.iter().map(|(id, text)| (*id, of_part(text))).find(|(_, found)| !found.is_empty());
    let Some((first, mut found)) = found else { return names };
    // Others stand in elements of the same kind.
    let kind = |id: NodeId| (dom.name(id), dom.attr(id, "class"));
    for (_, text) in parts.iter().filter(|(id, _)| *id != first && kind(*id) == kind(first)) {
        found.extend(of_part(text));
    }
    found
}

/// The names in lines below a headline that are names and nothing else, or names and what their bearers are: "Lena
/// Marsh and Olan Feld" beside the date, "Lena Marsh, Political editor".
pub(super) fn names_alone(dom: &Dom, layout: &Layout, at: usize) -> Option<Vec<String>> {
    let lines = layout.runs.iter().enumerate().skip(at).take(LINES);
    let mut writers = Vec::new();
    let mut others = Vec::new();
    for (i, run) in lines {
        let Some((name, post)) = name_and_post(dom, layout, i, run) else { break };
        if names::takes_pictures(&post) { others.push(name) } else { writers.push(name) }
    }
    if !writers.is_empty() || !others.is_empty() {
        return Some(if writers.is_empty() { others } else { writers });
    }
    let run = layout.runs.get(at).filter(|r| r.words <= LINE_WORDS && !r.sentence)?;
    let found = names::only_people(&run.text).filter(|found| found.len() > 1)?;
    let gives_date = |run: &Run| run.words <= DATE_WORDS && !printed::find(&run.text, None).is_empty();
    let around = [at.checked_sub(1), Some(at + 1)];
    around.into_iter().flatten().filter_map(|i| layout.runs.get(i)).any(gives_date).then_some(found)
}

/// A line's name and what its bearer is, where elements or a sign part them.
fn name_and_post(dom: &Dom, layout: &Layout, at: usize, run: &Run) -> Option<(String, String)> {
    if run.words > LINE_WORDS || run.sentence || !names::has_post(&run.text) {
        return None;
    }
    let of = |name: &str, post: &str| {
        let parted = names::is_person(name) && !names::has_post(name) && names::has_post(post);
        let is_desk = names::is_desk(name);
        (parted && !is_desk && words::count(post) <= LINE_WORDS / 2)
            .then(|| (name.to_owned(), post.to_owned()))
    };
    if let [(_, name), (_, post)] = parts(dom, layout, at)[..] {
        return of(name, post.trim_start_matches([',', '|', '-', '–', '—', '·']).trim());
    }
    [", ", " – ", " — ", " - ", " | ", " · "]
        .iter()
        .find_map(|sign| run.text.split_once(sign))
        .and_then(|(name, post)| of(name.trim(), post.trim()))
}
