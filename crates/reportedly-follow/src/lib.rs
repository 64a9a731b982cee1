//! Subscriptions asked, pages taken into the library, what is followed told to whoever wants to hear of it.

mod alert;
mod asked;
mod taking;

pub use alert::{Alert, AlertOrigin, Link, News};
pub use asked::{Asked, Wrong};
pub use taking::{read, told};
