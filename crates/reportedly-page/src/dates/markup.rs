//! What an HTML page speaks of its date in markup and in print.

use super::visible::{Cue, Visible, cue};
use super::{candidate, data as told, order, printed, visible};
use crate::blocks::{Kind, Layout, Run};
use crate::dom::{DOCUMENT, Dom, MAX_WALKED, NodeId};
use crate::hints::{Hint, Hints};
use crate::structured::Structured;
use crate::{Bearing, DateCandidate, Page, Role, When, live};
use jiff::civil::Date;
use reportedly_text::Language;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

// Weights, in the measure of `dates`. Set by hand with the dates figures of `cargo xtask gate`.

/// `itemprop="datePublished"`.
const MICRODATA: u8 = 60;
/// `<time>` between headline and text.
const TIME: u8 = 55;
/// `<time>` elsewhere in the article.
const TIME_ELSEWHERE: u8 = 28;
/// An element that is named for the date, by its class or id.
pub(super) const NAMED: u8 = 48;
/// The same, elsewhere than near the headline.
const NAMED_ELSEWHERE: u8 = 24;
/// The same, wherever it is, with words that say what it is.
const TOLD_ELSEWHERE: u8 = 42;
/// The only date among the printed ones of a page that has no other.
const LAST_RESORT: u8 = 12;
/// Elements whose text is longer are not asked for their date, in bytes.
const ELEMENT_TEXT: usize = 160;
/// Blocks above the headline and under the first of the text that may give the date.
const NEAR: usize = 12;
/// Blocks after the last of the text that may give the date.
const AFTER: usize = 6;
/// The day of the visit stands among so many first blocks.
const MASTHEAD_BLOCKS: usize = 3;
/// Words of a block that is asked for its date.
const BLOCK_WORDS: usize = 30;
/// The same of one that says what the date is.
pub(super) const TOLD_WORDS: usize = 60;
/// Words of a date.
const DATE_WORDS: usize = 3;
/// Words around a date that still stands by itself: a weekday, a clock time, a name.
const BARE_WORDS: usize = 8;
/// Blocks after the headline that are right under it.
const RIGHT_UNDER: usize = 3;
/// Blocks before the headline that are right above it.
const RIGHT_ABOVE: usize = 2;
/// Words of a block that says what the date in the next block is.
const LABEL_WORDS: usize = 4;
/// Elements from the headline to a date that is right at it.
const RIGHT_AT: NodeId = 60;
/// Words of a name.
const BYLINE_WORDS: usize = 3;
/// Words of an element that gives its date and little else: names, a reading time, a section.
const TEASER_WORDS: usize = 18;
/// Words before a date from which on they are a sentence.
const SENTENCE_WORDS: usize = 6;
/// What a date in a sentence is believed less.
const IN_SENTENCE: u8 = 25;
/// The only day at the headline, printed by itself under it.
const ALONE_UNDER: u8 = 90;
/// The same above it.
const ALONE_ABOVE: u8 = 58;
/// Days of elements near the headline from which on they are a list of other articles.
const LIST: usize = 3;
/// Elements around a date that are looked at for another story's, and blocks of such an element.
const LEVELS: usize = 3;
const OTHERS: usize = 12;
/// The first update of a live blog.
const FIRST_UPDATE: u8 = 60;
/// A date at the end of the page's title.
const IN_TITLE: u8 = 44;
/// The first day of readers' comments.
const COMMENTED: u8 = 40;
/// Elements named for dates that are looked at, and dates of one source (data, elements, blocks) that are weighed.
const MOST_NAMED: usize = 400;

/// A page as its reader sees it: blocks, what they are for, and the updates of a live blog.
pub(crate) struct Seen<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) roles: &'a [Option<Role>],
    pub(crate) updates: &'a [Range<usize>],
}

