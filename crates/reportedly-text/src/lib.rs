//! The ground floor: spans and code points, tokens, sentences, part of speech, language tables, outlets.
//!
//! ```
//! use reportedly_text::{analyse, Language};
//!
//! let text = "Dr. Marsh said the bridge won't reopen. \"Not before May,\" she added.";
//! let analysis = analyse(text, Language::EN);
//! assert_eq!(analysis.sentences.len(), 2);
//! assert_eq!(analysis.token(0), "Dr.");
//! assert_eq!(analysis.lower(2), "said");
//! ```

mod analysis;
mod language;
pub mod model;
pub mod rule;
mod script;
mod span;
mod tables;
pub mod tag;

pub use analysis::{
    Analysis, LONGEST_SENTENCE, MOST_BYTES, MOST_TOKENS, Pos, Sentence, Token, TokenKind, VerbForm, analyse,
    split, within_limit,
};
pub use language::{Language, detect};
pub use rule::Rule;
pub use script::is_unspaced;
pub use span::{CodePoints, Span};
pub use tables::{ByLanguage, languages, rows, table, weights};
