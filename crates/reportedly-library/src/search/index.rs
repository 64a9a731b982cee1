//! The index on disk: what is in it, opening, writing.

use super::files::{self, Files, is_refused};
use super::guard::{damaged, guarded};
use super::run::Totals;
use super::words::{fold, push_term, words};
use jiff::{Timestamp, civil::Date};
use reportedly_read::{Reading, When};
use reportedly_text::{Language, Span};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, META_LOCK};
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::merge_policy::{LogMergePolicy, MergeCandidate, MergePolicy};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TantivyDocument, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use tantivy::{DocSet, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError, Term};
use xxhash_rust::xxh3::xxh3_64;

/// Raised whenever what is indexed changes; an index of another number is made again.
const SCHEMA: u32 = 1;
/// How often the words of the title stand in the index.
const TITLE: usize = 3;
/// Names of entities that are indexed of one article: a page's lists of names cannot fill the index.
const NAMES: usize = 2_000;
/// The least that a writer may use, from Tantivy's own bound for an arena, with room.
const LEAST_MEMORY: usize = 20_000_000;

/// An article as it is indexed.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number in the library, by which it is removed and looked up.
    pub number: u64,
    /// Its name, which decides between equals.
    pub name: &'a str,
    /// When it was known.
    pub known_at: Timestamp,
    /// What it says.
    pub reading: &'a Reading,
}

/// How often a merge that another one got in the way of is tried again, and how long it is waited for that.
const RETRIES: usize = 600;
/// How often opening an index that a file was taken away from is tried again.
const OPENED_AGAIN: usize = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// What the last commit stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// How many articles are in.
    pub count: u64,
    /// The state of the library that the index was last brought to, in the library's own words.
    pub state: String,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    schema: u32,
    /// Whether how many articles are in was not yet known: between the two halves of a commit.
    #[serde(default)]
    uncounted: bool,
    #[serde(flatten)]
    stamp: Stamp,
}

/// Why an index cannot be opened. Unless it cannot be read, it is to be made again.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none.
    #[error("there is no search index")]
    Missing,
    /// Another version made it.
    #[error("the search index was made by another version")]
    Other,
    /// It cannot be used.
    #[error("the search index is damaged ({0})")]
    Damaged(String),
    /// The system does not let it be read.
    #[error("the search index cannot be read: {0}")]
    Unreadable(io::Error),
}

impl From<SearchError> for OpenError {
    fn from(error: SearchError) -> Self {
        match error.io().filter(|e| is_refused(e)) {
            Some(refused) => Self::Unreadable(io::Error::new(refused.kind(), refused.to_string())),
            None => Self::Damaged(error.why()),
        }
    }
}

/// What can go wrong with an index that could be opened.
#[derive(Debug, thiserror::Error)]
#[error("the search index cannot be used: {0}")]
pub struct SearchError(#[from] pub TantivyError);

impl From<io::Error> for SearchError {
    fn from(error: io::Error) -> Self {
        Self(error.into())
    }
}

impl SearchError {
    /// What the system said, where it is at the bottom of this.
    pub fn io(&self) -> Option<&io::Error> {
        match &self.0 {
            TantivyError::IoError(e)
            | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error: e, .. })
            | TantivyError::OpenReadError(OpenReadError::IoError { io_error: e, .. })
            | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: e, .. })
            | TantivyError::LockFailure(LockError::IoError(e), _) => Some(e),
            _ => None,
        }
    }

    /// The same in a few words.
    pub fn why(&self) -> String {
        match &self.0 {
            TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(file)) => {
                format!("{} is missing", file.display())
            }
            TantivyError::InternalError(why) => why.clone(),
            error => error.to_string(),
        }
    }
}

/// The fields.
#[derive(Debug)]
pub(super) struct Fields {
    schema: Schema,
    /// The article's number.
    pub number: Field,
    /// The article's name: its length and its bytes, eight a number. Names are all different, and
    /// a dictionary of them would have to be searched for every hit.
    spelt: Field,
    /// A number made of it, for ties.
    pub key: Field,
    /// Title and text.
    pub body: Field,
    /// Sources and the words of what they said; the position is the statement's index.
    pub said: Field,
    /// Outlet, people, places, organisations, statuses, language.
    pub facts: Field,
    /// The day of publication, in days since 1970.
    pub published: Field,
}

