//! Outlets: what they publish, whom they cite, who cites them, how often they are first.

use super::{failed, frame, nothing};
use crate::{
    Desk,
    answer::{Frame, page},
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, Response, StatusCode},
};
use reportedly_library::{Cites, Counts, Error, Line, OutletCount, View};
use reportedly_story::name_key;
use serde::Deserialize;
use std::{cmp::Reverse, sync::Arc};

/// Outlets of a page.
const OUTLETS: usize = 100;
/// Outlets on either side that an outlet's page shows.
const PARTNERS: usize = 30;

/// What may be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    order: String,
    from: usize,
}

#[derive(Template)]
#[template(path = "outlets.html")]
struct Page {
    frame: Frame,
    /// Whether the library is counted yet.
    is_counted: bool,
    outlets: Vec<OutletCount>,
    all: usize,
    order: &'static str,
    /// The columns, with the direction of the one that orders the table.
    columns: [(&'static str, Option<&'static str>); 7],
    next: Option<usize>,
}

#[derive(Template)]
#[template(path = "outlet.html")]
struct OutletPage {
    frame: Frame,
    outlet: OutletCount,
    newest: Vec<Line>,
    cites: Vec<Partner>,
    cited_by: Vec<Partner>,
}

/// Somebody whom an outlet cites, or who cites it.
struct Partner {
    name: Arc<str>,
    articles: usize,
    evidence: Option<Line>,
}

/// The columns by their names in the address; all but the first are numbers or moments, the greatest first.
const COLUMNS: [&str; 7] = ["name", "articles", "copies", "first", "cites", "cited", "newest"];

/// Shows all outlets.
pub async fn show(
    State(desk): State<Desk>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let counted = match desk.counting.newest().await {
        Ok(counted) => counted,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let order = COLUMNS.into_iter().find(|c| *c == asked.order).unwrap_or("articles");
    let counts = counted.as_ref().map(|c| &c.counts);
    let outlets = counts.map(|c| sorted(c, order)).unwrap_or_default();
    let next = asked.from.checked_add(OUTLETS).filter(|next| *next < outlets.len());
    let direction = if order == COLUMNS[0] { "ascending" } else { "descending" };
    let frame = frame(&desk, &headers, "outlets", Words::of("en").say("outlets.title").to_owned());
    let view = Page {
        frame,
        is_counted: counted.is_some(),
        all: outlets.len(),
        outlets: outlets.into_iter().skip(asked.from).take(OUTLETS).cloned().collect(),
        order,
        columns: COLUMNS.map(|c| (c, (c == order).then_some(direction))),
        next,
    };
    page(StatusCode::OK, &headers, &view)
}

fn sorted<'c>(counts: &'c Counts, order: &str) -> Vec<&'c OutletCount> {
    let mut outlets: Vec<&OutletCount> = counts.outlets().collect();
    outlets.sort_by_cached_key(|o| name_key(&o.name));
    match order {
        "articles" => outlets.sort_by_key(|o| Reverse(o.articles)),
        "copies" => outlets.sort_by_key(|o| Reverse(o.copies)),
        "first" => outlets.sort_by_key(|o| Reverse(o.first)),
        "cites" => outlets.sort_by_key(|o| Reverse(o.cites)),
        "cited" => outlets.sort_by_key(|o| Reverse(o.cited)),
        "newest" => outlets.sort_by_key(|o| Reverse(o.last())),
        _ => {}
    }
    outlets
}

/// Shows an outlet.
pub async fn outlet(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let words = Words::of("en");
    let counted = match desk.counting.newest().await {
        Ok(counted) => counted,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let Some(counted) = counted else {
        return nothing(&desk, &headers, StatusCode::SERVICE_UNAVAILABLE, words.say("counting").to_owned());
    };
    let Some(outlet) = counted.counts.outlet(&name).cloned() else {
        return nothing(&desk, &headers, StatusCode::NOT_FOUND, words.say("outlet.none").to_owned());
    };
    let title = outlet.name.to_string();
    let read = desk.shelf.read(move |_, library| {
        let view = library.view(None)?;
        let newest = view.newest_of(&outlet)?;
        let cites = partners(&view, counted.counts.cites(&outlet))?;
        let cited_by = partners(&view, counted.counts.cited_by(&outlet))?;
        Ok((outlet, newest, cites, cited_by))
    });
    match read.await {
        Err(e) => failed(&desk, &headers, &e),
        Ok((outlet, newest, cites, cited_by)) => {
            let frame = frame(&desk, &headers, "outlets", title);
            page(StatusCode::OK, &headers, &OutletPage { frame, outlet, newest, cites, cited_by })
        }
    }
}

fn partners(view: &View<'_>, pairs: Vec<(&OutletCount, Cites)>) -> Result<Vec<Partner>, Error> {
    let partner = |(other, cites): (&OutletCount, Cites)| {
        let (name, articles) = (Arc::clone(&other.name), cites.articles as usize);
        Ok(Partner { name, articles, evidence: view.evidence(&cites)? })
    };
    pairs.into_iter().take(PARTNERS).map(partner).collect()
}
