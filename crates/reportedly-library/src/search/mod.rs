//! Full-text search: an index of what the library holds, made again from it at any time.
//!
//! The index knows words, names, who said what, statuses and dates, and for each article its name; neither its text
//! (hits are shown from the library's own) nor its story (stories merge: they are asked for when hits are folded).
//!
//! # Ranking
//!
//! BM25 over one field that holds the title three times and the text once (a word of the title counts as three of
//! the text, with one document frequency and one length: BM25F), times a factor that decays slowly with age. A phrase
//! counts as its words do; names, statuses and dates only choose. Scores are computed from whole numbers in the
//! order of the query and compared rounded, and ties go to what was known last, then to the name: order and scores do
//! not depend on how the index came to be, on its segments or on threads.
//!
//! As of a date only what was known by then counts, in the statistics too: the answer is that of an index which holds
//! nothing else.

mod files;
mod guard;
mod index;
mod query;
mod run;
mod snippet;
#[cfg(test)]
mod tests;
mod words;

pub use index::{Entry, Index, OpenError, Prepared, SearchError, Stamp, Writer};
pub use query::{Query, QueryError};
pub use run::{Ask, Found, Hit, Stories};
pub use snippet::{Snippet, highlights, snippet};
