//! An HTML page, from its text to a [`Page`].

use crate::article::{self, Context};
use crate::blocks::{self, Kind, Layout};
use crate::{Block, Other, Page, PageKind, Role, dates, dom, meta, structured};
use reportedly_text::Span;

/// Reads an HTML page.
pub(crate) fn read(html: &str, url: Option<&str>) -> Page {
    let dom = dom::parse(html);
    let data = structured::gather(&dom);
    let layout = blocks::lay_out(&dom);
    let facts = meta::gather(&dom, &data, &layout, url);
    let context = Context {
        title: facts.title.clone(),
        description: facts.description.clone(),
        authors: facts.authors.clone(),
    };
    let roles = article::label(&layout, &context);
    let mut page = Page {
        title: facts.title,
        authors: facts.authors,
        agencies: facts.agencies,
        outlet: facts.outlet,
        url: facts.url,
        ..Page::default()
    };
    page.diagnostics.extend(dom.cut.iter().cloned());
    if layout.cut {
        page.diagnostics.push("cut: more text than is kept".to_owned());
    }
    write_text(&layout, &roles, &mut page);
    page.language = meta::language(&data, &page.text);
    page.kind = if page.text.is_empty() { PageKind::Empty } else { PageKind::Article };
    page.dates = dates::markup(&dom, &data, &layout, &roles, url, &page);
    page
}

/// Puts the blocks that are text into the page's text, and the others beside it.
fn write_text(layout: &Layout, roles: &[Option<Role>], page: &mut Page) {
    let mut last: Option<(Role, Kind)> = None;
    for (run, role) in layout.runs.iter().zip(roles) {
        let Some(role) = *role else { continue };
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
        // Cells of one row stand in one line, rows of one table in one block.
        if let (Kind::Cell { table, row }, Some((_, Kind::Cell { table: last_table, row: last_row }))) =
            (run.kind, last)
            && table == last_table
            && let Some(block) = page.blocks.last_mut()
        {
            page.text.push_str(if row == last_row { " | " } else { "\n" });
            page.text.push_str(&run.text);
            block.span.end = page.text.len();
        } else {
            if !page.text.is_empty() {
                page.text.push_str("\n\n");
            }
            let start = page.text.len();
            page.text.push_str(&run.text);
            page.blocks.push(Block { role, span: Span::new(start, page.text.len()) });
        }
        last = Some((role, run.kind));
    }
}
