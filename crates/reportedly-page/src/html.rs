//! An HTML page, from its text to a [`Page`].

use crate::article::{self, Context};
use crate::blocks::{self, Kind, Layout};
use crate::hints::Hints;
use crate::{
    Block, Image, Other, Page, PageKind, Role, byline, dates, dom, images, kind, lines, live, meta,
    structured, words,
};
use reportedly_text::Span;
use std::ops::Range;

/// How many times as many words the page's data must have as the page shows for the data's to be its text. The two
/// differ by captions, notes and lists; a page that shows a third shows a beginning.
const TOLD: usize = 3;
/// Words from which on a text in the data is an article, and no summary.
const TOLD_WORDS: usize = 80;

/// Reads an HTML page.
pub(crate) fn read(html: &str, url: Option<&str>) -> Page {
    let dom = dom::parse(html);
    let data = structured::gather(&dom);
    let mut hints = Hints::default();
    let site = meta::site(&data, url);
    let layout = blocks::lay_out(&dom, &mut hints, site.as_deref());
    let facts = meta::gather(&dom, &data, &layout, url);
    let outlet = facts.outlet.as_deref();
    let told = byline::from_data(&data, outlet);
    let context = Context {
        title: facts.title.clone(),
        description: facts.description.clone(),
        authors: told.authors.clone(),
    };
    let mut labelled = article::label(&layout, &context);
    let writers = if told.authors.is_empty() {
        let seen = byline::from_page(&dom, &data, &layout, &labelled, outlet, !told.is_empty());
        mark_bylines(&layout, &mut labelled.roles, &seen.authors);
        told.or(seen)
    } else {
        told
    };
    let mut page = Page {
        images: images::gather(&dom, &data, &layout, &labelled, &mut hints),
        title: facts.title,
        authors: writers.authors(),
        agencies: writers.agencies,
        outlet: facts.outlet,
        url: facts.url,
        ..Page::default()
    };
    page.diagnostics.extend(dom.cut.iter().cloned());
    if data.json_cut > 0 {
        page.diagnostics.push(format!("cut: {} bytes of JSON-LD are not read", data.json_cut));
    }
    if layout.cut {
        page.diagnostics.push("cut: more text than is kept".to_owned());
    }
    let updates = live::updates(&data, &layout, &labelled, page.title.as_deref());
    live::keep_headlines(&layout, &mut labelled, &updates);
    write_text(&layout, &labelled.roles, &updates, &mut page);
    page.language = meta::language(&data, &page.text);
    let (kind, notes) = kind::of(&kind::Known {
        dom: &dom,
        data: &data,
        layout: &layout,
        roles: &labelled.roles,
        title: page.title.as_deref(),
        url: page.url.as_deref(),
        text: &page.text,
        images: &page.images,
        updates: updates.len(),
    });
    page.kind = kind;
    page.diagnostics.extend(notes);
    if matches!(kind, PageKind::Article | PageKind::Stub | PageKind::Empty) {
        write_told(&data, &mut page);
    }
    if matches!(kind, PageKind::Index | PageKind::Wall | PageKind::Error) {
        let role = if kind == PageKind::Index { Role::Related } else { Role::Other };
        set_aside(&layout, &labelled.roles, role, &mut page);
    }
    // The dates on a list of articles are theirs.
    if page.kind != PageKind::Index {
        let seen = dates::Seen { layout: &layout, roles: &labelled.roles, updates: &updates };
        page.dates = dates::markup(&dom, &data, &seen, url, &page, &mut hints);
    }
    page
}

/// Lines under the headline that name those who were found to have written the article are its byline.
fn mark_bylines(layout: &Layout, roles: &mut [Option<Role>], authors: &[String]) {
    /// Blocks under the headline, and words of a byline.
    const UNDER_TITLE: usize = 6;
    const WORDS: usize = 18;
    let Some(title) = roles.iter().position(|r| *r == Some(Role::Title)) else { return };
    for (run, role) in layout.runs.iter().zip(roles).skip(title + 1).take(UNDER_TITLE) {
        let names = authors.iter().any(|a| run.text.contains(a.as_str()));
        if *role == Some(Role::Other) && run.words <= WORDS && !run.sentence && names {
            *role = Some(Role::Byline);
        }
    }
}

