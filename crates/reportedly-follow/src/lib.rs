//! Subscriptions asked, pages taken into the library, what is followed told to whoever wants to hear of it.

mod alert;
mod asked;
mod clock;
mod look;
mod taking;
mod update;

pub use alert::{Alert, AlertOrigin, Link, News};
pub use asked::{Asked, Wrong};
pub use clock::{Clock, Wall};
pub use look::{Found, look, subscription};
pub use taking::{read, told};
pub use update::{Told, Updated, Updater, Which};