/// When it was known, in microseconds since 1970.
pub(super) const KNOWN: &str = "known";
/// How many words title and text have, as they are indexed.
pub(super) const LENGTH: &str = "length";
pub(super) const KEY: &str = "key";
pub(super) const NUMBER: &str = "number";
pub(super) const SPELT: &str = "spelt";

pub(super) static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    let mut schema = Schema::builder();
    let words = |tokenizer: &str, option| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option);
        TextOptions::default().set_indexing_options(indexing.set_fieldnorms(false))
    };
    let positions = IndexRecordOption::WithFreqsAndPositions;
    let number = schema.add_u64_field(NUMBER, INDEXED | FAST);
    let spelt = schema.add_u64_field(SPELT, FAST);
    let key = schema.add_u64_field(KEY, FAST);
    let body = schema.add_text_field("body", words(RUNNING, positions));
    let said = schema.add_text_field("said", words(TOGETHER, positions));
    let facts = schema.add_text_field("facts", words(RUNNING, positions));
    let published = schema.add_i64_field("published", NumericOptions::default() | INDEXED | FAST);
    schema.add_i64_field(KNOWN, FAST);
    schema.add_u64_field(LENGTH, FAST);
    Fields { schema: schema.build(), number, spelt, key, body, said, facts, published }
});

const RUNNING: &str = "running";
const TOGETHER: &str = "together";

/// Terms are handed to Tantivy as they are to be indexed, one a line. An empty line is a gap that no phrase reaches
/// across, or, where the terms of a paragraph share one position, the step to the next.
#[derive(Clone)]
struct Lines {
    together: bool,
}

struct LinesStream<'a> {
    rest: &'a str,
    together: bool,
    next: usize,
    token: Token,
}

impl Tokenizer for Lines {
    type TokenStream<'a> = LinesStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> LinesStream<'a> {
        LinesStream { rest: text, together: self.together, next: 0, token: Token::default() }
    }
}

