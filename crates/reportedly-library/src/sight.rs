//! What is added to a library: one sight of a page.

use crate::stored::{self, Hash, hash, hash_of_parts, pack, pack_reading};
use jiff::Timestamp;
use reportedly_read::Reading;
use reportedly_story::{Features, Gist, Observation, known_at, turn};
use std::io;

/// One sight of a page, with what is kept of it.
#[derive(Clone, Debug)]
pub struct Sight<'p> {
    /// The article's id, where it came from, and what was read.
    pub observation: Observation,
    /// The page's bytes, as they were read; `None` where only the reading is at hand.
    pub page: Option<&'p [u8]>,
    /// The page with all that was told about it, by hash; `None` where that is not known.
    pub told: Option<Told>,
    /// The headers that it came with, one a line.
    pub headers: Option<String>,
    /// The archive that it lies in, and where in it.
    pub archive: Option<(String, u64)>,
}

/// What was read, by hash. Reading is a pure function, so what is in a library by this need not be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub(crate) page: Hash,
    pub(crate) all: Hash,
}

impl Told {
    /// A page's bytes and, in an order of the caller's, what was told about them.
    pub fn of<'p>(page: &[u8], told: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let page = hash(page);
        let told = hash_of_parts(told);
        Self { page, all: hash_of_parts([page.as_slice(), told.as_slice()]) }
    }
}

/// A sight ready to be stored: everything that takes time is done, on whatever thread.
#[derive(Debug)]
pub struct Row {
    pub(crate) article: String,
    pub(crate) path: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) outlet: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) is_article: bool,
    pub(crate) first_seen: Option<i64>,
    pub(crate) known_at: Option<i64>,
    pub(crate) known_strict: Option<i64>,
    pub(crate) content: i64,
    pub(crate) sight: Hash,
    pub(crate) page_hash: Hash,
    pub(crate) headers: Option<String>,
    pub(crate) archive: Option<(String, u64)>,
    pub(crate) reading: Vec<u8>,
    pub(crate) features: Option<Vec<u8>>,
    pub(crate) gist: Option<Vec<u8>>,
    pub(crate) page: Option<Vec<u8>>,
}

impl Row {
    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        let more =
            [&self.page, &self.features, &self.gist].into_iter().flatten().map(Vec::len).sum::<usize>();
        self.reading.len() + more
    }

    /// Whether it is of the same article and says nothing else.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.article == other.article && self.content == other.content
    }

    /// Makes a sight ready. The page's bytes are left out where they are not to be kept.
    pub fn of(sight: &Sight<'_>, keep_page: bool) -> io::Result<Self> {
        let Observation { id, path, reading, .. } = &sight.observation;
        let page_hash = match (sight.told, sight.page) {
            (Some(told), _) => told.page,
            (None, Some(page)) => hash(page),
            (None, None) => {
                let title = reading.title.as_deref().unwrap_or_default();
                hash_of_parts([title.as_bytes(), reading.text.as_bytes()])
            }
        };
        let first_seen = reading.fetched.map(microseconds);
        let told = match sight.told {
            Some(told) => told.all,
            None => {
                let seen = first_seen.unwrap_or(i64::MIN).to_le_bytes();
                hash_of_parts([id.as_bytes(), page_hash.as_slice(), &seen])
            }
        };
        let is_article = reading.kind.is_article();
        let features = Features::of(reading);
        Ok(Self {
            article: id.clone(),
            path: path.clone(),
            url: reading.url.clone(),
            outlet: reading.outlet.clone(),
            title: reading.title.clone(),
            kind: reading.kind.word(),
            is_article,
            first_seen,
            known_at: known_at(reading, false).map(microseconds),
            known_strict: known_at(reading, true).map(microseconds),
            content: sortable(features.content()),
            sight: told,
            page_hash,
            headers: sight.headers.clone(),
            archive: sight.archive.clone(),
            reading: pack_reading(reading)?,
            features: is_article.then(|| features.to_bytes()),
            gist: is_article.then(|| Gist::of(reading).to_bytes()),
            page: sight.page.filter(|_| keep_page).map(pack).transpose()?,
        })
    }
}

/// An instant as it is stored.
pub(crate) fn microseconds(instant: Timestamp) -> i64 {
    instant.as_microsecond()
}

/// An instant from how it is stored.
pub(crate) fn instant(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or(if microseconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// A number without sign as one with a sign that sorts the same.
pub(crate) const fn sortable(number: u64) -> i64 {
    (number ^ (1 << 63)) as i64
}

/// The turn of an observation in the fold, by how it is stored.
pub(crate) fn turn_of(
    known_at: i64,
    article: &str,
    first_seen: Option<i64>,
    content: i64,
) -> impl Ord + use<'_> {
    turn(Some(instant(known_at)), article, first_seen.map(instant), unsortable(content))
}

/// What [`sortable`] made a number from.
const fn unsortable(number: i64) -> u64 {
    (number as u64) ^ (1 << 63)
}

/// The features of a stored reading.
pub(crate) fn features_of(packed: &[u8], what: impl Fn() -> String) -> Result<Features, crate::Error> {
    let reading: Reading = stored::unpack_reading(packed, what)?;
    Ok(Features::of(&reading))
}

/// The gist of a stored reading.
pub(crate) fn gist_of(packed: &[u8], what: impl Fn() -> String) -> Result<Gist, crate::Error> {
    let reading: Reading = stored::unpack_reading(packed, what)?;
    Ok(Gist::of(&reading))
}
