//! What was new in a day, by mail, once a day.
//!
//! What is wished and what was sent stands in the library, so a server that is started again sends nothing twice: that a
//! letter is tried is on disk before it is.

use crate::{
    Desk,
    front::{Front, News},
    reader,
    words::Words,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use reportedly_follow::{Channel, one_line, post};
use reportedly_library::{Error, Library};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use tokio::task::spawn_blocking;

/// The preferences that hold what is wished, and what became of it.
const WISH: &str = "digest";
const SENT: &str = "digest sent";
/// What a letter looks back on, where none was sent for longer.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(24);
/// The same at most, where one was sent late.
const FURTHEST: SignedDuration = SignedDuration::from_hours(48);
/// After a failure it is tried again later on the same day, so often.
const AGAIN: SignedDuration = SignedDuration::from_mins(30);
const TRIES: u32 = 4;
/// Pieces of news in a letter.
const MOST: usize = 60;

/// What somebody wishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// To whom, by the name in the configuration.
    pub to: String,
    /// From which hour of the day on.
    pub hour: i8,
    /// Of the day in this zone.
    pub zone: String,
}

/// What became of the last letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sent {
    /// The day that it was for; there is none more for it.
    pub day: Option<Date>,
    /// When a letter last went out.
    pub at: Option<Timestamp>,
    /// How often it was tried on that day.
    pub tries: u32,
    /// What went wrong with it.
    pub failed: Option<String>,
    /// When it is tried again.
    pub again: Option<Timestamp>,
}