impl TokenStream for LinesStream<'_> {
    fn advance(&mut self) -> bool {
        while !self.rest.is_empty() {
            let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = rest;
            if line.is_empty() {
                self.next += 1;
                continue;
            }
            self.token.text.clear();
            self.token.text.push_str(line);
            self.token.position = self.next;
            self.next += usize::from(!self.together);
            return true;
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// An article made ready for the index: the costly part of adding, a pure function that threads can share.
#[derive(Debug)]
pub struct Prepared(TantivyDocument);

impl Prepared {
    /// Makes an article ready.
    pub fn of(entry: &Entry<'_>) -> Self {
        let Entry { number, name, known_at, reading } = *entry;
        let fields = &*FIELDS;
        let language = language_of(reading);
        let mut document = TantivyDocument::with_capacity(reading.text.len() * 2 + 256);
        document.add_u64(fields.number, number);
        document.add_u64(fields.key, xxh3_64(name.as_bytes()));
        document.add_u64(fields.spelt, name.len() as u64);
        for chunk in name.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            document.add_u64(fields.spelt, u64::from_be_bytes(bytes));
        }
        let mut body = String::with_capacity(reading.text.len() + 256);
        let mut length = 0;
        if let Some(title) = &reading.title {
            let places = lines(&mut body, title, language);
            body.push('\n');
            let once = body.clone();
            for _ in 1..TITLE {
                body.push_str(&once);
            }
            length += places.len() * TITLE;
        }
        let places = lines(&mut body, &reading.text, language);
        length += places.len();
        document.add_text(fields.body, &body);
        document.add_text(fields.said, said(reading, &body, &places));
        document.add_text(fields.facts, facts(reading));
        if let Some(day) = reading.published.best.as_ref().map(When::day) {
            document.add_i64(fields.published, day_number(day));
        }
        let schema = &fields.schema;
        if let (Ok(known), Ok(words)) = (schema.get_field(KNOWN), schema.get_field(LENGTH)) {
            document.add_i64(known, known_at.as_microsecond());
            document.add_u64(words, length as u64);
        }
        Self(document)
    }
}

/// A name from its length and bytes.
pub(super) fn spelt(mut numbers: impl Iterator<Item = u64>) -> String {
    let length = numbers.next().unwrap_or(0) as usize;
    let mut bytes: Vec<u8> = numbers.flat_map(u64::to_be_bytes).collect();
    bytes.truncate(length);
    String::from_utf8(bytes).unwrap_or_default()
}

/// The language that a reading's words are stemmed by: as everywhere, English where none is known.
pub(super) fn language_of(reading: &Reading) -> Language {
    reading.language.unwrap_or(Language::EN)
}

/// Days since 1970.
pub(super) fn day_number(day: Date) -> i64 {
    Date::constant(1970, 1, 1).until(day).map_or(0, |s| i64::from(s.get_days()))
}

/// Appends the terms of a text, one a line, and gives where each word stands in the text and its term in the lines.
fn lines(out: &mut String, text: &str, language: Language) -> Vec<(Span, Span)> {
    let mut places = Vec::with_capacity(text.len() / 5);
    words(text, language, |w| {
        let start = out.len();
        push_term(out, w.lower, w.bare, language);
        places.push((w.span, Span::new(start, out.len())));
        out.push('\n');
    });
    places
}

/// A paragraph for each statement that has a source: the words of the source, then those of what it said, each once.
/// `places` are the words of the text and their terms in `body`.
fn said(reading: &Reading, body: &str, places: &[(Span, Span)]) -> String {
    let mut out = String::new();
    let mut sources: FxHashSet<String> = FxHashSet::default();
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for statement in &reading.statements {
        let Some(source) = &statement.source else { continue };
        sources.clear();
        for named in [source.name.as_str(), source.span.of(&reading.text)] {
            words(named, Language::EN, |w| {
                let term = fact("source:", w.lower);
                if !sources.contains(&term) {
                    out.push_str(&term);
                    out.push('\n');
                    sources.insert(term);
                }
            });
        }
        seen.clear();
        for content in &statement.content {
            let first = places.partition_point(|p| p.0.start < content.start);
            for (_, term) in places[first..].iter().take_while(|p| p.0.end <= content.end) {
                let term = term.of(body);
                if seen.insert(term) {
                    out.push_str(term);
                    out.push('\n');
                }
            }
        }
        out.push('\n');
    }
    out
}

/// A term of the facts: what kind of fact, and a word without its diacritics.
pub(super) fn fact(kind: &str, lower: &str) -> String {
    let mut term = String::with_capacity(kind.len() + lower.len());
    term.push_str(kind);
    fold(&mut term, lower);
    term
}

/// Outlet, names, statuses and language.
fn facts(reading: &Reading) -> String {
    use reportedly_names::NameKind;
    let mut out = String::new();
    let mut name = |kind: &str, name: &str| {
        words(name, Language::EN, |w| {
            out.push_str(&fact(kind, w.lower));
            out.push('\n');
        });
        out.push('\n');
    };
    if let Some(outlet) = &reading.outlet {
        name("outlet:", outlet);
    }
    for entity in reading.names.entities.iter().take(NAMES) {
        match entity.kind {
            NameKind::Person => name("person:", &entity.name),
            NameKind::Place => name("place:", &entity.name),
            NameKind::Org | NameKind::Outlet => name("org:", &entity.name),
            NameKind::Other => {}
        }
    }
    let statuses = reading.statements.iter().map(|s| s.status).chain(reading.events.iter().map(|e| e.status));
    let statuses: std::collections::BTreeSet<&str> = statuses.map(reportedly_said::Status::word).collect();
    for status in statuses {
        out.push_str("status:");
        out.push_str(status);
        out.push_str("\n\n");
    }
    out.push_str("lang:");
    out.push_str(language_of(reading).code());
    out
}

/// The index, open for searching: a picture of one commit, until it is refreshed.
#[derive(Clone)]
pub struct Index {
    inner: tantivy::Index,
    pub(super) reader: IndexReader,
    pub(super) totals: Arc<Mutex<Option<Totals>>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("stamp", &self.stamp().ok()).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in a folder. For that it need not be possible to write there.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        match std::fs::metadata(folder.join("meta.json")) {
            Ok(_) => {}
            Err(e) if is_refused(&e) => return Err(OpenError::Unreadable(e)),
            Err(_) => return Err(OpenError::Missing),
        }
        let mut failed = 0;
        loop {
            match guarded(|| Self::opened(folder)) {
                Ok(opened) => return opened,
                // A writer may have taken a file away between two looks.
                Err(SearchError(TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(_))))
                    if failed < OPENED_AGAIN =>
                {
                    failed += 1;
                    std::thread::sleep(PAUSE / 10);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn opened(folder: &Path) -> Result<Result<Self, OpenError>, SearchError> {
        let index = tantivy::Index::open(Files::open(folder).map_err(TantivyError::from)?)?;
        let payload = index.load_metas()?.payload;
        let version = payload.as_deref().and_then(|p| serde_json::from_str::<Payload>(p).ok());
        let Some(payload) = version.filter(|p| p.schema == SCHEMA && index.schema() == FIELDS.schema) else {
            return Ok(Err(OpenError::Other));
        };
        let opened = Self::over(index)?;
        opened.has_all_files()?;
        let (held, count) = (opened.reader.searcher().num_docs(), payload.stamp.count);
        // What another process committed meanwhile is counted by its own stamp.
        if !payload.uncounted && held != count && opened.stamp()?.count == count {
            let why = format!("it holds {held} articles and should hold {count}");
            return Ok(Err(OpenError::Damaged(why)));
        }
        Ok(Ok(opened))
    }

    /// Tantivy passes over some files that are missing.
    fn has_all_files(&self) -> Result<(), SearchError> {
        let directory = self.inner.directory();
        let _kept = directory.acquire_lock(&META_LOCK).map_err(|e| TantivyError::LockFailure(e, None))?;
        for file in self.inner.searchable_segment_metas()?.iter().flat_map(files::of_segment) {
            if !directory.exists(&file).map_err(TantivyError::from)? {
                return Err(TantivyError::from(OpenReadError::FileDoesNotExist(file)).into());
            }
        }
        Ok(())
    }

    /// Makes an empty index in a folder; what is in the folder goes.
    pub fn create(folder: &Path) -> Result<Self, SearchError> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        let files = Files::open(folder).map_err(TantivyError::from)?;
        let index = tantivy::Index::create(files, FIELDS.schema.clone(), IndexSettings::default())?;
        let created = Self::over(index)?;
        created.writer(LEAST_MEMORY)?.commit("")?;
        created.refresh()?;
        Ok(created)
    }

    fn over(index: tantivy::Index) -> Result<Self, SearchError> {
        index.tokenizers().register(RUNNING, Lines { together: false });
        index.tokenizers().register(TOGETHER, Lines { together: true });
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { inner: index, reader, totals: Arc::default() })
    }

    /// What the last commit stands for.
    pub fn stamp(&self) -> Result<Stamp, SearchError> {
        let payload = self.inner.load_metas()?.payload;
        let Some(payload) = payload.and_then(|p| serde_json::from_str::<Payload>(&p).ok()) else {
            return Ok(Stamp::default());
        };
        let count = if payload.uncounted { self.reader.searcher().num_docs() } else { payload.stamp.count };
        Ok(Stamp { count, ..payload.stamp })
    }

    /// Searches see what was committed until now.
    pub fn refresh(&self) -> Result<(), SearchError> {
        Ok(self.reader.reload()?)
    }

    /// Reads every file of the index through and gives those that are missing or whose checksum is wrong.
    pub fn damaged_files(&self) -> Result<Vec<PathBuf>, SearchError> {
        Ok(files::damaged(&self.inner, &self.inner.searchable_segment_metas()?))
    }

    /// Begins to write, with so many bytes of memory. One writer at a time.
    pub fn writer(&self, memory: usize) -> Result<Writer, SearchError> {
        let writer = self.inner.writer_with_num_threads(1, memory.max(LEAST_MEMORY))?;
        let damaged = Arc::new(AtomicBool::new(false));
        let policy = WholeOnly {
            usual: LogMergePolicy::default(),
            index: self.clone(),
            damaged: Arc::clone(&damaged),
        };
        writer.set_merge_policy(Box::new(policy));
        Ok(Writer { index: self.clone(), inner: writer, damaged })
    }
}

/// Merges as usual, but only segments that are whole: what is merged gets a checksum of its own, and damage would look
/// like what was written.
#[derive(Debug)]
struct WholeOnly {
    usual: LogMergePolicy,
    index: Index,
    /// Set where a segment is not whole.
    damaged: Arc<AtomicBool>,
}

impl MergePolicy for WholeOnly {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        if self.damaged.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let mut candidates = self.usual.compute_merge_candidates(segments);
        candidates.retain(|candidate| {
            let some: Vec<SegmentMeta> =
                segments.iter().filter(|s| candidate.0.contains(&s.id())).cloned().collect();
            let whole = files::damaged(&self.index.inner, &some).is_empty();
            if !whole {
                self.damaged.store(true, Ordering::Relaxed);
            }
            whole
        });
        candidates
    }
}

