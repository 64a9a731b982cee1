//! Readings on disk: every observation kept, stories folded from them, the text found again.
//!
//! A library is a folder. `library.db` (SQLite) is the truth: observations, append-only. Everything else, stories,
//! copies, names, checkpoints, is folded from them and can be made again.
//!
//! ```no_run
//! use reportedly_library::{Library, Writer};
//! # fn main() -> Result<(), reportedly_library::Error> {
//! # let (folder, observations) = (std::path::Path::new("library"), Vec::new());
//! let mut writer = Writer::open(folder)?;
//! let added = writer.add_readings(observations)?;
//! println!("{} new observations", added.added);
//!
//! let library = Library::open(folder)?;
//! let view = library.view(None)?;
//! for story in view.newest(Some(10))? {
//!     println!("{}", view.tell(&story)?.story.title);
//! }
//! # Ok(())
//! # }
//! ```

mod backup;
mod check;
mod checkpoints;
mod counts;
mod deliveries;
mod error;
mod export;
mod folding;
mod follows;
mod forget;
mod gained;
mod gists;
mod history;
mod import;
mod insertion;
mod library;
mod preferences;
mod retention;
pub mod search;
mod searching;
mod sight;
mod store;
mod stored;
mod strict;
mod subscriptions;
mod tally;
mod visits;
mod writer;

pub use backup::{put_aside_before, restore};
pub use check::{Fault, Report};
pub use counts::{Cites, Counts, Line, Moved, OutletCount, Related, StoryCount, Topic, TopicOrder};
pub use deliveries::{Due, Outcome, Waiting};
pub use error::Error;
pub use export::{Kept, Place, Wanted};
pub use folding::Folded;
pub use follows::{Delivery, Follow, Followed, KeptAlert, Looked, NewAlert};
pub use forget::{Forgotten, Which};
pub use gained::{Grown, Member};
pub use history::{KeptPage, Seen};
pub use import::{Imported, Imports};
pub use library::{Found, Library, State, ToldStory, View};
pub use retention::{Goes, Rule, Takes};
pub use searching::{Again, Answer, FoundArticle, Indexed, Searchable};
pub use sight::{Row, Sight, Told};
pub use store::{Identity, identity, is_free, last_written};
pub use strict::Strict;
pub use subscriptions::{Subscribed, Subscription, SubscriptionKind};
pub use tally::Tally;
pub use visits::{Brought, Offered, Taken, Visit};
pub use writer::{Added, BATCH, Warm, Writer};
