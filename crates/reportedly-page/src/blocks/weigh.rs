//! What each region weighs, and which hints are believed: names that would take out the article itself are not what
//! they say.

use super::{Kind, Layout};
use crate::Role;
use crate::hints::Hint;
use rustc_hash::FxHashMap;

/// Share of a page's mass above which a region is not what its names say.
const REVOKED: f32 = 0.4;
/// The same for regions beside one that is named or marked as an article.
const REVOKED_BESIDE: f32 = 0.7;
/// Mass of such an article.
const BESIDE: usize = 80;
/// The same for regions that may well hold more words than the article.
const REVOKED_LONG: f32 = 0.92;

/// Share of a page's mass that must be left after hints took out theirs.
const LEFT: f32 = 0.25;

/// Words of prose from which on what should be links or single lines is an article's paragraphs.
const PROSE: usize = 80;
/// The share of a region's words that are then prose.
const PROSE_SHARE: f32 = 0.6;
/// Words of what is named for teasers from which on its links are asked for.
const TEASER_WORDS: usize = 30;
/// The share of its words that are linked, where it is teasers: they lead somewhere.
const TEASER_LINKED: f32 = 0.05;
/// Words of a first-level heading that is a headline.
const HEADLINE: usize = 3;

/// Whether what a hint speaks of is made of links, buttons and single lines.
fn holds_no_prose(hint: Hint) -> bool {
    matches!(
        hint,
        Hint::Aside(Role::Nav | Role::Share | Role::Topics | Role::DateLine | Role::Title | Role::Masthead)
    )
}

/// Whether what a hint speaks of is made of links to other pages.
fn is_of_links(hint: Hint) -> bool {
    matches!(hint, Hint::Aside(Role::Related | Role::Trending | Role::Feed))
}

/// The share from which on a hint is not believed.
fn revoked_from(hint: Hint) -> f32 {
    match hint {
        Hint::Aside(Role::Comments | Role::Legal | Role::Consent) => REVOKED_LONG,
        _ => REVOKED,
    }
}

impl Layout {
    /// Sums up mass over regions, after taking back hints that would take out the article itself.
    pub(super) fn weigh(&mut self) {
        // First as if there were no hints.
        self.sum(false);
        let total = self.regions[0].mass;
        self.revoke_implausible();
        // What regions of the same names hold together, those within another of them not counted twice.
        let mut held: FxHashMap<(u64, Hint), usize> = FxHashMap::default();
        let mut outer: Vec<Option<(u64, Hint)>> = vec![None; self.regions.len()];
        for (at, region) in self.regions.iter().enumerate() {
            let around = outer[region.parent];
            let own = region.hint.filter(|h| h.takes_out()).map(|h| (region.names, h));
            let unseen = around.is_some_and(|(_, hint)| hint == Hint::Hidden);
            if let Some(own) = own
                && around != Some(own)
                && !unseen
            {
                *held.entry(own).or_default() += region.mass;
            }
            outer[at] = if unseen { around } else { own.or(around) };
        }
        // Which regions lie in an article, and whether there is one that lies in nothing that is taken out.
        let mut inside = vec![false; self.regions.len()];
        let mut has_article = false;
        for at in 1..self.regions.len() {
            let region = &self.regions[at];
            let article = region.article || region.hint == Some(Hint::Body);
            inside[at] = inside[region.parent] || article;
            has_article |= article && outer[at].is_none() && region.mass >= BESIDE;
        }
        for (region, inside) in self.regions.iter_mut().zip(&inside) {
            let Some(hint) = region.hint.filter(|h| h.takes_out()) else { continue };
            let share = *held.get(&(region.names, hint)).unwrap_or(&0) as f32 / total.max(1) as f32;
            let beside = has_article && !inside;
            let most = if beside { revoked_from(hint).max(REVOKED_BESIDE) } else { revoked_from(hint) };
            if share > most {
                region.hint = None;
            }
        }
        self.sum(true);
        // Where hints take out nearly all, those that take out most are wrong.
        for _ in 0..4 {
            if self.regions[0].mass as f32 >= LEFT * total as f32 {
                break;
            }
            let most = held
                .iter()
                .filter(|((_, hint), mass)| **mass > 0 && revoked_from(*hint) < REVOKED_LONG)
                .max_by_key(|((names, hint), mass)| (**mass, *names, hint.weight()))
                .map(|(key, _)| *key);
            let Some(most) = most else { break };
            held.remove(&most);
            for region in &mut self.regions {
                if region.hint == Some(most.1) && region.names == most.0 {
                    region.hint = None;
                }
            }
            self.sum(true);
        }
    }

    /// Takes back hints that what stands in a region belies: links that are paragraphs, asides that hold the headline.
    fn revoke_implausible(&mut self) {
        // Words, words of prose, linked words.
        let mut sums = vec![(0, 0, 0.0); self.regions.len()];
        for run in &self.runs {
            let (words, prose, linked) = &mut sums[run.region];
            *words += run.words;
            *prose += if run.mass() > 0 { run.words } else { 0 };
            *linked += run.linked * run.words as f32;
        }
        for at in (1..self.regions.len()).rev() {
            let (words, prose, linked) = sums[at];
            let parent = &mut sums[self.regions[at].parent];
            *parent = (parent.0 + words, parent.1 + prose, parent.2 + linked);
        }
        for (region, (words, prose, linked)) in self.regions.iter_mut().zip(sums) {
            let is_text = region.hint.is_some_and(holds_no_prose)
                && prose >= PROSE
                && prose as f32 >= PROSE_SHARE * words as f32;
            let leads_nowhere = region.hint.is_some_and(is_of_links)
                && words >= TEASER_WORDS
                && linked < TEASER_LINKED * words as f32;
            if is_text || leads_nowhere {
                region.hint = None;
            }
        }
        // What the page's main part lies in is named for its columns: "content-sidebar-wrap".
        for at in 1..self.regions.len() {
            let mut around = self.regions[at].parent;
            while self.regions[at].main && around != 0 {
                if matches!(self.regions[around].hint, Some(Hint::Aside(Role::Promo | Role::Other))) {
                    self.regions[around].hint = None;
                }
                around = self.regions[around].parent;
            }
        }
        // A heading of the first level is the headline, unless another one stands where none of the names takes it out.
        let mut aside = vec![false; self.regions.len()];
        for at in 1..self.regions.len() {
            let region = &self.regions[at];
            aside[at] = aside[region.parent] || region.hint.is_some_and(Hint::takes_out);
        }
        let mut headlines = self.runs.iter().filter(|r| r.kind == Kind::Heading(1) && r.words >= HEADLINE);
        let first = headlines.next().map_or(0, |r| r.region);
        if !aside[first] || headlines.any(|r| !aside[r.region]) {
            return;
        }
        let mut at = first;
        while at != 0 {
            let region = &mut self.regions[at];
            if matches!(region.hint, Some(Hint::Aside(role)) if !matches!(role, Role::Nav | Role::Masthead | Role::Consent))
            {
                region.hint = None;
            }
            at = region.parent;
        }
    }

    fn sum(&mut self, hinted: bool) {
        for region in &mut self.regions {
            (region.mass, region.own) = (0, 0);
        }
        for run in &self.runs {
            let mass = run.mass();
            self.regions[run.region].mass += mass;
            self.regions[run.region].own += mass;
        }
        for at in (1..self.regions.len()).rev() {
            let (mass, parent) = (self.regions[at].mass, self.regions[at].parent);
            if !hinted || !matches!(self.regions[at].hint, Some(Hint::Aside(_) | Hint::Hidden)) {
                self.regions[parent].mass += mass;
            }
        }
    }
}