fn broken() -> SearchError {
    damaged("a segment is not as it was written")
}

/// Writes into an index. What is not committed is forgotten.
pub struct Writer {
    index: Index,
    inner: IndexWriter,
    /// Whether what was there before turned out to be damaged.
    damaged: Arc<AtomicBool>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    /// Adds an article that is not in.
    pub fn add(&mut self, entry: &Entry<'_>) -> Result<(), SearchError> {
        self.add_prepared(Prepared::of(entry))
    }

    /// Adds an article that was made ready elsewhere.
    pub fn add_prepared(&mut self, prepared: Prepared) -> Result<(), SearchError> {
        self.inner.add_document(prepared.0)?;
        Ok(())
    }

    /// Takes an article out, added before this, committed or not.
    pub fn remove(&mut self, number: u64) -> Result<(), SearchError> {
        let term = Term::from_field_u64(FIELDS.number, number);
        // Tantivy looks it up on a thread where damage ends the process: it is met here first.
        guarded(|| {
            for reader in self.index.reader.searcher().segment_readers() {
                let found = reader.inverted_index(FIELDS.number)?;
                if let Some(mut found) = found.read_postings(&term, IndexRecordOption::Basic)? {
                    found.advance();
                }
            }
            Ok(())
        })?;
        self.inner.delete_term(term);
        Ok(())
    }

