//! What people do with subscriptions, whichever way they say it.

use crate::Asked;
use reportedly_gather::{
    fetch::without_password,
    opml::{self, Feed},
    pace::Trouble,
};
use reportedly_library::{Error, Subscription, Writer};

/// What a list of subscriptions that is handed on is called.
const TITLE: &str = "Subscriptions of reportedly";

/// Asks a subscription no more, for now.
pub fn pause(writer: &mut Writer, subscription: Subscription) -> Result<(), Error> {
    writer.asked(&Subscription { paused: true, ..subscription })
}

/// Asks one again that was paused, or gone, at once.
pub fn resume(writer: &mut Writer, mut subscription: Subscription) -> Result<(), Error> {
    let mut asked = Asked::parse(subscription.asked.as_deref());
    if asked.wrong.as_ref().is_some_and(|wrong| wrong.kind == Trouble::Gone) {
        // Somebody believes that it is there again.
        asked.wrong = None;
        subscription.asked = Some(asked.json());
    }
    (subscription.paused, subscription.due_at) = (false, None);
    writer.asked(&subscription)
}

/// Subscriptions as feed readers take them (OPML), without passwords, since lists are handed on to others; and how many
/// had one.
pub fn as_list(all: &[Subscription]) -> (String, usize) {
    let secret = all.iter().filter(|s| without_password(&s.url) != s.url).count();
    let feed = |s: &Subscription| Feed {
        url: without_password(&s.url),
        title: s.title.clone(),
        site: s.site.clone(),
        folders: s.folders.clone(),
    };
    let feeds: Vec<Feed> = all.iter().map(feed).collect();
    (opml::write(&feeds, TITLE), secret)
}
