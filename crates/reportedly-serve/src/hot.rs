//! What moved most in a week, and in what order that stands.

use crate::{
    dates,
    story::{Stand, outlet},
    words::Words,
};
use jiff::{Timestamp, civil::Date};
use reportedly_library::{Counts, Error, Grown, View};
use reportedly_story::{Observation, Story, name_key};
use std::{cmp::Reverse, collections::BTreeSet};

/// Stories that are shown.
const SHOWN: usize = 20;
/// Developments that count: a long account of one day is no more than a busy day.
const MOST: usize = 6;

/// What moved most in the week that ends with the newest article.
#[derive(Debug, Default)]
pub struct Hot {
    /// The first and the last day of the week.
    pub week: Option<(Date, Date)>,
    /// What moved most first.
    pub stories: Vec<HotStory>,
}

/// A story that moved.
#[derive(Debug)]
pub struct HotStory {
    pub id: String,
    pub title: String,
    pub gained: Gained,
    /// What became known of it last, and how that stands.
    pub latest: Option<(Stand, String)>,
    pub last: Timestamp,
}

/// What a story gained in a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gained {
    /// Independent origins of what is leading.
    pub origins: usize,
    /// Outlets that took it up with a text of their own.
    pub outlets: usize,
    /// Developments that became known.
    pub developments: usize,
}

impl HotStory {
    /// Why it stands where it does, in words.
    pub fn why(&self, words: &Words) -> String {
        let Gained { origins, outlets, developments } = self.gained;
        let parts = [("hot.origin", origins), ("hot.outlet", outlets), ("hot.development", developments)];
        let parts = parts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| words.count(key, n));
        parts.collect::<Vec<_>>().join(", ")
    }
}

impl Gained {
    /// How much a story moved: an origin counts as much as three outlets, an outlet as much as three developments, and of
    /// these no more than six count. Copies count nothing.
    ///
    /// So somebody who says it for himself weighs more than several who took it up, and one outlet that writes at length
    /// does not outweigh two that begin to.
    pub fn warmth(self) -> usize {
        9 * self.origins + 3 * self.outlets + self.developments.min(MOST)
    }

    /// Of a story since a moment.
    fn of(grown: &Grown, since: Timestamp) -> Self {
        let (now, of) = (&grown.story, grown.observations.as_slice());
        let origins = |story: &Story| story.claims.first().map_or(0, |claim| claim.independent_origins);
        let before = grown.before.as_ref();
        let known = before.map(|story| outlets(story, of)).unwrap_or_default();
        let day = dates::day_of(since);
        Self {
            origins: origins(now).saturating_sub(before.map_or(0, origins)),
            outlets: outlets(now, of).difference(&known).count(),
            developments: now.timeline.iter().filter(|d| d.known.is_some_and(|known| known >= day)).count(),
        }
    }
}

/// The outlets with a text of their own in a story.
fn outlets(story: &Story, of: &[Observation]) -> BTreeSet<String> {
    let own = story.articles.iter().filter(|m| m.copy_of.is_none());
    own.map(|m| name_key(&outlet(&of[m.article]))).collect()
}

impl Hot {
    /// Of a library that was counted.
    pub fn of(view: &View<'_>, counts: &Counts) -> Result<Self, Error> {
        let Some((since, until)) = counts.week else { return Ok(Self::default()) };
        let mut stories = Vec::new();
        for (story, _) in counts.moved() {
            let Some(found) = view.counted_story(story)? else { continue };
            let members = view.members_of(&found)?;
            let old: Vec<bool> = members.iter().map(|m| m.known_at < since).collect();
            let grown = view.tell_grown(&found, &old)?;
            let gained = Gained::of(&grown, since);
            if gained.warmth() == 0 {
                continue;
            }
            let latest = grown.story.timeline.iter().max_by_key(|d| (d.known, &d.date));
            stories.push(HotStory {
                id: grown.story.id,
                title: grown.story.title,
                gained,
                latest: latest.map(|d| (Stand::of(d), d.text.clone())),
                last: story.last(),
            });
        }
        sort(&mut stories);
        stories.truncate(SHOWN);
        Ok(Self { week: Some((dates::day_of(since), dates::day_of(until))), stories })
    }
}

/// What moved most first; of what moved as much, what was heard of last.
fn sort(stories: &mut [HotStory]) {
    stories.sort_by(|a, b| {
        let key = |s: &HotStory| (Reverse(s.gained.warmth()), Reverse(s.last));
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stories with what they gained, in the order in which they are to stand.
    fn check(expected: &[(usize, usize, usize)]) {
        let mut stories: Vec<HotStory> = expected
            .iter()
            .enumerate()
            .map(|(i, (origins, outlets, developments))| HotStory {
                id: i.to_string(),
                title: String::new(),
                gained: Gained { origins: *origins, outlets: *outlets, developments: *developments },
                latest: None,
                last: Timestamp::UNIX_EPOCH,
            })
            .collect();
        stories.reverse();
        sort(&mut stories);
        let order: Vec<String> = stories.into_iter().map(|s| s.id).collect();
        let wanted: Vec<String> = (0..expected.len()).map(|i| i.to_string()).collect();
        assert_eq!(order, wanted, "{expected:?}");
    }

    #[test]
    fn origins_weigh_more_than_outlets_and_outlets_more_than_developments() {
        check(&[(1, 1, 0), (0, 3, 2), (0, 1, 2), (0, 0, 3)]);
        check(&[(2, 0, 0), (1, 2, 2), (0, 4, 4)]);
        // Who writes at length does not outweigh two that begin to.
        check(&[(0, 3, 0), (0, 0, 40)]);
        // As much each: in order of their ids.
        check(&[(1, 0, 0), (0, 3, 0), (0, 2, 3)]);
    }
}