impl Wish {
    fn zone(&self) -> TimeZone {
        reader::zone(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// The day whose letter is due.
    fn due(&self, sent: &Sent, now: Timestamp) -> Option<Date> {
        let local = now.to_zoned(self.zone());
        let (day, again) = (local.date(), sent.again.is_some_and(|again| again <= now));
        (local.hour() >= self.hour && (sent.day.is_none_or(|last| last < day) || again)).then_some(day)
    }

    /// What was sent, as of a change of what is wished: the hour of today that is past has had its letter.
    pub fn since(&self, sent: &Sent, now: Timestamp) -> Sent {
        let local = now.to_zoned(self.zone());
        let past = local.hour() >= self.hour && sent.day != Some(local.date());
        let day = if past { Some(local.date()) } else { sent.day };
        Sent { day, failed: None, again: None, ..sent.clone() }
    }
}

/// What is wished, and what became of the last letter.
pub fn kept(library: &Library) -> Result<(Option<Wish>, Sent), Error> {
    let wish = library.preference(WISH)?.and_then(|wish| serde_json::from_str(&wish).ok());
    let sent = library.preference(SENT)?.and_then(|sent| serde_json::from_str(&sent).ok());
    Ok((wish, sent.unwrap_or_default()))
}

/// Keeps what is wished from now on.
pub async fn wish(desk: &Desk, wish: Option<Wish>) -> Result<(), Error> {
    let (_, sent) = desk.shelf.read(|_, library| kept(library)).await?;
    let now = desk.upkeep.clock.now();
    let sent = wish.as_ref().map_or_else(|| sent.clone(), |wish| wish.since(&sent, now));
    let wish = wish.map(|wish| serde_json::to_string(&wish).unwrap_or_default());
    desk.pen.write(move |writer| writer.prefer(WISH, wish.as_deref())).await?;
    note(desk, &sent).await
}

async fn note(desk: &Desk, sent: &Sent) -> Result<(), Error> {
    let sent = serde_json::to_string(sent).unwrap_or_default();
    desk.pen.write(move |writer| writer.prefer(SENT, Some(&sent))).await
}

/// Sends the letter of today, where one is wished and was not sent.
pub async fn send_when_due(desk: &Desk) -> Result<(), Error> {
    let (wish, sent) = desk.shelf.read(|_, library| kept(library)).await?;
    let now = desk.upkeep.clock.now();
    let Some((wish, day)) = wish.and_then(|wish| wish.due(&sent, now).map(|day| (wish, day))) else {
        return Ok(());
    };
    let back = |by| now.checked_sub(by).unwrap_or(Timestamp::MIN);
    let since = sent.at.map_or_else(|| back(LOOKED_BACK), |at| at.max(back(FURTHEST)));
    let front = desk.shelf.make_front().await?;
    let here = format!("http://{}{}", desk.listen, desk.base);
    let letter = letter(&front, since, now, &wish.zone(), &here);
    let tries = if sent.day == Some(day) { sent.tries + 1 } else { 1 };
    // From here on the day has had its letter, unless it is known that it has not.
    let trying = Sent { day: Some(day), tries, failed: None, again: None, ..sent.clone() };
    note(desk, &trying).await?;
    let Some((subject, body)) = letter else { return Ok(()) };
    let failed = match desk.upkeep.target(&wish.to) {
        Some(Ok(target)) => match target.channel.clone() {
            Channel::Mail(mail) => {
                let id = format!("digest-{day}");
                let sent = spawn_blocking(move || post(&mail, &id, &subject, body, now)).await;
                sent.unwrap_or_else(|e| Err(e.to_string())).err()
            }
            _ => Some("it is no address of mail".to_owned()),
        },
        Some(Err(why)) => Some(why.clone()),
        None => Some("no target of this name in the configuration".to_owned()),
    };
    let done = match failed {
        None => {
            tracing::info!("the digest of {day} was sent to {}", wish.to);
            Sent { at: Some(now), ..trying }
        }
        Some(why) => {
            tracing::warn!("the digest of {day} could not be sent to {}: {why}", wish.to);
            let again = now.checked_add(AGAIN).ok().filter(|_| tries < TRIES);
            Sent { failed: Some(why), again, ..trying }
        }
    };
    note(desk, &done).await
}

/// Subject and text; nothing where nothing was new.
fn letter(
    front: &Front,
    since: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
    here: &str,
) -> Option<(String, String)> {
    let words = Words::of("en");
    let news: Vec<&News> = front.news.iter().filter(|n| since < n.known && n.known <= now).collect();
    let first = news.first()?;
    let day = crate::dates::day(now.to_zoned(zone.clone()).date());
    let developments = news.iter().map(|n| n.developments.len()).sum::<usize>();
    let subject = format!("{}: {}", day, one_line(&first.title));
    let mut text =
        format!("{}, {}\n", words.say("digest.head"), words.count("digest.developments", developments));
    for n in news.iter().take(MOST) {
        let title = one_line(&n.title);
        let _ = write!(text, "\n{title}\n{}\n", crate::dates::moment(n.known, zone));
        for d in &n.developments {
            let statuses: Vec<&str> = d.stands.iter().map(|stand| words.say(stand.word)).collect();
            let who: Vec<String> = d.who.iter().map(|source| one_line(&source.outlet)).collect();
            let _ = writeln!(text, "  {}: {} ({})", statuses.join(", "), one_line(&d.text), who.join(", "));
        }
        if !n.carriers.is_empty() {
            let who: Vec<String> = n.carriers.iter().map(|source| one_line(&source.outlet)).collect();
            let _ = writeln!(text, "  {}", who.join(", "));
        }
        if n.origins > 0 {
            let _ = writeln!(text, "  {}", words.count("origin", n.origins));
        }
        let _ = writeln!(text, "{here}/stories/{}", one_line(&n.story));
    }
    if news.len() > MOST {
        let _ = writeln!(text, "\n{}", words.count("more", news.len() - MOST));
    }
    let _ = write!(text, "\n-- \n{} {here}/settings\n", words.say("digest.foot"));
    Some((subject, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_letter_from_its_hour_on() {
        let wish = Wish { to: "mail".to_owned(), hour: 7, zone: "Europe/Lisbon".to_owned() };
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let on = |day: &str| Sent { day: day.parse().ok(), ..Sent::default() };
        let again = |day: &str, again: &str| Sent { again: Some(at(again)), ..on(day) };
        // In July Lisbon is an hour ahead.
        for (sent, now, due) in [
            (Sent::default(), "2031-07-04T05:59:00Z", false),
            (Sent::default(), "2031-07-04T06:00:00Z", true),
            (on("2031-07-03"), "2031-07-04T21:00:00Z", true),
            (on("2031-07-04"), "2031-07-04T06:01:00Z", false),
            (on("2031-07-04"), "2031-07-05T05:00:00Z", false),
            (again("2031-07-04", "2031-07-04T07:00:00Z"), "2031-07-04T06:59:00Z", false),
            (again("2031-07-04", "2031-07-04T07:00:00Z"), "2031-07-04T07:00:00Z", true),
        ] {
            assert_eq!(wish.due(&sent, at(now)).is_some(), due, "{sent:?} {now}");
        }
        // Whoever wishes for it in the afternoon has the first one in the morning.
        let sent = wish.since(&Sent::default(), at("2031-07-04T14:00:00Z"));
        assert_eq!(wish.due(&sent, at("2031-07-04T14:00:00Z")), None);
        assert!(wish.due(&sent, at("2031-07-05T06:30:00Z")).is_some());
        let early = wish.since(&Sent::default(), at("2031-07-04T02:00:00Z"));
        assert!(wish.due(&early, at("2031-07-04T06:30:00Z")).is_some());
    }
}
