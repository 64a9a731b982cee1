//! Which blocks of a page are its article, and what the others are for.
//!
//! First a container: the smallest region that holds nearly all prose, found by going down from the page. Then the
//! blocks in it in order: what names, headings and links show to be furniture is put aside with its role.

use crate::appeals;
use crate::blocks::{Kind, Layout, Run};
use crate::candidates::{self, Chosen};
use crate::cards;
use crate::dates::printed;
use crate::hints::Hint;
use crate::lines::{self, Reach};
use crate::{Role, meta, repeats, words};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Share of the container's mass below which a section under a furniture heading is put aside.
const SECTION: f32 = 0.3;
/// Share of the container's mass that `<article>` elements in it may have and still be teasers.
const STORIES: f32 = 0.25;
/// Blocks among which a teaser has its headline.
const TEASER_BLOCKS: usize = 20;
/// Words of a linked headline.
const TEASER_WORDS: usize = 4;
/// Share of the container's mass that may still follow where the article is taken to have ended.
const TAIL: f32 = 0.15;

/// What is known of the page before its blocks are told apart.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) authors: Vec<String>,
}

/// A page's blocks told apart.
pub(crate) struct Labelled {
    /// The role of each block, in order; `None` for what is not seen.
    pub(crate) roles: Vec<Option<Role>>,
    /// The region that holds the article.
    pub(crate) container: usize,
    /// What names say about each region.
    pub(crate) asides: Vec<Aside>,
}

/// Gives each block its role.
pub(crate) fn label(layout: &Layout, context: &Context) -> Labelled {
    let Chosen { container, excluded } = candidates::choose(layout, context.title.as_deref());
    let asides = asides(layout, container, &excluded);
    let mut labels = Labels {
        layout,
        context,
        container,
        asides,
        roles: vec![Some(Role::Other); layout.runs.len()],
        captioned: true,
        items: FxHashMap::default(),
    };
    labels.around();
    labels.inside();
    labels.standfirst();
    let main = labels.main();
    labels.about_authors(main);
    labels.repetitions();
    Labelled { roles: labels.roles, container, asides: labels.asides }
}

/// What names say about a region in the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aside {
    /// Nothing: it may be the article.
    No,
    /// It is not seen.
    Unseen,
    /// It stands around the article.
    For(Role),
}

/// For each region the role that names give it or a region around it, up to the container.
fn asides(layout: &Layout, container: usize, excluded: &[usize]) -> Vec<Aside> {
    let mut above = container;
    let mut path = vec![container];
    while above != 0 {
        above = layout.regions[above].parent;
        path.push(above);
    }
    let within = layout.regions[container].mass;
    // Stories of their own among the article's blocks are teasers, unless the article is made of them.
    let nested = |at: usize| {
        let region = &layout.regions[at];
        region.article
            && layout.regions[container].runs.contains(&region.runs.start)
            && layout.runs[region.runs.clone()]
                .iter()
                .take(TEASER_BLOCKS)
                .any(|r| matches!(r.kind, Kind::Heading(_)) || (r.linked > 0.5 && r.words >= TEASER_WORDS))
    };
    let stories: usize =
        (0..layout.regions.len()).filter(|at| nested(*at)).map(|at| layout.regions[at].mass).sum();
    let teasers = stories as f32 <= STORIES * within as f32;
    let mut out = vec![Aside::No; layout.regions.len()];
    for at in excluded {
        out[*at] = Aside::For(Role::Other);
    }
    for (at, region) in layout.regions.iter().enumerate() {
        if path.contains(&at) || out[at] != Aside::No {
            continue;
        }
        out[at] = match (region.hint, out[region.parent]) {
            (Some(Hint::Hidden), _) => Aside::Unseen,
            (Some(Hint::Aside(role)), Aside::No) => Aside::For(role),
            (_, Aside::No) if teasers && nested(at) => Aside::For(Role::Related),
            (_, outer) => outer,
        };
    }
    out
}

struct Labels<'a> {
    layout: &'a Layout,
    context: &'a Context,
    container: usize,
    asides: Vec<Aside>,
    roles: Vec<Option<Role>>,
    /// Whether what stands in boxes with pictures is captions: an article may be made of such boxes.
    captioned: bool,
    /// The items of each list, by the region that it is.
    items: FxHashMap<usize, Items>,
}

