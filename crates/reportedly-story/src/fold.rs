//! The fold: observations of articles, one after the other, to stories, families of copies, and names.
//!
//! What a step decides rests on the steps before it alone, so the state after any of them is what a run over only
//! those would have, and a question about the past is one about the first so many steps.

use crate::copies::Copies;
use crate::features::{Damaged, Features};
use crate::group::{Grouping, SETTINGS};
use crate::kin::Kin;
use crate::places::{Sights, Stories};
use crate::save::{Reader, Writer};
use crate::states::States;
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::sync::Arc;

/// No place.
pub(crate) const NONE: u32 = u32::MAX;
/// The most places.
const MOST: u32 = 1 << 30;
/// The version of the form of a saved fold and of what a fold decides: raised with either.
pub const VERSION: u32 = 2;
/// What a saved fold begins with.
const BEGINNING: [u32; 2] = [u32::from_le_bytes(*b"fold"), VERSION];

/// The features of the articles already in the fold, by place.
pub trait Past {
    /// What goes wrong when they are fetched; [`Infallible`] where they lie in memory.
    type Error;

    /// The features of the article at this place. Asked only for places before the one being added. A forgotten article
    /// has `Features::default()`.
    fn features(&mut self, place: u32) -> Result<Arc<Features>, Self::Error>;
}

impl Past for Vec<Arc<Features>> {
    type Error = Infallible;

    fn features(&mut self, place: u32) -> Result<Arc<Features>, Infallible> {
        Ok(self.get(place as usize).map(Arc::clone).unwrap_or_default())
    }
}

/// The features used last, for a [`Past`] that reads from disk. Which ones it still holds changes no answer.
#[derive(Debug, Default)]
pub struct Cache {
    capacity: usize,
    /// Those used since the last time that `capacity` was reached,
    young: FxHashMap<u32, Arc<Features>>,
    /// and those from before.
    old: FxHashMap<u32, Arc<Features>>,
}

impl Cache {
    /// Holds between `capacity` and twice as many (about 3 KB each).
    pub fn new(capacity: usize) -> Self {
        Self { capacity, ..Self::default() }
    }

    /// What is held for a place.
    pub fn get(&mut self, place: u32) -> Option<Arc<Features>> {
        if let Some(features) = self.young.get(&place) {
            return Some(Arc::clone(features));
        }
        let features = self.old.remove(&place)?;
        self.put(place, Arc::clone(&features));
        Some(features)
    }

    /// Holds features.
    pub fn put(&mut self, place: u32, features: Arc<Features>) {
        if self.young.len() >= self.capacity.max(1) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(place, features);
    }

    /// Lets all go.
    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

/// What was `from` goes into `into`, which is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The founder's place of the story that is no more, or the first place of such a family.
    pub from: u32,
    /// Those of the one that goes on.
    pub into: u32,
}

/// What adding an observation did. Places are the fold's; a story is named by its founder's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The place of this state of the article: a new one, or where `again`, that of the same state seen before.
    pub place: u32,
    /// Title and text were seen before under this id: nothing was added, and all below is as for that place now.
    pub again: bool,
    /// `id` for the first state of an article, then `id-2`, `id-3`.
    pub name: String,
    /// The founder's place of the story that it joined or founded (then `place` itself), before `merges`.
    pub story: u32,
    /// The first place of the family of copies that it joined, before `families_merged`; `None` where it is no copy.
    pub family: Option<u32>,
    /// Stories that became one by this step, in order.
    pub merges: Vec<Merge>,
    /// Families of copies that became one by this step; their stories are among `merges`.
    pub families_merged: Vec<Merge>,
}

/// The stories, families of copies and names of the articles so far.
#[derive(Clone, Debug)]
pub struct Fold {
    states: States,
    copies: Copies,
    grouping: Grouping,
    kin: Kin,
    stories: Stories,
}

impl Default for Fold {
    fn default() -> Self {
        Self::new()
    }
}

impl Fold {
    /// A fold over nothing.
    pub fn new() -> Self {
        Self {
            states: States::default(),
            copies: Copies::new(),
            grouping: Grouping::new(SETTINGS),
            kin: Kin::new(),
            stories: Stories::default(),
        }
    }