/// All that an HTML page speaks of its date.
pub(crate) fn gather(
    dom: &Dom,
    data: &Structured,
    seen: &Seen<'_>,
    url: Option<&str>,
    page: &Page,
    hints: &mut Hints,
) -> Vec<DateCandidate> {
    let Seen { layout, roles, updates } = *seen;
    let language = page.language;
    let mut found = Vec::new();
    told::json_ld(data, language, &mut found);
    told::meta(data, language, &mut found);
    found.truncate(MOST_NAMED);
    let told = found.len();
    let others = others(layout, roles);
    elements(dom, data, page, &others, hints, &mut found);
    found.truncate(told + MOST_NAMED);
    found.extend(url.and_then(super::in_address).or_else(|| page.url.as_deref().and_then(super::in_address)));
    let changes = named_changes(&found);
    let named = found.len();
    blocks(layout, roles, page, &changes, &mut found);
    found.truncate(named + MOST_NAMED);
    found.extend(super::dateline(&page.text, language));
    found.extend(super::paragraph_heads(page));
    found.extend(title_end(dom, language));
    first_update(dom, layout, updates, language, &mut found);
    if !found.iter().any(|c| c.bearing == Bearing::Published && c.weight >= NAMED) {
        told::scripts(dom, data, language, &mut found);
        // What bounds a page that has no date of its own.
        found.extend(copyright(layout));
    }
    if !found.iter().any(|c| c.rule == "url") {
        found.extend(url.or(page.url.as_deref()).map(super::month_in_address).unwrap_or_default());
    }
    let short = layout.runs.iter().filter(|r| r.words <= TOLD_WORDS).map(|r| r.text.as_str());
    order::settle(&mut found, short, url.or(page.url.as_deref()), language);
    settle_masthead(&mut found);
    settle_edition(&mut found);
    // Strongest first; what says the same in the same way is said once.
    found.sort_by_key(|c| std::cmp::Reverse(c.weight));
    let mut kept: Vec<DateCandidate> = Vec::new();
    for c in found {
        let known =
            |k: &DateCandidate| k.rule == c.rule && k.bearing == c.bearing && k.says.day() == c.says.day();
        if !kept.iter().any(known) {
            kept.push(c);
        }
    }
    kept
}

/// A live blog was published with its first update: the earliest day that its updates give, or that of the last change
/// where their clock times run through one day up to it.
fn first_update(
    dom: &Dom,
    layout: &Layout,
    updates: &[Range<usize>],
    language: Option<Language>,
    found: &mut Vec<DateCandidate>,
) {
    /// Nodes of an update's head that are looked at.
    const HEAD: usize = 40;
    let heads = || updates.iter().filter_map(|update| layout.runs.get(update.start));
    let days: Vec<(When, &str)> = heads()
        .filter_map(|run| {
            let node = layout.regions[run.region].node;
            let mut times = dom.descendants(node).take(HEAD).chain([node]).filter(|n| dom.name(*n) == "time");
            let stamp = times.find_map(|n| stamp_of(dom, n, language));
            let printed = || printed::find(&run.text, language).first().map(|p| When::Day(p.day));
            stamp.or_else(printed).map(|says| (says, run.text.as_str()))
        })
        .collect();
    let Some((last, _)) = days.iter().max_by_key(|(says, _)| says.day()) else {
        found.extend(first_of_the_day(heads().map(|run| run.text.as_str()), found));
        return;
    };
    let Some((first, text)) = days.iter().min_by_key(|(says, _)| moment(says)) else { return };
    if days.len() * 4 < updates.len() * 3 {
        return;
    }
    // The days of the later ones are theirs.
    let (from, to) = (first.day(), last.day());
    found.retain(|c| {
        let of_element = matches!(c.rule, "time-element" | "date-element" | "date-line" | "microdata");
        let said = || visible(&c.text, language).iter().any(|v| v.said);
        let day = c.says.day();
        !(c.bearing == Bearing::Published && of_element && day > from && day <= to && !said())
    });
    found.push(candidate("first-update", text, first.clone(), Bearing::Published, FIRST_UPDATE));
}

/// What of two dates comes first.
fn moment(when: &When) -> (Date, Option<jiff::Timestamp>) {
    (when.day(), if let When::Instant(instant, _) = when { Some(*instant) } else { None })
}

/// The first of several clock times that run through one day, which is that of a last change at the last of them.
fn first_of_the_day<'t>(
    heads: impl Iterator<Item = &'t str>,
    found: &[DateCandidate],
) -> Option<DateCandidate> {
    let heads: Vec<(u16, &str)> =
        heads.map(|text| Some((live::minute_in(text)?, text))).collect::<Option<_>>()?;
    let (first, last) = (heads.first()?, heads.last()?);
    let (oldest, newest) = if first.0 > last.0 { (last, first) } else { (first, last) };
    let falls = heads.windows(2).all(|w| w[0].0 > w[1].0);
    let rises = heads.windows(2).all(|w| w[0].0 < w[1].0);
    let change =
        found.iter().find(|c| c.bearing == Bearing::Updated && live::minute_in(&c.text) == Some(newest.0))?;
    // What is dated after the last change is something else.
    let is_told = |c: &DateCandidate| {
        c.bearing == Bearing::Published
            && c.weight >= super::ABOVE_HEADLINE
            && c.says.day() <= change.says.day()
    };
    if found.iter().any(is_told) {
        return None;
    }
    let minute = i8::try_from(oldest.0 % 60).ok()?;
    let time = change.says.day().at(i8::try_from(oldest.0 / 60).ok()?, minute, 0, 0);
    (falls || rises)
        .then(|| candidate("first-update", oldest.1, When::Local(time), Bearing::Published, FIRST_UPDATE))
}

