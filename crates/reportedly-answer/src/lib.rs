//! What is asked and what is answered: the JSON shapes and their rendering for people and as Markdown.
//!
//! JSON values borrow from what they show and serialise with serde; renderings are plain strings. Nothing here
//! looks at the terminal: a [`Style`] says how wide and whether in colour.

mod exact;
mod found;
mod history;
mod history_text;
mod markdown;
mod reading;
mod reading_text;
mod stories;
mod stories_text;
mod style;

pub use exact::{Exact, Shape, reading_of};
pub use found::{FoundArticle, SearchAnswer, Searched, found, found_text};
pub use history::{History, Observed, ObservedAnswer, Sight, observed};
pub use history_text::{Mark, Passage, observed_text, passages};
pub use markdown::markdown;
pub use reading::{ReadingAnswer, reading, when};
pub use reading_text::{reading_text, summary};
pub use stories::{StoriesAnswer, StoryAnswer, stories, story};
pub use stories_text::{more_stories, span_of_dates, story_text};
pub use style::{Style, count, visible};