/// Where there is no article, nothing is its text, and nobody its author.
fn set_aside(layout: &Layout, roles: &[Option<Role>], role: Role, page: &mut Page) {
    let roles: Vec<Option<Role>> =
        roles.iter().map(|r| r.map(|r| if r.is_text() { role } else { r })).collect();
    page.text.clear();
    for cleared in [&mut page.authors, &mut page.agencies] {
        cleared.clear();
    }
    page.blocks.clear();
    page.other.clear();
    page.images.clear();
    write_text(layout, &roles, &[], page);
}

/// Takes the article from the page's data where the page itself shows a beginning of it, or nothing: what scripts would
/// put there, or show to subscribers.
fn write_told(data: &structured::Structured, page: &mut Page) {
    let Some(body) = data.article_body() else { return };
    // Its length tells mostly; only what may be taken is taken apart.
    if body.len() / TOLD < page.text.len() {
        return;
    }
    let body = structured::unescape(body);
    let lines: Vec<(Role, String)> = if body.contains("</") {
        let dom = dom::parse(&body);
        page.diagnostics.extend(dom.cut.iter().cloned());
        let layout = blocks::lay_out(&dom, &mut Hints::default(), None);
        let role = |kind| match kind {
            Kind::Heading(_) => Role::Subhead,
            Kind::Item => Role::ListItem,
            _ => Role::Paragraph,
        };
        layout.runs.into_iter().map(|run| (role(run.kind), run.text)).collect()
    } else {
        let lines = body.lines().map(meta::tidy).filter(|line| !line.is_empty());
        lines.map(|line| (Role::Paragraph, line)).collect()
    };
    let shown = words::count(&page.text);
    let told: usize = lines.iter().map(|(_, line)| words::count(line)).sum();
    if told < TOLD_WORDS || told / TOLD < shown {
        return;
    }
    page.text.clear();
    page.blocks.clear();
    for (role, line) in &lines {
        push_block(page, *role, line);
    }
    page.kind = PageKind::Article;
    page.diagnostics.push(format!("text: {told} words from the page's data, where it shows {shown}"));
    page.language = meta::language(data, &page.text);
}

/// A text that stands in a feed, taken apart.
pub(crate) struct Fragment {
    /// Its text, blocks, images and what was left aside.
    pub(crate) page: Page,
    /// Whether it says that there is more elsewhere.
    pub(crate) is_cut: bool,
}

/// Blocks at the end of a feed's text that may lead to the page.
const ENDS: usize = 3;
/// The share of a block's letters from which on it is a link.
const LINK: f32 = 0.8;
/// The same of a block that names the page and its site.
const NAMING: f32 = 0.4;
/// Words of a block that is a link alone.
const LINK_WORDS: usize = 12;
/// Pictures that count readers, of one text.
const MOST_COUNTERS: usize = 20;
/// Words of a block that says where an article first appeared, beside its title.
const APPEARED_WORDS: usize = 16;

/// Reads what a feed has as an article's text: all of it is the article but what shows itself to be something else.
pub(crate) fn fragment(html: &str, title: Option<&str>) -> Fragment {
    let dom = dom::parse(html);
    let data = structured::Structured::default();
    let mut hints = Hints::default();
    let mut layout = blocks::lay_out(&dom, &mut hints, None);
    let context = Context { title: title.map(str::to_owned), ..Context::default() };
    let mut labelled = article::label(&layout, &context);
    let mut page = Page {
        images: images::gather(&dom, &data, &layout, &labelled, &mut hints),
        diagnostics: dom.cut.clone(),
        ..Page::default()
    };
    // A summary has too few words to be seen as an article's, and no page around it that could be told apart.
    for (run, role) in layout.runs.iter().zip(&mut labelled.roles) {
        if *role == Some(Role::Other) && run.linked < LINK {
            *role = Some(match run.kind {
                Kind::Heading(_) => Role::Subhead,
                Kind::Item => Role::ListItem,
                Kind::Caption => Role::Caption,
                _ if run.quoted => Role::Quote,
                _ => Role::Paragraph,
            });
        }
    }
    let is_cut = leave_ends_aside(&mut layout, &mut labelled.roles, title);
    write_text(&layout, &labelled.roles, &[], &mut page);
    // Pictures that count readers are none; and below a picture stands the text, where nothing names a caption.
    let is_dot = |id, name| dom.attr(id, name).is_some_and(|size| matches!(size.trim(), "0" | "1"));
    let counters: Vec<&str> = dom
        .descendants(dom::DOCUMENT)
        .filter(|id| dom.name(*id) == "img" && (is_dot(*id, "width") || is_dot(*id, "height")))
        .filter_map(|id| dom.attr(id, "src"))
        .take(MOST_COUNTERS)
        .collect();
    page.images.retain(|image| image.url.as_deref().is_none_or(|url| !counters.contains(&url)));
    for image in &mut page.images {
        image.caption.take_if(|caption| page.text.contains(caption.as_str()));
    }
    page.images.retain(|image| *image != Image::default());
    Fragment { page, is_cut }
}