/// The date that a page's title ends in, after the headline and the outlet: "… – Tarn Herald – 02.03.2031".
fn title_end(dom: &Dom, language: Option<Language>) -> Option<DateCandidate> {
    /// Bytes of a title.
    const LENGTH: usize = 400;
    let title = dom.text(dom.first(DOCUMENT, "title")?, LENGTH);
    let end = [" – ", " — ", " - ", " | "].iter().filter_map(|s| title.rsplit_once(s)).map(|(_, end)| end);
    let end = end.min_by_key(|end| end.len())?.trim();
    let [date] = printed::find(end, language)[..] else { return None };
    (date.span.len() == end.len())
        .then(|| candidate("title-end", end, When::Day(date.day), Bearing::Published, IN_TITLE))
}

/// A masthead gives one day, and nothing on the page is younger; what looks like several or an old one is none.
fn settle_masthead(found: &mut Vec<DateCandidate>) {
    let is_masthead = |c: &DateCandidate| c.rule == "masthead";
    let Some(day) = found.iter().find(|c| is_masthead(c)).map(|c| c.says.day()) else { return };
    let belied = found.iter().any(|c| {
        let day_of = c.says.day();
        is_masthead(c) && day_of != day
            || c.weight >= MICRODATA && c.bearing != Bearing::NotAfter && day_of > day
    });
    if belied {
        found.retain(|c| !is_masthead(c));
    }
}

/// Papers go online the evening before the day that is printed on them: what gives that day without a clock time
/// means the paper.
fn settle_edition(found: &mut [DateCandidate]) {
    let editions: Vec<Date> = found.iter().filter(|c| c.rule == "edition").map(|c| c.says.day()).collect();
    for c in found.iter_mut().filter(|c| c.bearing == Bearing::Published) {
        if matches!(c.says, When::Day(day) if editions.contains(&day)) {
            c.weight /= 2;
        }
    }
}