    /// Puts the next observation of an article where it belongs. `id` is the article's id without a state's number.
    /// To be called in the order of [`turn`]. An error comes from `past` alone; the fold is of no use after one.
    pub fn add<P: Past>(
        &mut self,
        id: &str,
        features: &Arc<Features>,
        past: &mut P,
    ) -> Result<Step, P::Error> {
        if let Some(place) = self.states.seen(id, features.content()) {
            return Ok(Step {
                place,
                again: true,
                name: self.states.name(id, place),
                story: self.story(place),
                family: Some(self.family(place)).filter(|f| *f != place),
                merges: Vec::new(),
                families_merged: Vec::new(),
            });
        }
        let place = self.len();
        assert!(place < MOST, "a fold of more than {MOST} articles");
        self.states.add(id, features.content());
        let families = self.copies.add(features, past)?;
        let mut sights = Sights { past, place, features: Arc::clone(features) };
        let mut merges = Vec::new();
        let story = if let Some(family) = families.first() {
            let story = self.stories.founder(*family);
            self.grouping.add_copy();
            self.stories.add(Some(story), true, features.day);
            for other in &families[1..] {
                let (a, b) = (self.stories.founder(*family), self.stories.founder(*other));
                if a != b {
                    merges.extend(self.grouping.unite(a, b, &mut self.stories, &mut sights)?);
                }
            }
            story
        } else {
            let (story, merged) = self.grouping.add(features, &mut self.stories, &mut sights)?;
            merges = merged;
            merges.extend(self.kin.add(&mut self.grouping, &mut self.stories, &mut sights)?);
            story
        };
        Ok(Step {
            place,
            again: false,
            name: self.states.name(id, place),
            story,
            family: families.first().copied(),
            merges,
            families_merged: families
                .iter()
                .skip(1)
                .map(|from| Merge { from: *from, into: families[0] })
                .collect(),
        })
    }

    /// How many places there are. Places count from 0; the next new state gets this one.
    pub fn len(&self) -> u32 {
        self.stories.next()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The founder's place of the story that the article at this place is in now.
    pub fn story(&self, place: u32) -> u32 {
        if place < self.len() { self.stories.founder_of(place) } else { place }
    }

    /// The first place of its family of copies now; its own where it is no copy.
    pub fn family(&self, place: u32) -> u32 {
        if place < self.len() { self.copies.family(place) } else { place }
    }

    /// Bytes of memory that the tables take.
    pub fn bytes(&self) -> usize {
        self.states.bytes()
            + self.copies.bytes()
            + self.grouping.bytes()
            + self.kin.bytes()
            + self.stories.bytes()
    }

    /// Writes the state.
    pub fn save(&self, out: impl Write) -> io::Result<()> {
        let mut out = Writer::new(out);
        for word in BEGINNING {
            out.u32(word)?;
        }
        out.u32(self.len())?;
        self.states.save(&mut out)?;
        self.copies.save(&mut out)?;
        self.grouping.save(&mut out)?;
        self.kin.save(&mut out)?;
        self.stories.save(&mut out)?;
        out.finish()
    }

    /// Reads it again; it goes on exactly as the one that was saved. What is damaged is `InvalidData`.
    pub fn load(from: impl Read) -> io::Result<Self> {
        let mut from = Reader::new(from);
        if [from.u32()?, from.u32()?] != BEGINNING {
            return Err(Damaged("no fold, or one of another version").into());
        }
        let end = from.u32()?;
        if end > MOST {
            return Err(Damaged("more places than there can be").into());
        }
        let fold = Self {
            states: States::load(&mut from, end)?,
            copies: Copies::load(&mut from, end)?,
            grouping: Grouping::load(&mut from, end)?,
            kin: Kin::load(&mut from, end)?,
            stories: Stories::load(&mut from, end)?,
        };
        from.finish()?;
        Ok(fold)
    }
}

/// The order in which observations are folded: by when known (unknown last), article id, when seen (unknown last), content.
/// `fetched` is the reading's, `content` is [`Features::content`].
pub fn turn(
    known_at: Option<Timestamp>,
    id: &str,
    fetched: Option<Timestamp>,
    content: u64,
) -> impl Ord + use<'_> {
    ((known_at.is_none(), known_at), id, (fetched.is_none(), fetched), content)
}
