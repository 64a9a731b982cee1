//! Subscriptions asked, pages taken into the library, what is followed told to whoever wants to hear of it.

mod alert;
mod asked;
mod clock;
mod deliver;
mod following;
mod look;
mod taking;
mod update;

pub use alert::{Alert, AlertOrigin, Link, News};
pub use asked::{Asked, Wrong};
pub use clock::{Clock, Played, Wall};
pub use deliver::{
    Channel, Delivered, Mail, Secret, Security, Target, deliver, dry_run, is_mail_address, is_web_address,
    shown_address, shown_command, shown_test, subject, test, text,
};
pub use following::{example, find, raise, word, would_find};
pub use look::{Found, look, subscription};
pub use taking::{read, told};
pub use update::{Told, Updated, Updater, Which};