/// `<time>`, microdata, and elements that are named for dates.
fn elements(
    dom: &Dom,
    data: &Structured,
    page: &Page,
    others: &FxHashSet<NodeId>,
    hints: &mut Hints,
    found: &mut Vec<DateCandidate>,
) {
    let language = page.language;
    let headline = headline(dom, page.title.as_deref());
    let around: Vec<NodeId> = headline.map(|h| dom.ancestors(h).collect()).unwrap_or_default();
    let mut seen = 0;
    for (property, id) in &data.properties {
        let bearing = match property.as_str() {
            "datepublished" | "datecreated" | "pubdate" => Bearing::Published,
            "datemodified" => Bearing::Updated,
            _ => continue,
        };
        if let Some(says) = stamp_of(dom, *id, language) {
            let weight = match place(dom, *id, &around, hints) {
                Place::Free => MICRODATA,
                Place::Aside => MICRODATA / 2,
                Place::Comment | Place::Out => continue,
            };
            found.push(candidate("microdata", &text_of(dom, *id), says, bearing, weight));
        }
    }
    let first = found.len();
    let mut at_headlines = Vec::new();
    let mut commented: Option<(Date, String)> = None;
    let mut names = FxHashMap::default();
    let mut headed = FxHashMap::default();
    for id in dom.descendants(DOCUMENT) {
        let is_time = dom.name(id) == "time";
        let named = if is_time { Some(Bearing::Published) } else { named_for_dates(dom, id, &mut names) };
        let Some(by_name) = named else { continue };
        seen += 1;
        if seen > MOST_NAMED {
            break;
        }
        let text = text_of(dom, id);
        if text.len() > ELEMENT_TEXT {
            continue;
        }
        let printed_here = visible(&text, language);
        let stamp = stamp_of(dom, id, language);
        let at_headline = headline.is_some_and(|h| id.abs_diff(h) < RIGHT_AT);
        at_headlines.resize(found.len() - first, false);
        let is_others =
            || std::iter::once(id).chain(dom.ancestors(id).take(LEVELS)).any(|n| others.contains(&n));
        let place = match place(dom, id, &around, hints) {
            Place::Free if !at_headline && is_others() => Place::Aside,
            Place::Aside if at_headline => Place::Free,
            place => place,
        };
        if place == Place::Comment {
            let day = stamp.as_ref().map(When::day).or_else(|| printed_here.first().map(|v| v.printed.day));
            commented = commented.into_iter().chain(day.map(|day| (day, text))).min();
            continue;
        }
        if stamp.is_none() && printed_here.is_empty() || place == Place::Out {
            continue;
        }
        if let [v] = printed_here[..]
            && !v.said
            && is_bare(&text, v.printed.span.len())
            && masthead(dom, id, headline, hints, &mut headed)
        {
            found.push(candidate("masthead", &text, When::Day(v.printed.day), Bearing::NotAfter, 50));
            continue;
        }
        let near = headline.is_none_or(|h| id > h && id < h + 600);
        // Among so many words it is a teaser's.
        let words = text.split_whitespace().count();
        let is_told = printed_here.iter().any(|v| v.said);
        let near = near && place == Place::Free && (is_time || is_told || words <= TEASER_WORDS);
        let (rule, base) = match (is_time, near) {
            _ if place == Place::Aside => {
                (if is_time { "time-element" } else { "date-element" }, LAST_RESORT)
            }
            (true, true) => ("time-element", TIME),
            (true, false) => ("time-element", TIME_ELSEWHERE),
            (false, true) => ("date-element", NAMED),
            (false, false) => ("date-element", NAMED_ELSEWHERE),
        };
        let words_before = before(dom, id);
        // "Joined March 2031", with the day in an attribute.
        let is_others = |words: &str| cue(words) == Some(Cue::Other);
        if is_others(&words_before) || printed_here.is_empty() && is_others(&text) {
            continue;
        }
        let told =
            cue(&words_before).is_some_and(Cue::is_said) || printed_here.first().is_some_and(|v| v.said);
        let base = if told { base.max(TOLD_ELSEWHERE) } else { base };
        let base = if base >= NAMED && class_says(dom, id) == Some(Bearing::Published) {
            base + super::SAID
        } else {
            base
        };
        let bearing = |v: Option<&Visible>| {
            let by_words = v.filter(|v| v.said).map(|v| v.bearing);
            let by_words = by_words.or_else(|| cue(&words_before).map(Cue::bearing));
            by_words.or_else(|| class_says(dom, id)).unwrap_or(by_name)
        };
        match stamp {
            Some(says) => found.push(candidate(rule, &text, says, bearing(printed_here.first()), base)),
            None => {
                for v in printed_here.iter().take(2) {
                    let base = if v.edition { LAST_RESORT } else { base };
                    found.push(candidate(rule, &text, When::Day(v.printed.day), bearing(Some(v)), base));
                }
            }
        }
        at_headlines.resize(found.len() - first, at_headline);
    }
    settle_lists(&mut found[first..], &at_headlines);
    if let Some((day, text)) = commented {
        found.push(candidate("comment", &text, When::Day(day), Bearing::NotAfter, COMMENTED));
    }
}

/// The elements whose blocks are other stories' and were put aside among the article's.
fn others(layout: &Layout, roles: &[Option<Role>]) -> FxHashSet<NodeId> {
    let is_others = |at: usize| matches!(roles[at], Some(Role::Related | Role::Feed));
    layout
        .regions
        .iter()
        .skip(1)
        .filter(|r| !r.runs.is_empty() && r.runs.len() <= OTHERS && r.runs.clone().all(is_others))
        .map(|r| r.node)
        .collect()
}

/// So many days under one headline are a list of other articles, but for the one right at it.
fn settle_lists(found: &mut [DateCandidate], at_headline: &[bool]) {
    let days_of = |is: &dyn Fn(usize, &DateCandidate) -> bool| {
        let mut days: Vec<Date> = found
            .iter()
            .enumerate()
            .filter(|(i, c)| c.bearing == Bearing::Published && c.rule != "masthead" && is(*i, c))
            .map(|(_, c)| c.says.day())
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    };
    let near = |i: usize, c: &DateCandidate| c.weight >= NAMED && at_headline.get(i) == Some(&true);
    let (own, near, far) = (
        days_of(&near),
        days_of(&|_, c| c.weight >= NAMED),
        days_of(&|_, c| matches!(c.weight, TIME_ELSEWHERE | NAMED_ELSEWHERE)),
    );
    let own = if let [day] = own[..] { Some(day) } else { None };
    for c in found {
        let is_listed = near.len() >= LIST && c.weight >= NAMED && Some(c.says.day()) != own;
        c.weight = match (c.rule, c.weight) {
            ("masthead", weight) => weight,
            // Those that stand elsewhere are others' too where there are many.
            (_, TIME_ELSEWHERE | NAMED_ELSEWHERE) if far.len() >= LIST => LAST_RESORT,
            ("time-element", _) if is_listed => TIME_ELSEWHERE,
            (_, _) if is_listed => NAMED_ELSEWHERE,
            (_, weight) => weight,
        };
    }
}