/// How many items a list has, and how many of them are no links.
#[derive(Clone, Copy, Default)]
struct Items {
    all: usize,
    unlinked: usize,
    words: usize,
    /// Those that say who wrote, when, or how long it takes to read.
    of_head: usize,
}

impl Labels<'_> {
    /// Blocks outside the container: by names, then by the heading over them.
    fn around(&mut self) {
        let mut heading = None;
        for (i, run) in self.layout.runs.iter().enumerate() {
            self.roles[i] = match self.asides[run.region] {
                Aside::Unseen => None,
                Aside::For(role) if role != Role::Other => Some(role),
                _ => {
                    let mut alone = None;
                    if let Some(furniture) = lines::heading(&run.text) {
                        // Menus come line by line.
                        if furniture.reach == Reach::Line && furniture.role != Role::Nav {
                            alone = Some(furniture.role);
                        } else {
                            heading = Some(furniture.role);
                        }
                    } else if matches!(run.kind, Kind::Heading(_)) {
                        heading = None;
                    }
                    if run.kind == Kind::Caption || run.figure {
                        Some(Role::Caption)
                    } else if self.context.title.as_deref().is_some_and(|t| meta::is_title(t, &run.text)) {
                        Some(Role::Title)
                    } else if self.context.authors.iter().any(|a| same_words(a, &run.text)) {
                        Some(Role::Byline)
                    } else {
                        alone
                            .or(heading)
                            .or_else(|| lines::opening(&run.text).map(|f| f.role))
                            .or(Some(Role::Other))
                    }
                }
            };
        }
    }

    fn inside(&mut self) {
        let layout = self.layout;
        let range = layout.regions[self.container].runs.clone();
        let total = layout.regions[self.container].mass.max(1) as f32;
        let boxed = range.clone().filter(|i| self.stands_at_picture(&layout.runs[*i]));
        self.captioned = boxed.map(|i| layout.runs[i].mass()).sum::<usize>() as f32 <= CAPTIONS * total;
        let mut left: usize = range.clone().map(|i| layout.runs[i].mass()).sum();
        let mut read = 0;
        let prose = |i: &usize| self.is_prose(*i);
        let first_prose = range.clone().find(prose).unwrap_or(range.end);
        // What is named for the lead-in stands before the date and the byline.
        let first_prose = if self.is_standfirst_block(first_prose) {
            range.clone().filter(prose).find(|i| !self.is_standfirst_block(*i)).unwrap_or(first_prose)
        } else {
            first_prose
        };
        self.count_items(first_prose);
        // Cards among the article's blocks are teasers, unless it is made of them.
        let mut cards = cards::find(layout, &range);
        let in_cards: usize = cards.iter().cloned().flatten().map(|i| layout.runs[i].mass()).sum();
        if in_cards as f32 > CARDS * total || in_cards > CARDS_WORDS {
            cards.clear();
        }
        let mut at = range.start;
        let mut put_aside: Option<(Role, usize)> = None;
        while at < range.end {
            let run = &layout.runs[at];
            let i = at;
            at += 1;
            left = left.saturating_sub(run.mass());
            read += run.mass();
            match self.asides[run.region] {
                Aside::No => {}
                Aside::Unseen => {
                    self.roles[i] = None;
                    continue;
                }
                // What is named for credits may be the article's.
                Aside::For(Role::Caption)
                    if i < first_prose
                        && run.words <= HEAD_WORDS
                        && lines::opening(&run.text).is_some_and(|f| f.role == Role::Byline) =>
                {
                    self.roles[i] = Some(Role::Byline);
                    continue;
                }
                // What its own words say about it is known already.
                Aside::For(Role::Other) => continue,
                Aside::For(role) => {
                    // Another story below the article has a byline and a date of its own.
                    let of_story = put_aside.filter(|(other, end)| {
                        *other == Role::Related && i < *end && matches!(role, Role::Byline | Role::DateLine)
                    });
                    self.roles[i] = Some(of_story.map_or(role, |(other, _)| other));
                    continue;
                }
            }
            if let Some((role, end)) = put_aside
                && i < end
            {
                self.roles[i] = Some(role);
                continue;
            }
            let card = cards.partition_point(|c| c.end <= i);
            if cards.get(card).is_some_and(|c| c.contains(&i)) {
                self.roles[i] = Some(Role::Related);
                continue;
            }
            if i > first_prose && left < read && self.begins_another_story(i, range.end) {
                let end = self.story_end(i, first_prose, range.end);
                put_aside = Some((Role::Related, end));
                self.roles[i] = Some(Role::Related);
                continue;
            }
            if let Some(lines::Furniture { role, reach }) = lines::heading(&run.text)
                && !run.quoted
                && !matches!(run.kind, Kind::Cell { .. })
            {
                // The article has ended where little prose follows what stands below articles.
                let ends = reach == Reach::Section && i > first_prose && below_articles(role);
                // "Leave a comment" in an article leads to where that is done.
                let button =
                    role == Role::Comments && run.linked > 0.9 && !matches!(run.kind, Kind::Heading(_));
                let end = match reach {
                    Reach::Section if button => i + 1,
                    Reach::Line => i + 1,
                    Reach::Section => match self.section_end(i, range.end, total) {
                        (_, true) if ends && (left as f32) < TAIL * total && left * 2 < read => range.end,
                        (end, _) => end,
                    },
                    Reach::Next => self.teaser_end(i, range.end),
                };
                put_aside = Some((role, end));
                self.roles[i] = Some(role);
                continue;
            }
            let role = self.role_of(i, first_prose);
            // What asks the reader for something stands around the article; after a wall hardly anything is left of it.
            if role.is_text()
                && run.words <= APPEAL_WORDS
                && !run.quoted
                && let Some(appeal) = appeals::find(&run.text)
            {
                self.roles[i] = Some(appeal.role);
                if appeal.is_wall && left < read {
                    put_aside = Some((Role::Promo, range.end));
                }
                continue;
            }
            self.roles[i] = Some(role);
        }
        self.headings_over_teasers(range.clone());
        // What stands after the last prose is no text, short lists and closing lines aside.
        let last =
            range.clone().rev().find(|i| self.roles[*i].is_some_and(Role::is_text) && self.is_prose(*i));
        if let Some(last) = last {
            for i in last + 1..range.end {
                let run = &layout.runs[i];
                let role = self.roles[i];
                if role.is_some_and(|r| r.is_text() && r != Role::Embed)
                    && !(run.sentence && run.words > 2)
                    && !matches!(run.kind, Kind::Item | Kind::Cell { .. })
                {
                    let goes_on = run.kind == Kind::Paragraph
                        && run.linked < 0.3
                        && layout.regions[run.region].parent
                            == layout.regions[layout.runs[last].region].parent;
                    if !goes_on {
                        self.roles[i] = Some(Role::Other);
                    }
                }
            }
        }
    }

    /// Headings with nothing under them but teasers.
    fn headings_over_teasers(&mut self, range: Range<usize>) {
        let level = |run: &Run| if let Kind::Heading(level) = run.kind { level } else { u8::MAX };
        // The last heading so far under which no text stands yet, and whether a teaser does.
        let mut open: Option<(usize, bool)> = None;
        for i in range.clone().chain([range.end]) {
            let role = if i < range.end { self.roles[i] } else { Some(Role::Subhead) };
            match role {
                Some(Role::Subhead) => {
                    let next = self.layout.runs.get(i).filter(|_| i < range.end);
                    if let Some((heading, true)) = open
                        && next.is_none_or(|next| level(next) <= level(&self.layout.runs[heading]))
                    {
                        self.roles[heading] = Some(Role::Related);
                    }
                    open = Some((i, false));
                }
                Some(role) if role.is_text() => open = None,
                Some(Role::Related | Role::Trending | Role::Feed | Role::Newsletter | Role::Promo) => {
                    open = open.map(|(heading, _)| (heading, true));
                }
                _ => {}
            }
        }
    }

    /// Whether a block is the headline of another story: a link, with a byline or a date of its own right below it.
    fn begins_another_story(&self, i: usize, end: usize) -> bool {
        let run = &self.layout.runs[i];
        if !matches!(run.kind, Kind::Heading(_)) || run.linked < 0.7 || run.outward > 0.5 {
            return false;
        }
        let below = &self.layout.runs[i + 1..end.min(i + 1 + STORY_HEAD)];
        below.iter().take_while(|r| r.mass() == 0 && !matches!(r.kind, Kind::Heading(_))).any(|r| {
            r.words <= HEAD_WORDS
                && (lines::byline(&r.text).is_some()
                    || self.is_head(r) && !printed::find(&r.text, None).is_empty())
        })
    }

    /// Where the story that a block begins ends: with the largest box around it that the article is not in, or never.
    fn story_end(&self, i: usize, first_prose: usize, end: usize) -> usize {
        let regions = &self.layout.regions;
        let mut at = self.layout.runs[i].region;
        if regions[at].runs.contains(&first_prose) || at == self.container {
            return end;
        }
        while at != self.container && !regions[regions[at].parent].runs.contains(&first_prose) {
            at = regions[at].parent;
        }
        regions[at].runs.end.min(end).max(i + 1)
    }

    fn is_prose(&self, i: usize) -> bool {
        let run = &self.layout.runs[i];
        run.mass() > 0 && self.asides[run.region] == Aside::No
    }

    /// Where the section under the furniture heading `i` ends, and whether it stands among the article's blocks,
    /// where it is no region of its own.
    fn section_end(&self, i: usize, end: usize, total: f32) -> (usize, bool) {
        let layout = self.layout;
        let mut region = layout.runs[i].region;
        while region != self.container && layout.regions[region].runs.len() < 2 {
            region = layout.regions[region].parent;
        }
        if region != self.container && (layout.regions[region].mass as f32) < SECTION * total {
            return (layout.regions[region].runs.end, false);
        }
        let next = (i + 1..end)
            .find(|j| {
                let run = &layout.runs[*j];
                (run.mass() > 0 && run.kind != Kind::Item && run.linked < 0.3)
                    || matches!(run.kind, Kind::Heading(_))
                    || self.context.title.as_deref().is_some_and(|t| meta::is_title(t, &run.text))
            })
            .unwrap_or(end);
        (next, true)
    }

    /// Where the teaser after the line `i` ends: linked lines, and no more than three.
    fn teaser_end(&self, i: usize, end: usize) -> usize {
        let teaser = |j: usize| self.layout.runs[j].linked > 0.5 && self.layout.runs[j].words < LINKED_WORDS;
        (i + 1..end.min(i + 4)).find(|j| !teaser(*j)).unwrap_or(end.min(i + 4))
    }

    /// The role of a block in the container.
    fn role_of(&self, i: usize, first: usize) -> Role {
        let before = i < first;
        let run = &self.layout.runs[i];
        let text = run.text.as_str();
        if run.kind == Kind::Caption || (run.figure && !run.quoted && !matches!(run.kind, Kind::Cell { .. }))
        {
            return Role::Caption;
        }
        if self.context.title.as_deref().is_some_and(|t| meta::is_title(t, text)) {
            return Role::Title;
        }
        if self.captioned && self.stands_at_picture(run) {
            return Role::Caption;
        }
        if before && self.is_head(run) {
            return Role::DateLine;
        }
        if self.context.authors.iter().any(|a| same_words(a, text)) {
            return Role::Byline;
        }
        if run.words <= 40
            && let Some(lines::Furniture { role, .. }) = lines::opening(text)
        {
            let holds = match role {
                Role::Byline | Role::DateLine => (before && run.words <= 16) || run.words <= 8,
                Role::Nav if matches!(run.kind, Kind::Heading(_)) => run.linked > 0.5,
                Role::Related => run.linked > 0.6 || run.words <= 14 && (run.linked > 0.3 || !run.sentence),
                Role::Topics => run.words <= 25 && !tells(run),
                Role::Caption | Role::Nav => run.words <= 25,
                Role::Newsletter | Role::Share | Role::Promo => run.linked > 0.05 || run.words <= 20,
                _ => true,
            };
            if holds && !is_point(run, role) {
                return role;
            }
        }
        // A link around several blocks is a card that leads elsewhere.
        let is_card = run.wrapped && matches!(run.kind, Kind::Heading(_));
        if is_card {
            return Role::Related;
        }
        // The beginning of another article, cut off, is a teaser.
        let teaser = run.linked > 0.9 && is_cut(text);
        // A sentence that is a link to another page of the site is its teaser, in a list it may be one of several.
        let leads_on = run.linked > 0.9
            && (run.wrapped || run.outward < 0.5)
            && matches!(run.kind, Kind::Paragraph | Kind::Loose);
        if teaser
            || (run.linked > 0.7
                && run.words < LINKED_WORDS
                && (leads_on || !run.sentence)
                && !self.is_pointed_to(i))
        {
            return match run.kind {
                Kind::Heading(_) if !before => Role::Subhead,
                Kind::Cell { .. } => Role::Table,
                _ => Role::Related,
            };
        }
        match run.kind {
            Kind::Heading(1) if before => Role::Title,
            Kind::Heading(_) if before && i + 1 == first && self.is_titled_before(i) => Role::Subhead,
            Kind::Heading(_) if before && run.words < 8 && self.is_point_before(i + 1) => Role::Subhead,
            Kind::Heading(_) if before && run.words < 8 => Role::Other,
            Kind::Heading(_) if before && self.has_title(i) => Role::Standfirst,
            Kind::Heading(_) => Role::Subhead,
            Kind::Item if before && self.is_point_before(i) => Role::ListItem,
            _ if before && !run.sentence && run.words < 10 => Role::Other,
            // A sign that stands alone is no text.
            _ if run.words == 0 && !run.text.contains(char::is_alphanumeric) => Role::Other,
            Kind::Item => Role::ListItem,
            Kind::Cell { .. } => Role::Table,
            _ if self.layout.embed(run.region).is_some() => Role::Embed,
            _ if run.quoted => Role::Quote,
            _ if i <= first && self.is_named_standfirst(run) => Role::Standfirst,
            _ if run.bold && !before && self.heads_prose(i) => Role::Subhead,
            _ => Role::Paragraph,
        }
    }

    /// Whether a block is all that a box holds besides a picture.
    fn stands_at_picture(&self, run: &Run) -> bool {
        if run.words > CAPTION_WORDS || run.quoted || !matches!(run.kind, Kind::Paragraph | Kind::Loose) {
            return false;
        }
        let mut at = run.region;
        for _ in 0..CAPTION_LEVELS {
            let region = &self.layout.regions[at];
            if at == self.container || region.runs.len() > 1 {
                return false;
            }
            if region.pictures > 0 {
                // A paragraph may have a picture in it.
                return at != run.region || run.mass() == 0;
            }
            at = region.parent;
        }
        false
    }

    /// Whether a linked line is what the article points its readers to: a source on another site after a paragraph,
    /// an item of a list that the paragraph over it introduces or that is no list of links.
    fn is_pointed_to(&self, i: usize) -> bool {
        let run = &self.layout.runs[i];
        let outward = run.outward > 0.5 && run.outward > 0.9 * run.linked;
        match run.kind {
            Kind::Paragraph => {
                let before = i.checked_sub(1).and_then(|b| self.roles[b]);
                outward && before.is_some_and(|role| role.is_text() && role != Role::Subhead)
            }
            Kind::Item => {
                let list = self.list(i);
                let told = self.items.get(&list).copied().unwrap_or_default();
                let introduced = self.layout.regions[list].runs.start.checked_sub(1).is_some_and(|b| {
                    self.roles[b].is_some_and(Role::is_text)
                        && self.layout.runs[b].text.ends_with([':', '：'])
                });
                told.unlinked * 2 >= told.all || introduced && (outward || told.unlinked > 0)
            }
            _ => false,
        }
    }

    /// Whether a line says something of the page: who wrote it, when, how long it takes to read.
    fn says_of_page(&self, run: &Run) -> bool {
        lines::heading(&run.text).is_some()
            || lines::opening(&run.text).is_some()
            || lines::is_reading_time(&run.text)
            || !printed::find(&run.text, None).is_empty()
            || self.context.authors.iter().any(|a| run.text.contains(a.as_str()))
    }

    /// Whether a block is a point of a list that sums an article up between its headline and its text.
    fn is_point_before(&self, i: usize) -> bool {
        let Some(run) = self.layout.runs.get(i).filter(|r| r.kind == Kind::Item) else { return false };
        let told = self.items.get(&self.list(i)).copied().unwrap_or_default();
        self.asides[run.region] == Aside::No
            && told.all >= POINTS
            && told.of_head == 0
            && told.words >= POINT_WORDS * told.all
            && self.is_titled_before(i)
    }

    /// The list that an item stands in: the innermost region that holds others as well.
    fn list(&self, i: usize) -> usize {
        let mut at = self.layout.runs[i].region;
        while at != self.container && self.layout.regions[at].runs.len() == 1 {
            at = self.layout.regions[at].parent;
        }
        at
    }

    /// Counts the items of each list in the container.
    fn count_items(&mut self, first_prose: usize) {
        for i in self.layout.regions[self.container].runs.clone() {
            let run = &self.layout.runs[i];
            if run.kind == Kind::Item {
                let list = self.list(i);
                let of_head = i < first_prose && (run.linked > 0.0 || self.says_of_page(run));
                let told = self.items.entry(list).or_default();
                told.all += 1;
                told.unlinked += usize::from(run.linked <= 0.7);
                told.words += run.words;
                told.of_head += usize::from(of_head);
            }
        }
    }

    /// Whether the headline stands on the page before a block.
    fn is_titled_before(&self, i: usize) -> bool {
        self.roles[..i].iter().rev().take(BEFORE).any(|r| *r == Some(Role::Title))
    }

    /// Whether the headline stands among the container's blocks before this one.
    fn has_title(&self, i: usize) -> bool {
        let start = self.layout.regions[self.container].runs.start;
        self.roles[start..i].iter().rev().take(NEAR).any(|r| *r == Some(Role::Title))
    }

    /// Whether a block before the text says when the article appeared and little else, after its headline perhaps.
    fn is_head(&self, run: &Run) -> bool {
        let title = self.context.title.as_deref().unwrap_or("");
        let rest = run.text.strip_prefix(title).unwrap_or(&run.text).trim();
        if words::count(rest) > HEAD_WORDS || !rest.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let dated: usize = printed::find(rest, None).iter().map(|f| f.span.len()).sum();
        dated * 4 >= rest.len()
    }

    /// The lead-in, where it stands before the container or is taken for a teaser: prose between headline and text.
    fn standfirst(&mut self) {
        let layout = self.layout;
        let container = layout.regions[self.container].runs.clone();
        let first = container
            .clone()
            .find(|i| self.roles[*i].is_some_and(Role::is_text) && self.is_prose(*i))
            .unwrap_or(container.start);
        let from = container.start.saturating_sub(BEFORE);
        let is_headline = |i: &usize| {
            let run = &layout.runs[*i];
            matches!(run.kind, Kind::Heading(_))
                && self.context.title.as_deref().is_some_and(|t| meta::is_title(t, &run.text))
        };
        // The headline may stand there twice, with the lead-in after the first.
        let earliest = (from..first).find(is_headline);
        let title = (from..first).rev().find(is_headline);
        let said = self.context.description.as_deref().unwrap_or("");
        let mut found = 0;
        for i in (earliest.map_or(from, |t| t + 1)..first).rev() {
            let run = &layout.runs[i];
            let aside = self.asides[run.region];
            let may_be = matches!(aside, Aside::No | Aside::For(Role::Related | Role::Feed | Role::Other))
                && !run.figure
                && run.linked < 0.3
                && run.words >= 5
                && !matches!(
                    self.roles[i],
                    Some(Role::Title | Role::Caption | Role::Byline | Role::DateLine)
                )
                && !self.roles[i].is_some_and(Role::is_text);
            if !may_be {
                continue;
            }
            let named = matches!(aside, Aside::No | Aside::For(Role::Other)) && self.is_named_standfirst(run);
            let described = words::count(said) >= 5 && begins_alike(said, &run.text);
            let set_apart = matches!(run.kind, Kind::Heading(_));
            let prose = title.is_some_and(|t| i > t && (!set_apart || i - t <= NEAR))
                && if set_apart { run.words >= HEADING_WORDS } else { run.sentence }
                && run.words >= STANDFIRST_WORDS
                && (lines::opening(&run.text).is_none() || tells(run) && run.words >= LINKED_WORDS)
                && !matches!(run.kind, Kind::Caption | Kind::Item);
            if named || described || prose {
                self.roles[i] = Some(Role::Standfirst);
                found += 1;
                if found == MAX_STANDFIRST {
                    break;
                }
            }
        }
    }

    /// The region in which most of the article's prose stands.
    fn main(&self) -> Option<usize> {
        let layout = self.layout;
        let mut held: FxHashMap<usize, usize> = FxHashMap::default();
        for i in layout.regions[self.container].runs.clone().filter(|i| self.is_prose(*i)) {
            *held.entry(home(layout, i)).or_default() += layout.runs[i].mass();
        }
        held.into_iter().max_by_key(|(at, mass)| (*mass, std::cmp::Reverse(*at))).map(|(at, _)| at)
    }

    /// What is said about the authors, at the end or in a box of its own.
    fn about_authors(&mut self, main: Option<usize>) {
        let layout = self.layout;
        let container = layout.regions[self.container].runs.clone();
        let total = layout.regions[self.container].mass;
        let names: Vec<&str> =
            self.context.authors.iter().map(String::as_str).filter(|a| a.contains(' ')).collect();
        if names.is_empty() {
            return;
        }
        let Some(main) = main else { return };
        let mut above = vec![main];
        while let Some(at) = above.last().copied().filter(|at| *at != 0) {
            above.push(layout.regions[at].parent);
        }
        let mut read = 0;
        for i in container {
            let run = &layout.runs[i];
            read += run.mass();
            let in_main = home(layout, i) == main;
            let late = read * 100 >= total * ABOUT_FROM;
            if !self.roles[i].is_some_and(Role::is_text)
                || (in_main && !late)
                || read == run.mass()
                || run.words < ABOUT_WORDS
                || !names.iter().any(|name| begins_with_name(&run.text, name))
            {
                continue;
            }
            self.roles[i] = Some(Role::Byline);
            // The box that it stands in, as long as it is one.
            let mut region = run.region;
            while !above.contains(&layout.regions[region].parent)
                && layout.regions[layout.regions[region].parent].mass * 5 < total
            {
                region = layout.regions[region].parent;
            }
            for j in i..layout.regions[region].runs.end {
                if self.roles[j].is_some_and(Role::is_text) {
                    self.roles[j] = Some(Role::Byline);
                }
            }
        }
    }

    /// Text that stands there twice; in lists and tables it may.
    fn repetitions(&mut self) {
        let layout = self.layout;
        let text: Vec<usize> = (0..self.roles.len())
            .filter(|i| {
                self.roles[*i].is_some_and(Role::is_text)
                    && !matches!(layout.runs[*i].kind, Kind::Item | Kind::Cell { .. })
            })
            .collect();
        let texts: Vec<&str> = text.iter().map(|i| layout.runs[*i].text.as_str()).collect();
        let pulled = |at: usize| {
            let run = &layout.runs[text[at]];
            self.roles[text[at]] != Some(Role::Standfirst)
                && run.words <= PULLED
                && (run.quoted
                    || run.figure
                    || matches!(run.kind, Kind::Heading(_))
                    || is_quotation(&run.text))
        };
        let repeated = repeats::repeated(&texts, pulled);
        for at in repeated {
            self.roles[text[at]] = Some(Role::Other);
        }
    }

    fn is_standfirst_block(&self, i: usize) -> bool {
        self.layout.runs.get(i).is_some_and(|run| self.is_named_standfirst(run))
    }

    /// Whether a line in bold stands over a paragraph.
    fn heads_prose(&self, i: usize) -> bool {
        let run = &self.layout.runs[i];
        let next = self.layout.runs.get(i + 1);
        !run.sentence && run.words <= SUBHEAD_WORDS && next.is_some_and(|n| n.mass() > 0 && !n.bold)
    }

    fn is_named_standfirst(&self, run: &Run) -> bool {
        let mut region = run.region;
        for _ in 0..3 {
            if self.layout.regions[region].hint == Some(Hint::Standfirst) {
                return true;
            }
            region = self.layout.regions[region].parent;
        }
        false
    }
}

