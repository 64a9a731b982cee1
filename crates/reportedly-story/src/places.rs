//! Which story or family the article at a place belongs to, as the fold goes on.

use crate::features::{Damaged, Features};
use crate::fold::{Merge, NONE, Past};
use crate::save::{Reader, Writer};
use std::io::{Read, Result, Write};
use std::sync::Arc;

/// Groups of places; a group goes by its first one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    /// For each place an earlier one of its group, its own where it is the first.
    earlier: Vec<u32>,
}

impl Groups {
    /// The next place.
    pub(crate) fn next(&self) -> u32 {
        self.earlier.len() as u32
    }

    /// Adds the next place, by itself.
    pub(crate) fn push(&mut self) {
        self.earlier.push(self.next());
    }

    /// The first place of a place's group.
    pub(crate) fn first(&self, mut place: u32) -> u32 {
        while self.earlier[place as usize] != place {
            place = self.earlier[place as usize];
        }
        place
    }

    /// The same; it is nearer the next time.
    pub(crate) fn find(&mut self, place: u32) -> u32 {
        let first = self.first(place);
        let mut at = place;
        while at != first {
            at = std::mem::replace(&mut self.earlier[at as usize], first);
        }
        first
    }

    /// Makes the groups of two places one.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.earlier[a.max(b) as usize] = a.min(b);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.earlier.capacity() * 4
    }

    pub(crate) fn save(&self, out: &mut Writer<impl Write>) -> Result<()> {
        out.list(&self.earlier)
    }

    pub(crate) fn load(from: &mut Reader<impl Read>, end: u32) -> Result<Self> {
        let earlier = from.list(end as usize)?;
        if earlier.len() != end as usize || (0..).zip(&earlier).any(|(p, e)| *e > p) {
            return Err(Damaged("groups").into());
        }
        Ok(Self { earlier })
    }
}

/// The stories so far, each by the place of its founder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stories {
    groups: Groups,
    /// For a founder the latest article of its story that is no copy.
    latest: Vec<u32>,
    /// For an article that is no copy the one before it in its story.
    before: Vec<u32>,
    /// For a founder the first and the last day of its story; the wrong way round where it has none.
    days: Vec<(i32, i32)>,
    /// How many stories there are.
    count: u32,
}

impl Stories {
    /// The next place.
    pub(crate) fn next(&self) -> u32 {
        self.groups.next()
    }

    /// The founder of the story that the article at a place is in.
    pub(crate) fn founder(&mut self, place: u32) -> u32 {
        self.groups.find(place)
    }

    /// The same.
    pub(crate) fn founder_of(&self, place: u32) -> u32 {
        self.groups.first(place)
    }

    /// How many stories there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Puts the next article into the story of an earlier one, or makes it the founder of one. A copy says nothing new.
    pub(crate) fn add(&mut self, story: Option<u32>, copy: bool, day: Option<i32>) {
        let place = self.next();
        self.groups.push();
        self.latest.push(NONE);
        self.before.push(NONE);
        self.days.push((i32::MAX, i32::MIN));
        match story {
            Some(story) => self.groups.join(story, place),
            None => self.count += 1,
        }
        let founder = self.founder(place) as usize;
        if !copy {
            self.before[place as usize] = std::mem::replace(&mut self.latest[founder], place);
        }
        if let Some(day) = day {
            let (first, last) = self.days[founder];
            self.days[founder] = (first.min(day), last.max(day));
        }
    }

    /// The latest articles of a story, the earliest of them first.
    pub(crate) fn recent(&self, founder: u32, most: usize) -> Vec<u32> {
        let mut recent = Vec::with_capacity(most);
        let mut place = self.latest[founder as usize];
        while place != NONE && recent.len() < most {
            recent.push(place);
            place = self.before[place as usize];
        }
        recent.reverse();
        recent
    }

    /// The first and the last day of a story.
    pub(crate) fn days(&self, founder: u32) -> Option<(i32, i32)> {
        Some(self.days[founder as usize]).filter(|d| d.0 <= d.1)
    }

    /// Makes the stories of two places one; of their articles the latest so many are remembered.
    pub(crate) fn merge(&mut self, a: u32, b: u32, most: usize) -> Option<Merge> {
        let (a, b) = (self.founder(a), self.founder(b));
        let merge = Merge { from: a.max(b), into: a.min(b) };
        if a == b {
            return None;
        }
        let mut both = self.recent(a, most);
        both.extend(self.recent(b, most));
        both.sort_unstable();
        let both = &both[both.len().saturating_sub(most)..];
        let mut before = NONE;
        for place in both {
            self.before[*place as usize] = std::mem::replace(&mut before, *place);
        }
        let (from, into) = (self.days[merge.from as usize], self.days[merge.into as usize]);
        self.days[merge.into as usize] = (from.0.min(into.0), from.1.max(into.1));
        self.latest[merge.into as usize] = before;
        self.latest[merge.from as usize] = NONE;
        self.groups.join(a, b);
        self.count -= 1;
        Some(merge)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.groups.bytes() + (self.latest.capacity() + self.before.capacity() + self.days.capacity() * 2) * 4
    }

    pub(crate) fn save(&self, out: &mut Writer<impl Write>) -> Result<()> {
        self.groups.save(out)?;
        out.list(&self.latest)?;
        out.list(&self.before)?;
        self.days.iter().try_for_each(|d| out.u64(u64::from(d.0 as u32) | u64::from(d.1 as u32) << 32))?;
        out.u32(self.count)
    }

    pub(crate) fn load(from: &mut Reader<impl Read>, end: u32) -> Result<Self> {
        let groups = Groups::load(from, end)?;
        let [latest, before] = [from.list(end as usize)?, from.list(end as usize)?];
        let lengths = [latest.len(), before.len()].iter().all(|n| *n == end as usize);
        let bound = latest.iter().all(|p| *p < end || *p == NONE)
            && (0..).zip(&before).all(|(p, b)| *b < p || *b == NONE);
        let mut days = Vec::new();
        for _ in 0..end {
            let both = from.u64()?;
            days.push((both as u32 as i32, (both >> 32) as u32 as i32));
        }
        let count = from.u32()?;
        if !lengths || !bound || count > end {
            return Err(Damaged("stories").into());
        }
        Ok(Self { groups, latest, before, days, count })
    }
}

/// The articles before the one being added, and that one.
pub(crate) struct Sights<'p, P: Past> {
    pub past: &'p mut P,
    pub place: u32,
    pub features: Arc<Features>,
}

impl<P: Past> Sights<'_, P> {
    /// The features of the article at a place.
    pub(crate) fn features(&mut self, place: u32) -> std::result::Result<Arc<Features>, P::Error> {
        if place == self.place { Ok(Arc::clone(&self.features)) } else { self.past.features(place) }
    }
}