/// The element of the headline: the `<h1>` with the title's words, or else the first.
fn headline(dom: &Dom, title: Option<&str>) -> Option<NodeId> {
    /// Headings that are looked at, and bytes of each.
    const HEADINGS: usize = 12;
    const LENGTH: usize = 400;
    let mut headings = dom.descendants(DOCUMENT).filter(|id| dom.name(*id) == "h1").take(HEADINGS);
    let first = headings.next();
    let fits = |id: &NodeId| title.is_some_and(|t| dom.text(*id, LENGTH).trim() == t);
    first.filter(fits).or_else(|| headings.find(fits)).or(first)
}

/// The text of an element, or the attribute that stands in its place.
fn text_of(dom: &Dom, id: NodeId) -> String {
    let text = dom.text(id, ELEMENT_TEXT * 2);
    if !text.trim().is_empty() {
        return text;
    }
    ["datetime", "content", "title"].iter().find_map(|a| dom.attr(id, a)).unwrap_or("").to_owned()
}

/// The date that an element's attributes give.
fn stamp_of(dom: &Dom, id: NodeId, language: Option<Language>) -> Option<When> {
    [
        "datetime",
        "content",
        "data-datetime",
        "data-date",
        "data-published",
        "data-timestamp",
        "data-time",
        "date",
        "title",
    ]
    .iter()
    .find_map(|a| printed::stamp(dom.attr(id, a)?, language))
    .or_else(|| {
        // Without attributes, the words of the element.
        let text = dom.text(id, ELEMENT_TEXT);
        (dom.name(id) == "time" || dom.attr(id, "itemprop").is_some())
            .then(|| printed::stamp(&text, language))
            .flatten()
    })
}

/// Where an element lies, by the names of what it lies in and what does not hold the headline too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the article, as far as names tell.
    Free,
    /// In a sidebar, a footer, a list of other articles.
    Aside,
    /// Among readers' comments.
    Comment,
    /// In a quoted post, or not seen.
    Out,
}

fn place(dom: &Dom, id: NodeId, around_headline: &[NodeId], hints: &mut Hints) -> Place {
    let mut place = Place::Free;
    for a in [id].into_iter().chain(dom.ancestors(id)) {
        if around_headline.contains(&a) {
            break;
        }
        match hints.of(dom, a) {
            Some(Hint::Aside(Role::Comments)) => return Place::Comment,
            Some(Hint::Hidden) if dom.name(a) != "time" => return Place::Out,
            Some(Hint::Aside(
                Role::Related
                | Role::Trending
                | Role::Feed
                | Role::Video
                | Role::Promo
                | Role::Newsletter
                | Role::Legal
                | Role::Consent
                | Role::Topics
                | Role::Nav,
            )) => place = Place::Aside,
            _ if matches!(dom.name(a), "footer" | "nav" | "aside") && !in_article(dom, a) => {
                place = Place::Aside;
            }
            // A post that the article quotes has a date of its own.
            _ if dom.name(a) == "blockquote" => return Place::Out,
            _ => {}
        }
    }
    place
}

fn in_article(dom: &Dom, id: NodeId) -> bool {
    dom.ancestors(id).any(|a| dom.name(a) == "article")
}

/// Whether a text is a date, its weekday and little else: the outlet's name perhaps.
fn is_bare(text: &str, date: usize) -> bool {
    /// Bytes beside the date.
    const BESIDE: usize = 40;
    text.trim().len() <= date + BESIDE && !text.contains(':')
}

/// Whether an element is in the page's head, before the headline, and gives the day of the visit.
fn masthead(
    dom: &Dom,
    id: NodeId,
    headline: Option<NodeId>,
    hints: &mut Hints,
    headed: &mut FxHashMap<NodeId, bool>,
) -> bool {
    if headline.is_none_or(|h| id >= h) {
        return false;
    }
    let is_h1 = |n: NodeId| dom.name(n) == "h1";
    dom.ancestors(id).chain([id]).any(|a| {
        let named = ["class", "id"].iter().filter_map(|n| dom.attr(a, n)).any(|names| {
            names.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|w| {
                matches!(w, "masthead" | "today" | "topbar" | "currentdate" | "navbar" | "todaydate")
            })
        });
        named
            || dom.name(a) == "header"
                && !in_article(dom, a)
                && !*headed.entry(a).or_insert_with(|| dom.descendants(a).take(MAX_WALKED).any(is_h1))
            || matches!(hints.of(dom, a), Some(Hint::Aside(Role::Masthead | Role::Nav)))
    })
}