/// The region in which a block stands as one of several.
fn home(layout: &Layout, i: usize) -> usize {
    let run = &layout.runs[i];
    if run.kind == Kind::Paragraph { layout.regions[run.region].parent } else { run.region }
}

/// Whether a block is a whole sentence with hardly a link in it.
fn tells(run: &Run) -> bool {
    run.sentence && run.words >= SENTENCE_WORDS && run.linked < 0.3
}

/// Whether a block is a point of a list, whatever it begins with: "By train: …", "Video: 4K at 30 frames".
fn is_point(run: &Run, role: Role) -> bool {
    matches!(run.kind, Kind::Item | Kind::Definition)
        && run.linked <= 0.3
        && !matches!(role, Role::Comments | Role::Newsletter | Role::Share | Role::Other)
}

/// Whether a text begins with somebody's name and goes on about them: no turn of an interview.
fn begins_with_name(text: &str, name: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let rest = text.strip_prefix(name);
    rest.is_some_and(|r| !r.trim_start().starts_with([':', '：']) && !r.starts_with(char::is_alphanumeric))
}

/// Share of the container's mass that cards have at most where they are teasers.
const CARDS: f32 = 0.3;
/// Words of prose in them, at most: a longer row of headlines with texts is the article's own list.
const CARDS_WORDS: usize = 300;
/// Blocks below a story's headline among which its byline and date stand.
const STORY_HEAD: usize = 3;
/// Words of a point in a list before the text, on average, and points of such a list.
const POINT_WORDS: usize = 3;
const POINTS: usize = 2;
/// The part of an article, in hundredths of its mass, after which its last paragraphs stand.
const ABOUT_FROM: usize = 80;
/// Words of what asks the reader for something.
const APPEAL_WORDS: usize = 80;
/// Words of a sentence that tells something, whatever it begins with.
const SENTENCE_WORDS: usize = 7;
/// Words of a quotation that is pulled out of the text.
const PULLED: usize = 60;
/// Words of what is said about an author.
const ABOUT_WORDS: usize = 8;
/// Blocks before the container in which headline and lead-in are looked for.
const BEFORE: usize = 60;
/// Words of a block between headline and text from which on it is the lead-in.
const STANDFIRST_WORDS: usize = 9;
/// The same where it is set as a heading.
const HEADING_WORDS: usize = 12;
/// Blocks that make up a lead-in.
const MAX_STANDFIRST: usize = 3;