/// Leaves aside what feeds put below a text: where it first appeared, links to the page. Gives whether there is more
/// than the feed has.
fn leave_ends_aside(layout: &mut Layout, roles: &mut [Option<Role>], title: Option<&str>) -> bool {
    let mut is_cut = false;
    for _ in 0..ENDS {
        let Some(last) = roles.iter().rposition(|role| role.is_some_and(Role::is_text)) else { break };
        let run = &mut layout.runs[last];
        let title_words = title.map_or(0, words::count);
        let names_page = title.is_some_and(|title| !title.is_empty() && run.text.contains(title))
            && run.linked >= NAMING
            && run.words <= title_words + APPEARED_WORDS;
        let appeared = run.linked > 0.0
            && run.words <= title_words + APPEARED_WORDS
            && lines::says_where_it_appeared(&run.text);
        if names_page || appeared {
            roles[last] = Some(Role::Legal);
            continue;
        }
        if let Some(start) = lines::leads_on(&run.text) {
            is_cut = true;
            let kept = run.text[..start].trim_end().len();
            if kept == 0 {
                roles[last] = Some(Role::Nav);
                continue;
            }
            run.text.truncate(kept);
        } else if run.linked >= LINK && run.words <= LINK_WORDS && !run.sentence {
            roles[last] = Some(Role::Nav);
            continue;
        }
        let text = run.text.trim_end();
        is_cut |= ["…", "...", "[…]", "[...]", "(…)", "(...)"].iter().any(|end| text.ends_with(end));
        break;
    }
    is_cut
}

/// Puts the blocks that are text into the page's text, and the others beside it.
fn write_text(layout: &Layout, roles: &[Option<Role>], updates: &[Range<usize>], page: &mut Page) {
    let mut last: Option<(Role, Kind)> = None;
    let mut joined = None;
    for (i, (run, role)) in layout.runs.iter().zip(roles).enumerate() {
        let Some(role) = *role else { continue };
        let update = updates.partition_point(|u| u.end <= i);
        let in_update = updates.get(update).filter(|u| u.contains(&i));
        let role = match in_update {
            Some(_) if role.is_text() || live::belongs(run, role) => Role::Update,
            _ => role,
        };
        if !role.is_text() {
            match page.other.last_mut() {
                Some(other) if other.role == role && other.text.len() < 4_000 => {
                    other.text.push('\n');
                    other.text.push_str(&run.text);
                }
                _ => page.other.push(Other { role, text: run.text.clone() }),
            }
            continue;
        }
        // The lines of an update and of an embedded post stand in one block.
        let join = match role {
            Role::Update => Some((role, update)),
            Role::Embed => layout.embed(run.region).map(|embed| (role, embed)),
            _ => None,
        };
        // Cells of one row stand in one line, rows of one table in one block.
        if let (Kind::Cell { table, row }, Some((_, Kind::Cell { table: last_table, row: last_row }))) =
            (run.kind, last)
            && role != Role::Update
            && table == last_table
            && let Some(block) = page.blocks.last_mut()
        {
            page.text.push_str(if row == last_row { " | " } else { "\n" });
            page.text.push_str(&run.text);
            block.span.end = page.text.len();
        } else if join.is_some()
            && join == joined
            && let Some(block) = page.blocks.last_mut()
        {
            page.text.push('\n');
            page.text.push_str(&run.text);
            block.span.end = page.text.len();
        } else {
            push_block(page, role, &run.text);
        }
        last = Some((role, run.kind));
        joined = join;
    }
}

/// Adds a block to the text, a blank line after the one before it.
fn push_block(page: &mut Page, role: Role, words: &str) {
    if !page.text.is_empty() {
        page.text.push_str("\n\n");
    }
    let start = page.text.len();
    page.text.push_str(words);
    page.blocks.push(Block { role, span: Span::new(start, page.text.len()) });
}