/// Whether class or id name an element for a date; then what date. The `known` names are those seen before.
fn named_for_dates<'d>(
    dom: &'d Dom,
    id: NodeId,
    known: &mut FxHashMap<&'d str, Option<Bearing>>,
) -> Option<Bearing> {
    if matches!(dom.name(id), "" | "html" | "body" | "script" | "style" | "meta" | "link" | "input" | "svg") {
        return None;
    }
    ["class", "id", "data-testid", "data-qa"].into_iter().find_map(|attribute| {
        let names = dom.attr(id, attribute)?;
        *known.entry(names).or_insert_with(|| names_a_date(names))
    })
}

fn names_a_date(names: &str) -> Option<Bearing> {
    let names = names.to_ascii_lowercase();
    if names_a_change(&names) {
        return Some(Bearing::Updated);
    }
    let dated = [
        "date", "time", "publish", "pubdate", "posted", "datum", "fecha", "byline", "dateline", "meta",
        "info", "created", "data-",
    ];
    dated.iter().any(|w| names.contains(w)).then_some(Bearing::Published)
}

/// Whether names speak of a change. "updated" beside a name for dates is what the hAtom format calls every date.
fn names_a_change(names: &str) -> bool {
    let mut dated = false;
    let mut updated = false;
    for name in names.split_ascii_whitespace() {
        if name.contains("modified")
            || name.contains("update") && !name.contains("update-") && name != "updated"
        {
            return true;
        }
        updated |= name == "updated";
        dated |= ["date", "time", "publish", "posted"].iter().any(|w| name != "updated" && name.contains(w));
    }
    updated && !dated
}

/// What the names of an element and of the two around it say; where they say both, the outer ones tell.
fn class_says(dom: &Dom, id: NodeId) -> Option<Bearing> {
    for a in [id].into_iter().chain(dom.ancestors(id).take(2)) {
        let names: String = ["class", "itemprop", "id", "data-testid"]
            .iter()
            .filter_map(|n| dom.attr(a, n))
            .collect::<Vec<_>>()
            .join(" ")
            .to_ascii_lowercase();
        let changed = names_a_change(&names);
        // What is named both is told apart by what is around it.
        let both = names.contains("updated") && !changed;
        let published = (names.contains("publish") || names.contains("posted")) && !both;
        match (changed, published) {
            (true, false) => return Some(Bearing::Updated),
            (false, true) => return Some(Bearing::Published),
            _ => {}
        }
    }
    None
}

/// The words right before an element, in the same parent.
fn before(dom: &Dom, id: NodeId) -> String {
    let parent = dom.parent(id);
    let mut words = String::new();
    for child in dom.children(parent).take(40) {
        if child == id {
            break;
        }
        let text = match dom.text_node(child) {
            Some(text) => text.to_owned(),
            None => dom.text(child, 60),
        };
        if text.contains(|c: char| c.is_ascii_digit()) {
            words.clear();
        } else {
            words.push(' ');
            words.push_str(&text);
        }
    }
    let start = words.ceil_char_boundary(words.len().saturating_sub(60));
    words.split_off(start)
}

/// Whether a line gives a time of day: "10:15", "10.15 Uhr", "10h15".
fn has_clock_time(line: &str) -> bool {
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    line.split(|c: char| c.is_whitespace() || c == ',').any(|word| {
        let (hour, minute) = match word.split_once([':', 'h']) {
            Some(parts) => parts,
            // With a full stop, only two parts: three are a date.
            None => match word.split_once('.') {
                Some((hour, minute)) if !minute.contains('.') => (hour, minute),
                _ => return false,
            },
        };
        (1..=2).contains(&hour.len())
            && hour.bytes().all(|b| b.is_ascii_digit())
            && minute.get(..2).is_some_and(digits)
    })
}

/// What a block that is a label and nothing else says of the date that follows: "Published".
fn label_of(run: &Run) -> Option<Cue> {
    let plain = run.words <= LABEL_WORDS && !run.text.contains(|c: char| c.is_ascii_digit());
    if plain { cue(&run.text).filter(|c| *c != Cue::Edition) } else { None }
}

