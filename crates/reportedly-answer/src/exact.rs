//! A reading in the published shape and back, exactly: what the shape leaves out stands beside it.

use crate::reading::when;
use jiff::{Timestamp, civil::Date};
use reportedly_names::{Entity, Gender, Name, NameKind, Names};
use reportedly_page::{Bearing, Block, Image, Other, PageKind, Role, When};
use reportedly_read::{Evidence, Published, Reading};
use reportedly_said::{Act, Event, Party, PartyKind, Statement, Status};
use reportedly_text::{Language, Rule, Span};
use reportedly_time::{Timex, TimexKind};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a reading holds beyond its published shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exact {
    /// When it was published, with the clock time where its zone is unknown.
    #[serde(default)]
    best: Option<When>,
    #[serde(default)]
    updated: Option<When>,
    /// The same of each piece of evidence, and what it is evidence for.
    #[serde(default)]
    evidence: Vec<Bears>,
    /// Whom each name names, as an index into the next.
    #[serde(default)]
    names: Vec<usize>,
    #[serde(default)]
    entities: Vec<Named>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Bears {
    says: When,
    bearing: Bearing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Named {
    name: String,
    kind: NameKind,
    gender: Option<Gender>,
}

impl Exact {
    /// What a reading holds beyond its published shape.
    pub fn of(reading: &Reading) -> Self {
        let published = &reading.published;
        Self {
            best: published.best.clone(),
            updated: reading.updated.clone(),
            evidence: published
                .evidence
                .iter()
                .map(|e| Bears { says: e.says.clone(), bearing: e.bearing })
                .collect(),
            names: reading.names.mentions.iter().map(|m| m.entity).collect(),
            entities: reading
                .names
                .entities
                .iter()
                .map(|e| Named { name: e.name.clone(), kind: e.kind, gender: e.gender })
                .collect(),
        }
    }
}

/// A reading in the published shape, as it is read back.
#[derive(Debug, Deserialize)]
pub struct Shape {
    url: Option<String>,
    fetched: Option<Timestamp>,
    kind: PageKind,
    title: Option<String>,
    authors: Vec<String>,
    agencies: Vec<String>,
    outlet: Option<String>,
    lang: Option<Language>,
    published: Dates,
    updated: Option<String>,
    text: String,
    blocks: Vec<BlockShape>,
    images: Vec<Image>,
    other: Vec<Other>,
    times: Vec<TimeShape>,
    names: Vec<NameShape>,
    statements: Vec<StatementShape>,
    events: Vec<EventShape>,
    diagnostics: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Dates {
    best: Option<String>,
    earliest: Option<Date>,
    latest: Option<Date>,
    evidence: Vec<EvidenceShape>,
}

#[derive(Debug, Deserialize)]
struct EvidenceShape {
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    rule: Rule,
    text: String,
    start: Option<usize>,
    end: Option<usize>,
    says: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Points {
    start: usize,
    end: usize,
}

#[derive(Debug, Deserialize)]
struct BlockShape {
    role: Role,
    start: usize,
    end: usize,
}

#[derive(Debug, Deserialize)]
struct TimeShape {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: TimexKind,
    value: Option<String>,
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    rule: Rule,
}

#[derive(Debug, Deserialize)]
struct NameShape {
    start: usize,
    end: usize,
    kind: NameKind,
    name: String,
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    rule: Rule,
}

#[derive(Debug, Deserialize)]
struct PartyShape {
    start: usize,
    end: usize,
    kind: PartyKind,
    name: String,
}

#[derive(Debug, Deserialize)]
struct StatementShape {
    act: Act,
    source: Option<PartyShape>,
    cue: Option<Points>,
    content: Vec<Points>,
    relays: Vec<PartyShape>,
    chain: Vec<Option<String>>,
    status: Status,
    reason: String,
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    rule: Rule,
}

#[derive(Debug, Deserialize)]
struct EventShape {
    start: usize,
    end: usize,
    status: Status,
    reason: String,
    when: Option<String>,
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    rule: Rule,
}

/// From code points back to bytes of one text.
struct Bytes<'t> {
    text: &'t str,
    /// Of each code point and of the end; of a text of ASCII nothing.
    offsets: Vec<u32>,
}

impl<'t> Bytes<'t> {
    fn new(text: &'t str) -> Self {
        let ends = || text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]);
        Self { text, offsets: if text.is_ascii() { Vec::new() } else { ends().collect() } }
    }

    fn at(&self, point: usize) -> Option<usize> {
        if self.offsets.is_empty() {
            return (point <= self.text.len()).then_some(point);
        }
        self.offsets.get(point).map(|at| *at as usize)
    }

    fn span(&self, points: Points, what: &str) -> Result<Span, String> {
        let (start, end) = (self.at(points.start), self.at(points.end));
        start.zip(end).filter(|(start, end)| start <= end).map(|(start, end)| Span { start, end }).ok_or_else(
            || format!("{what} points outside the text (code points {} to {})", points.start, points.end),
        )
    }

    fn party(&self, party: PartyShape, what: &str) -> Result<Party, String> {
        Ok(Party {
            span: self.span(Points { start: party.start, end: party.end }, what)?,
            kind: party.kind,
            name: party.name,
        })
    }
}

/// Makes a reading from its published shape and what stands beside it. Errors say what does not fit: a span outside
/// the text, a date that is given in two ways.
pub fn reading_of(shape: Shape, exact: Exact) -> Result<Reading, String> {
    if shape.text.len() > u32::MAX as usize {
        return Err("the text is too long".to_owned());
    }
    let bytes = Bytes::new(&shape.text);
    let told_twice = |what: &str, one: Option<&str>, other: Option<&When>| {
        let same = one == other.map(when).as_deref();
        if same { Ok(()) } else { Err(format!("{what} says something else beside the reading than in it")) }
    };
    told_twice("published.best", shape.published.best.as_deref(), exact.best.as_ref())?;
    told_twice("updated", shape.updated.as_deref(), exact.updated.as_ref())?;
    let evidence = evidence(shape.published.evidence, exact.evidence, &bytes)?;
    let names = names(shape.names, exact.names, exact.entities, &bytes)?;
    let blocks = shape.blocks.into_iter().map(|b| {
        if !b.role.is_text() {
            return Err(format!("a block of the text cannot be {}", b.role.word()));
        }
        Ok(Block { role: b.role, span: bytes.span(Points { start: b.start, end: b.end }, "a block")? })
    });
    let times = shape.times.into_iter().map(|t| {
        let span = bytes.span(Points { start: t.start, end: t.end }, "a temporal expression")?;
        Ok(Timex { span, kind: t.kind, value: t.value, rule: t.rule })
    });
    let events = shape.events.into_iter().map(|e| {
        let span = bytes.span(Points { start: e.start, end: e.end }, "an event")?;
        Ok(Event { span, status: e.status, reason: e.reason, when: e.when, rule: e.rule })
    });
    let statements = shape.statements.into_iter().map(|s| {
        if s.content.is_empty() || s.chain.is_empty() {
            return Err("a statement has no content or no chain".to_owned());
        }
        let relays = s.relays.into_iter().map(|r| bytes.party(r, "a relay"));
        Ok(Statement {
            act: s.act,
            source: s.source.map(|p| bytes.party(p, "a source")).transpose()?,
            cue: s.cue.map(|p| bytes.span(p, "a cue")).transpose()?,
            content: s
                .content
                .into_iter()
                .map(|p| bytes.span(p, "a statement's content"))
                .collect::<Result<_, _>>()?,
            relays: relays.collect::<Result<_, _>>()?,
            chain: s.chain,
            status: s.status,
            reason: s.reason,
            rule: s.rule,
        })
    });
    let (blocks, times, events, statements) = (
        blocks.collect::<Result<_, String>>()?,
        times.collect::<Result<_, String>>()?,
        events.collect::<Result<_, String>>()?,
        statements.collect::<Result<_, String>>()?,
    );
    Ok(Reading {
        kind: shape.kind,
        url: shape.url,
        fetched: shape.fetched,
        title: shape.title,
        authors: shape.authors,
        agencies: shape.agencies,
        outlet: shape.outlet,
        language: shape.lang,
        published: Published {
            best: exact.best,
            earliest: shape.published.earliest,
            latest: shape.published.latest,
            evidence,
        },
        updated: exact.updated,
        blocks,
        images: shape.images,
        other: shape.other,
        times,
        names,
        statements,
        events,
        diagnostics: shape.diagnostics,
        text: shape.text,
    })
}

fn evidence(
    shapes: Vec<EvidenceShape>,
    beside: Vec<Bears>,
    bytes: &Bytes<'_>,
) -> Result<Vec<Evidence>, String> {
    if shapes.len() != beside.len() {
        return Err("there is not as much evidence beside the reading as in it".to_owned());
    }
    let evidence = shapes.into_iter().zip(beside).map(|(shape, beside)| {
        if when(&beside.says) != shape.says {
            return Err("evidence says something else beside the reading than in it".to_owned());
        }
        let span = match (shape.start, shape.end) {
            (Some(start), Some(end)) => Some(bytes.span(Points { start, end }, "evidence")?),
            (None, None) => None,
            _ => return Err("evidence begins or ends nowhere".to_owned()),
        };
        let Bears { says, bearing } = beside;
        Ok(Evidence { rule: shape.rule, text: shape.text, span, says, bearing })
    });
    evidence.collect()
}

fn names(
    shapes: Vec<NameShape>,
    whose: Vec<usize>,
    named: Vec<Named>,
    bytes: &Bytes<'_>,
) -> Result<Names, String> {
    if shapes.len() != whose.len() {
        return Err("there are not as many names beside the reading as in it".to_owned());
    }
    let mut entities: Vec<Entity> = named
        .into_iter()
        .map(|n| Entity { name: n.name, kind: n.kind, gender: n.gender, mentions: Vec::new() })
        .collect();
    let mut mentions = Vec::with_capacity(shapes.len());
    for (shape, entity) in shapes.into_iter().zip(whose) {
        let named = entities.get_mut(entity).filter(|e| e.name == shape.name);
        let named = named.ok_or_else(|| {
            format!("the name {:?} is somebody else's beside the reading", short(&shape.name))
        })?;
        named.mentions.push(mentions.len());
        let span = bytes.span(Points { start: shape.start, end: shape.end }, "a name")?;
        mentions.push(Name { span, kind: shape.kind, entity, rule: shape.rule });
    }
    let ordered = mentions.windows(2).all(|w| w[0].span.end <= w[1].span.start);
    if !ordered || entities.iter().any(|e| e.mentions.is_empty()) {
        return Err("names overlap, are out of order, or stand nowhere".to_owned());
    }
    Ok(Names { mentions, entities })
}

/// So much of a string as fits a message.
fn short(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Exact, Shape, reading_of};
    use crate::reading;
    use proptest::prelude::*;
    use reportedly_read::{Form, Input, Reading, read};
    use serde_json::{Value, json};
    use std::{fs, path::Path};

    fn line(reading: &Reading) -> (String, String) {
        let shape = serde_json::to_string(&crate::reading("a1", None, reading)).expect("JSON");
        (shape, serde_json::to_string(&Exact::of(reading)).expect("JSON"))
    }

    fn back(shape: &str, exact: &str) -> Result<Reading, String> {
        let shape: Shape = serde_json::from_str(shape).map_err(|e| e.to_string())?;
        let exact: Exact = serde_json::from_str(exact).map_err(|e| e.to_string())?;
        reading_of(shape, exact)
    }

    fn survives(bytes: &[u8], form: Form) {
        let fetched = Some("2031-03-04T10:00:00.25Z".parse().expect("an instant"));
        let reading = read(&Input { bytes, form, outlet: Some("Velm Post"), fetched, ..Input::default() });
        let (shape, exact) = line(&reading);
        let again = back(&shape, &exact).expect("a reading");
        assert_eq!(format!("{again:?}"), format!("{reading:?}"));
    }

    #[test]
    fn the_readings_of_pages_come_back_exactly() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reportedly-page/tests/fixtures");
        let mut seen = 0;
        for folder in fs::read_dir(fixtures).expect("the fixtures") {
            for file in fs::read_dir(folder.expect("an entry").path()).expect("a folder") {
                let path = file.expect("an entry").path();
                if path.file_stem().is_some_and(|s| s == "page") {
                    survives(&fs::read(path).expect("a page"), Form::Unknown);
                    seen += 1;
                }
            }
        }
        assert!(seen > 50, "{seen}");
    }

    const TEXT: &str =
        "The quay at Velm – shut since May – reopens on Monday, Petra Lomax told Harbour Wire.";

    fn example() -> (Value, Value) {
        let reading = read(&Input { bytes: TEXT.as_bytes(), form: Form::Text, ..Input::default() });
        let value = |text: String| serde_json::from_str(&text).expect("JSON");
        let (shape, exact) = line(&reading);
        (value(shape), value(exact))
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        type Change = fn(&mut Value, &mut Value);
        let refused: [(Change, &str); 9] = [
            (|s, _| s["names"][0]["end"] = json!(10_000), "points outside the text"),
            (|s, _| s["names"][0]["start"] = json!(60), "points outside the text"),
            (|s, _| s["names"][0]["start"] = json!(-1), "invalid value"),
            (|s, _| s["statements"][0]["content"][0]["end"] = json!(u64::MAX), "points outside the text"),
            (|s, _| s["statements"][0]["content"] = json!([]), "no content"),
            (|s, _| s["published"]["best"] = json!("2031-01-01"), "published.best"),
            (|_, e| e["names"][0] = json!(99), "somebody else's"),
            (|_, e| e["names"] = json!([]), "not as many names"),
            (|s, _| s["blocks"][0]["role"] = json!("nav"), "cannot be nav"),
        ];
        let (shape, exact) = example();
        back(&shape.to_string(), &exact.to_string()).expect("nothing is wrong");
        for (change, says) in refused {
            let (mut shape, mut exact) = (shape.clone(), exact.clone());
            change(&mut shape, &mut exact);
            let error = back(&shape.to_string(), &exact.to_string()).expect_err(says);
            assert!(error.contains(says), "{says}: {error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_reading_of_anything_comes_back_exactly(text in "\\PC{0,300}") {
            survives(text.as_bytes(), Form::Unknown);
            survives(text.as_bytes(), Form::Text);
        }

        /// Whatever is changed in a line: it is refused, or it is a reading that can be shown.
        #[test]
        fn what_was_tampered_with_can_be_shown_or_is_refused(at in any::<prop::sample::Index>(), with in any::<u8>()) {
            let (shape, exact) = example();
            let (mut shape, exact) = (shape.to_string().into_bytes(), exact.to_string());
            let at = at.index(shape.len());
            shape[at] = with;
            if let Ok(shape) = String::from_utf8(shape)
                && let Ok(reading) = back(&shape, &exact)
            {
                let shown = serde_json::to_string(&reading::reading("a1", None, &reading)).expect("JSON");
                prop_assert!(!shown.is_empty());
            }
        }
    }
}