/// Whether a text is one quotation and nothing else.
fn is_quotation(text: &str) -> bool {
    text.starts_with(['“', '"', '„', '«', '「']) && text.ends_with(['”', '"', '“', '»', '」'])
}

/// Whether what has this role stands below articles rather than in them.
const fn below_articles(role: Role) -> bool {
    matches!(
        role,
        Role::Comments
            | Role::Related
            | Role::Trending
            | Role::Feed
            | Role::Other
            | Role::Byline
            | Role::Newsletter
    )
}

/// Blocks above a lead-in that is set as a heading, among which the headline stands.
const NEAR: usize = 12;
/// Words of a heading that is set as a paragraph in bold.
const SUBHEAD_WORDS: usize = 12;
/// Words of a caption that stands in a box with its picture.
const CAPTION_WORDS: usize = 40;
/// Share of the container's mass that such captions have at most.
const CAPTIONS: f32 = 0.15;
/// Boxes around a caption, the innermost first, that may hold the picture.
const CAPTION_LEVELS: usize = 4;
/// Words of a line that says when an article appeared, and who wrote it perhaps.
const HEAD_WORDS: usize = 14;
/// Words below which a linked block is a link and no sentence with one.
const LINKED_WORDS: usize = 30;

/// Whether a text is cut off.
fn is_cut(text: &str) -> bool {
    let text = text.trim_end_matches([' ', ']', ')']);
    text.ends_with('…') || text.ends_with("...")
}

/// Whether two texts are the same, case and punctuation aside.
pub(crate) fn same_words(a: &str, b: &str) -> bool {
    let letters =
        |s: &str| s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    a.len().abs_diff(b.len()) <= a.len() / 2 + 8 && letters(a) == letters(b)
}

/// Whether two texts begin with the same forty letters, or the shorter one is all in the other.
fn begins_alike(a: &str, b: &str) -> bool {
    let letters = |s: &str| {
        s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(40).collect::<String>()
    };
    let (a, b) = (letters(a), letters(b));
    !a.is_empty() && !b.is_empty() && (a.starts_with(&b) || b.starts_with(&a))
}