/// The last year of the copyright notice: the page is no younger than its end.
fn copyright(layout: &Layout) -> Option<DateCandidate> {
    /// What a copyright year is believed, and the years that it may be.
    const WEIGHT: u8 = 20;
    const YEARS: std::ops::RangeInclusive<i16> = 1995..=2100;
    let notice = layout.runs.iter().rev().filter(|r| r.words <= BLOCK_WORDS).find_map(|r| {
        let at = r.text.find('©').or_else(|| r.text.to_ascii_lowercase().find("copyright"))?;
        r.text.get(at..)
    })?;
    let years = notice.split(|c: char| !c.is_ascii_digit()).filter(|w| w.len() == 4);
    let year = years.filter_map(|w| w.parse::<i16>().ok()).filter(|y| YEARS.contains(y)).max()?;
    let end = Date::new(year, 12, 31).ok()?;
    Some(candidate("copyright", notice, When::Day(end), Bearing::NotAfter, WEIGHT))
}

/// The days that elements are named for as those of a change, with the elements' words, where no element's names say
/// of the same words that it was published.
fn named_changes(found: &[DateCandidate]) -> Vec<(Date, String)> {
    let of = |bearing: Bearing| {
        found.iter().filter(move |c| {
            c.bearing == bearing && matches!(c.rule, "time-element" | "date-element" | "microdata")
        })
    };
    of(Bearing::Updated)
        .filter(|u| !of(Bearing::Published).any(|p| p.says.day() == u.says.day() && p.text == u.text))
        .map(|u| (u.says.day(), u.text.clone()))
        .collect()
}