    /// Takes everything out.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        self.inner.delete_all_documents()?;
        Ok(())
    }

    /// Makes it last, and tells for which state of the library it stands.
    pub fn commit(&mut self, state: &str) -> Result<Stamp, SearchError> {
        // How many articles are in is known only once the removals are done.
        self.commit_as(&Payload {
            schema: SCHEMA,
            uncounted: true,
            stamp: Stamp { count: 0, state: state.to_owned() },
        })?;
        if self.damaged.load(Ordering::Relaxed) {
            return Err(broken());
        }
        self.index.refresh()?;
        let count = self.index.reader.searcher().num_docs();
        let stamp = Stamp { count, state: state.to_owned() };
        self.commit_as(&Payload { schema: SCHEMA, uncounted: false, stamp: stamp.clone() })?;
        Ok(stamp)
    }

    fn commit_as(&mut self, payload: &Payload) -> Result<(), SearchError> {
        let payload =
            serde_json::to_string(payload).map_err(|e| TantivyError::InternalError(e.to_string()))?;
        let mut commit = self.inner.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        Ok(())
    }

    /// Writes the segments anew in which something was removed, so that nothing of it stays on disk.
    pub fn purge(&mut self) -> Result<(), SearchError> {
        let state = self.index.stamp()?.state;
        self.rewrite(|metas| {
            let with = metas.iter().find(|m| m.has_deletes())?;
            Some(vec![with.id()])
        })?;
        self.commit(&state)?;
        self.inner.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Makes one segment of all, which searches fastest.
    pub fn merge(&mut self) -> Result<(), SearchError> {
        self.rewrite(|metas| (metas.len() > 1).then(|| metas.iter().map(SegmentMeta::id).collect()))
    }

    /// Merges what `next` tells, as long as it tells something.
    fn rewrite(
        &mut self,
        next: impl Fn(&[SegmentMeta]) -> Option<Vec<SegmentId>>,
    ) -> Result<(), SearchError> {
        let mut failed = 0;
        loop {
            let metas = self.index.inner.searchable_segment_metas()?;
            let Some(segments) = next(&metas) else { break };
            let some: Vec<SegmentMeta> = metas.into_iter().filter(|m| segments.contains(&m.id())).collect();
            if !files::damaged(&self.index.inner, &some).is_empty() {
                return Err(broken());
            }
            // A merge in the background may have taken one of them meanwhile: then it is tried with what there is.
            match self.inner.merge(&segments).wait() {
                Ok(_) => failed = 0,
                Err(error) if failed == RETRIES => return Err(error.into()),
                Err(_) => {
                    failed += 1;
                    std::thread::sleep(PAUSE);
                }
            }
        }
        Ok(())
    }

    /// Waits for what goes on in the background.
    pub fn finish(self) -> Result<(), SearchError> {
        let damaged = Arc::clone(&self.damaged);
        self.inner.wait_merging_threads()?;
        if damaged.load(Ordering::Relaxed) { Err(broken()) } else { Ok(()) }
    }
}
