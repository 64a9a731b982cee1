//! A reading as JSON. Offsets become code points here and nowhere else.

use reportedly_read::{Evidence, Reading, When};
use reportedly_said::Party;
use reportedly_text::{CodePoints, Span};
use serde::Serialize;

/// A reading in the published shape.
#[derive(Debug, Serialize)]
pub struct ReadingAnswer<'r> {
    id: &'r str,
    path: Option<&'r str>,
    url: Option<&'r str>,
    fetched: Option<String>,
    kind: &'static str,
    title: Option<&'r str>,
    authors: &'r [String],
    agencies: &'r [String],
    outlet: Option<&'r str>,
    lang: Option<String>,
    reading_minutes: usize,
    published: PublishedAnswer<'r>,
    updated: Option<String>,
    text: &'r str,
    blocks: Vec<BlockAnswer>,
    images: Vec<ImageAnswer<'r>>,
    other: Vec<OtherAnswer<'r>>,
    times: Vec<TimeAnswer<'r>>,
    names: Vec<NameAnswer<'r>>,
    statements: Vec<StatementAnswer<'r>>,
    events: Vec<EventAnswer<'r>>,
    diagnostics: &'r [String],
}

#[derive(Debug, Serialize)]
struct PublishedAnswer<'r> {
    best: Option<String>,
    earliest: Option<String>,
    latest: Option<String>,
    evidence: Vec<EvidenceAnswer<'r>>,
}

#[derive(Debug, Serialize)]
struct EvidenceAnswer<'r> {
    rule: &'static str,
    text: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
    says: String,
}

#[derive(Debug, Serialize)]
struct BlockAnswer {
    role: &'static str,
    start: usize,
    end: usize,
}

#[derive(Debug, Serialize)]
struct ImageAnswer<'r> {
    url: Option<&'r str>,
    caption: Option<&'r str>,
    credit: Option<&'r str>,
}

#[derive(Debug, Serialize)]
struct OtherAnswer<'r> {
    role: &'static str,
    text: &'r str,
}

#[derive(Debug, Serialize)]
struct TimeAnswer<'r> {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: &'static str,
    value: Option<&'r str>,
    rule: &'static str,
}

#[derive(Debug, Serialize)]
struct NameAnswer<'r> {
    start: usize,
    end: usize,
    kind: &'static str,
    name: &'r str,
    rule: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct SpanAnswer {
    start: usize,
    end: usize,
}

#[derive(Debug, Serialize)]
struct PartyAnswer<'r> {
    start: usize,
    end: usize,
    kind: &'static str,
    name: &'r str,
}

#[derive(Debug, Serialize)]
struct StatementAnswer<'r> {
    act: &'static str,
    source: Option<PartyAnswer<'r>>,
    cue: Option<SpanAnswer>,
    content: Vec<SpanAnswer>,
    relays: Vec<PartyAnswer<'r>>,
    chain: &'r [Option<String>],
    status: &'static str,
    reason: &'r str,
    rule: &'static str,
}

#[derive(Debug, Serialize)]
struct EventAnswer<'r> {
    start: usize,
    end: usize,
    status: &'static str,
    reason: &'r str,
    when: Option<&'r str>,
    rule: &'static str,
}

/// A day as `2025-03-02`, an instant as `2025-03-02T10:30:00+02:00`, a clock time of unknown zone as its day.
pub fn when(when: &When) -> String {
    match when {
        When::Day(day) => day.to_string(),
        When::Local(time) => time.date().to_string(),
        When::Instant(instant, seconds) => {
            let offset = jiff::tz::Offset::from_seconds(*seconds).unwrap_or(jiff::tz::Offset::UTC);
            instant.display_with_offset(offset).to_string()
        }
    }
}

/// Puts a reading into the published shape.
pub fn reading<'r>(id: &'r str, path: Option<&'r str>, r: &'r Reading) -> ReadingAnswer<'r> {
    let points = CodePoints::new(&r.text);
    let at = |s: Span| SpanAnswer { start: points.at(s.start), end: points.at(s.end) };
    let party = |p: &'r Party| {
        let s = at(p.span);
        PartyAnswer { start: s.start, end: s.end, kind: p.kind.word(), name: &p.name }
    };
    let evidence = |e: &'r Evidence| EvidenceAnswer {
        rule: e.rule,
        text: &e.text,
        start: e.span.map(|s| points.at(s.start)),
        end: e.span.map(|s| points.at(s.end)),
        says: when(&e.says),
    };
    ReadingAnswer {
        id,
        path,
        url: r.url.as_deref(),
        fetched: r.fetched.map(|f| f.to_string()),
        kind: r.kind.word(),
        title: r.title.as_deref(),
        authors: &r.authors,
        agencies: &r.agencies,
        outlet: r.outlet.as_deref(),
        lang: r.language.map(|l| l.code().to_owned()),
        reading_minutes: r.minutes(),
        published: PublishedAnswer {
            best: r.published.best.as_ref().map(when),
            earliest: r.published.earliest.map(|d| d.to_string()),
            latest: r.published.latest.map(|d| d.to_string()),
            evidence: r.published.evidence.iter().map(evidence).collect(),
        },
        updated: r.updated.as_ref().map(when),
        text: &r.text,
        blocks: r
            .blocks
            .iter()
            .map(|b| {
                let s = at(b.span);
                BlockAnswer { role: b.role.word(), start: s.start, end: s.end }
            })
            .collect(),
        images: r
            .images
            .iter()
            .map(|i| ImageAnswer {
                url: i.url.as_deref(),
                caption: i.caption.as_deref(),
                credit: i.credit.as_deref(),
            })
            .collect(),
        other: r.other.iter().map(|o| OtherAnswer { role: o.role.word(), text: &o.text }).collect(),
        times: r
            .times
            .iter()
            .map(|t| {
                let s = at(t.span);
                TimeAnswer {
                    start: s.start,
                    end: s.end,
                    kind: t.kind.word(),
                    value: t.value.as_deref(),
                    rule: t.rule,
                }
            })
            .collect(),
        names: r
            .names
            .mentions
            .iter()
            .map(|n| {
                let s = at(n.span);
                NameAnswer {
                    start: s.start,
                    end: s.end,
                    kind: n.kind.word(),
                    name: &r.names.entity(n).name,
                    rule: n.rule,
                }
            })
            .collect(),
        statements: r
            .statements
            .iter()
            .map(|s| StatementAnswer {
                act: s.act.word(),
                source: s.source.as_ref().map(party),
                cue: s.cue.map(at),
                content: s.content.iter().copied().map(at).collect(),
                relays: s.relays.iter().map(party).collect(),
                chain: &s.chain,
                status: s.status.word(),
                reason: &s.reason,
                rule: s.rule,
            })
            .collect(),
        events: r
            .events
            .iter()
            .map(|e| {
                let s = at(e.span);
                EventAnswer {
                    start: s.start,
                    end: s.end,
                    status: e.status.word(),
                    reason: &e.reason,
                    when: e.when.as_deref(),
                    rule: e.rule,
                }
            })
            .collect(),
        diagnostics: &r.diagnostics,
    }
}