/// Printed dates of blocks around the article's text; captions.
fn blocks(
    layout: &Layout,
    roles: &[Option<Role>],
    page: &Page,
    changes: &[(Date, String)],
    found: &mut Vec<DateCandidate>,
) {
    let language = page.language;
    let is_text = |i: &usize| roles.get(*i).copied().flatten().is_some_and(Role::is_text);
    let first = (0..layout.runs.len()).find(is_text);
    let last = (0..layout.runs.len()).rev().find(is_text);
    let headline = layout.runs.iter().position(|r| {
        matches!(r.kind, Kind::Heading(1)) || page.title.as_deref().is_some_and(|t| t == r.text)
    });
    let (Some(first), Some(last)) = (first, last) else { return };
    let begin = headline.filter(|h| *h <= first).unwrap_or(first);
    let mut weakest = Vec::new();
    let mut under = Vec::new();
    let mut label = None;
    for (i, run) in layout.runs.iter().enumerate() {
        // "Published", and the date in the next block.
        let before = std::mem::replace(&mut label, label_of(run));
        let Some(role) = roles[i] else { continue };
        // A quoted post has a date of its own.
        if run.quoted || matches!(role, Role::Quote | Role::Embed) {
            continue;
        }
        // Dates in addresses are those of the pages they lead to.
        let mut dates = if (run.words <= TOLD_WORDS || role == Role::Caption) && !run.text.contains("://") {
            visible(&run.text, language)
        } else {
            Vec::new()
        };
        if let (Some(cue), Some(v)) = (before, dates.first_mut())
            && !v.said
            && v.printed.span.start == 0
        {
            if cue == Cue::Other {
                dates.remove(0);
            } else {
                (v.bearing, v.said) = (cue.bearing(), true);
            }
        }
        for v in dates.iter_mut().filter(|v| !v.said) {
            if changes.iter().any(|(day, text)| *day == v.printed.day && run.text.contains(text.as_str())) {
                v.bearing = Bearing::Updated;
            }
        }
        let Some(first_date) = dates.first() else { continue };
        let around = run.words.saturating_sub(DATE_WORDS * dates.len());
        // A line of its own right at the headline is the article's, whatever its element is named for.
        let at_headline = i > begin && i <= begin + RIGHT_UNDER
            || i < begin && i + RIGHT_ABOVE >= begin && !matches!(role, Role::Masthead | Role::Nav);
        let words_before = run.text[..first_date.printed.span.start].split_whitespace().count();
        // A picture's line tells when it was taken, unless only a name stands before the date.
        let own_line = at_headline
            && around <= BARE_WORDS
            && (role != Role::Caption || words_before <= BYLINE_WORDS || first_date.said);
        if role == Role::Caption && !own_line && !dates.iter().any(|v| v.said) {
            if i + NEAR >= first && i <= last {
                for v in &dates {
                    let says = When::Day(v.printed.day);
                    found.push(candidate("caption", &run.text, says, Bearing::NotBefore, 30));
                }
            }
            continue;
        }
        let said = dates.iter().any(|v| v.said);
        let others = match role {
            Role::Comments | Role::Related | Role::Trending | Role::Feed | Role::Video | Role::Consent => {
                true
            }
            // "Published on" and "last changed on" stand in many a footer, and among what is told about the article.
            Role::Legal | Role::Promo | Role::Topics => !said,
            Role::Newsletter => true,
            _ => false,
        };
        if others && !own_line
            || run.words > if said { TOLD_WORDS } else { BLOCK_WORDS }
            || role.is_text() && !(i <= first + 1 || i == last || own_line)
        {
            continue;
        }
        let bare =
            run.words <= 6 && matches!(role, Role::Masthead | Role::Nav | Role::Other | Role::DateLine);
        if i < MASTHEAD_BLOCKS
            && bare
            && headline.is_some_and(|h| i + 1 < h)
            && let [v] = dates[..]
            && !v.said
            && is_bare(&run.text, v.printed.span.len())
        {
            found.push(candidate("masthead", &run.text, When::Day(v.printed.day), Bearing::NotAfter, 50));
            continue;
        }
        let mut weight = if i > begin && i <= last.min(first + 3) {
            super::UNDER_HEADLINE
        } else if i <= begin && i + NEAR / 2 >= begin && role != Role::Masthead && role != Role::Nav {
            super::ABOVE_HEADLINE
        } else if i > last && i <= last + AFTER || i == last {
            super::AFTER_ARTICLE
        } else {
            0
        };
        // What reads like a sentence that happens to end in a date.
        let parted = run.text[..first_date.printed.span.start].trim_end().ends_with(['|', '·', '•', '/']);
        if (!first_date.said || role.is_text()) && words_before >= SENTENCE_WORDS && !parted {
            weight = weight.saturating_sub(IN_SENTENCE);
        }
        for v in dates.iter().take(3) {
            let says = When::Day(v.printed.day);
            if v.edition {
                found.push(candidate("edition", &run.text, says, v.bearing, LAST_RESORT));
                continue;
            }
            if weight == 0 {
                let told = if v.said { super::SAID + 10 } else { 0 };
                weakest.push(candidate("printed", &run.text, says, v.bearing, LAST_RESORT + told));
                continue;
            }
            let weight = if v.said { weight + super::SAID } else { weight };
            if v.bearing == Bearing::Published && weight >= super::ABOVE_HEADLINE && around <= BARE_WORDS {
                under.push(found.len());
            }
            found.push(candidate("date-line", &run.text, says, v.bearing, weight));
        }
    }
    // Several days after the article are those of others.
    let is_after = |c: &DateCandidate| {
        c.rule == "date-line" && c.weight == super::AFTER_ARTICLE && c.bearing == Bearing::Published
    };
    let mut after: Vec<Date> = found.iter().filter(|c| is_after(c)).map(|c| c.says.day()).collect();
    after.sort_unstable();
    after.dedup();
    if after.len() > 1 {
        for c in found.iter_mut().filter(|c| is_after(c)) {
            c.weight = LAST_RESORT;
        }
    }
    // The one day that stands by itself at the headline is the page's own word on it.
    let mut days: Vec<Date> = under.iter().map(|&i| found[i].says.day()).collect();
    days.dedup();
    let told_otherwise = |day: Date| {
        found.iter().any(|c| {
            c.rule == "date-line"
                && c.bearing == Bearing::Published
                && c.says.day() != day
                && visible(&c.text, language).iter().any(|v| v.said && v.bearing == Bearing::Published)
        })
    };
    let changed = |day: Date| found.iter().any(|c| c.bearing == Bearing::Updated && c.says.day() == day);
    if let [day] = days[..]
        && !told_otherwise(day)
    {
        let changed = changed(day);
        for i in under {
            // To the minute, the day of the last change is that of the change.
            let own = if changed && has_clock_time(&found[i].text) {
                0
            } else if found[i].weight >= super::UNDER_HEADLINE {
                ALONE_UNDER
            } else if changed {
                0
            } else {
                ALONE_ABOVE
            };
            found[i].weight = found[i].weight.max(own);
        }
    }
    // Several days that are labelled alike are a list of other articles.
    let labelled = |c: &DateCandidate| c.weight > LAST_RESORT && c.bearing == Bearing::Published;
    let mut days: Vec<Date> = weakest.iter().filter(|c| labelled(c)).map(|c| c.says.day()).collect();
    days.sort_unstable();
    days.dedup();
    if days.len() > 1 {
        for c in weakest.iter_mut().filter(|c| labelled(c)) {
            c.weight = LAST_RESORT;
        }
    }
    found.extend(weakest.into_iter().take(4));
}
