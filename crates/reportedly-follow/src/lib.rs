//! Subscriptions asked, pages taken into the library, what is followed told to whoever wants to hear of it.

mod alert;
mod asked;
mod clock;
mod deliver;
mod following;
mod health;
mod look;
mod subscriptions;
mod taking;
mod update;

pub use alert::{Alert, AlertOrigin, Link, News};
pub use asked::{Asked, Wrong};
pub use clock::{Clock, Played, Wall};
pub use deliver::{
    Channel, Delivered, Mail, Secret, Security, Target, deliver, dry_run, is_mail_address, is_web_address,
    one_line, post, shown_address, shown_command, shown_test, standing, subject, test, text,
};
pub use following::{example, find, name_of, raise, word, would_find};
pub use health::{Health, State, ago, rough};
pub use look::{Found, look, subscription};
pub use subscriptions::{as_list, pause, resume};
pub use taking::{keep, read, row, told};
pub use update::{LONGEST_RUN, Told, Updated, Updater, Which};
