//! Alerts sent to whoever wishes to hear of them, at least once.
//!
//! Each receiver has a lane: what is for it goes one after the other, in order, on a thread of its own, so that one
//! that is down or hangs delays nobody else. A try is counted before it is made and what came of it is noted after the
//! receiver's answer; a run that ends in between is followed by a repeat with the same id and a higher count.

mod prepare;
mod send;
mod target;
mod wording;

pub use target::{
    Channel, Mail, Secret, Security, Target, is_mail_address, is_web_address, shown_address, shown_command,
};
pub use wording::{one_line, subject, text};

use crate::{Alert, AlertOrigin, Link, News};
use jiff::{SignedDuration, Timestamp};
use prepare::{Parcel, Prepared};
use reportedly_library::{Delivery, Due, Error, Library, Outcome, Writer};
use send::{Failure, PATIENCE, send};
use std::{
    collections::VecDeque,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

/// The first wait after trouble; each further one is twice as long.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
/// The same after a refusal, which does not pass by itself.
const FIRST_WAIT_REFUSED: SignedDuration = SignedDuration::from_hours(1);
/// The longest wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);
/// An alert of this age is given up after one more failure.
const GIVEN_UP: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Refusals in a row after which a receiver is left alone in this run: it refuses everything.
const REFUSALS: u32 = 3;
/// After so long no more is begun in one run: the rest stays due.
const RUN: Duration = Duration::from_mins(2);
/// How long a lane may be silent about one message, whatever its receiver does.
const SILENCE: Duration = PATIENCE.saturating_mul(3);

/// What came of delivering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Alerts that arrived, counted once for each receiver.
    pub delivered: usize,
    /// Those whom at least one reached.
    pub reached: Vec<String>,
    /// Alerts that were given up.
    pub given_up: usize,
    /// What went wrong with which receiver, the last of each.
    pub failed: Vec<(String, String)>,
}

impl Delivered {
    /// Those whom something was sent and nothing reached.
    pub fn unreached(&self) -> impl Iterator<Item = &str> {
        let failed = self.failed.iter().map(|(name, _)| name);
        failed.filter(|name| !self.reached.contains(name)).map(String::as_str)
    }
}

/// Sends what is due. `now` is the time as it begins.
pub fn deliver(writer: &mut Writer, targets: &[Target], now: Timestamp) -> Result<Delivered, Error> {
    let begun = Instant::now();
    let clock = || {
        let passed = SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
        now.checked_add(passed).unwrap_or(now)
    };
    let mut told = Delivered::default();
    let (answer, answers) = mpsc::channel();
    let mut lanes = Vec::new();
    for target in targets {
        let queue: VecDeque<Due> = writer.due(&target.name, now)?.into();
        if !queue.is_empty() {
            lanes.push(Lane { target, queue, jobs: None, busy: None, refusals: 0 });
        }
    }
    let mut notes: Vec<(i64, &str, Outcome)> = Vec::new();
    loop {
        let mut jobs = Vec::new();
        for (place, lane) in lanes.iter_mut().enumerate() {
            if lane.busy.is_some() || begun.elapsed() >= RUN {
                continue;
            }
            jobs.extend(lane.next(clock(), &mut notes, &mut told).map(|job| (place, job)));
        }
        // That it is tried is on disk before it is.
        if !notes.is_empty() {
            writer.note_deliveries(&notes)?;
            notes.clear();
        }
        for (place, job) in jobs {
            lanes[place].begin(place, job, &answer);
        }
        let Some(until) = lanes.iter().filter_map(|l| l.busy.as_ref()).map(|b| b.since + SILENCE).min()
        else {
            return Ok(told);
        };
        wait(&answers, until, |place: usize, came: Result<(), Failure>| {
            lanes[place].ended(came, clock(), &mut notes, &mut told);
        });
        for lane in &mut lanes {
            if lane.busy.as_ref().is_some_and(|b| b.since.elapsed() >= SILENCE) {
                let silent = Failure::trouble(format!("no end of it within {} seconds", SILENCE.as_secs()));
                lane.ended(Err(silent), clock(), &mut notes, &mut told);
                lane.queue.clear();
            }
        }
    }
}

/// Waits until something is answered, and takes all that is.
fn wait(
    answers: &Receiver<(usize, Result<(), Failure>)>,
    until: Instant,
    mut take: impl FnMut(usize, Result<(), Failure>),
) {
    match answers.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok((place, came)) => take(place, came),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
    }
    while let Ok((place, came)) = answers.try_recv() {
        take(place, came);
    }
}

/// How a delivery stands, in one word; `known` are the receivers that there are.
pub fn standing(delivery: &Delivery, known: &[&str]) -> &'static str {
    match delivery {
        Delivery { delivered_at: Some(_), .. } => "delivered",
        Delivery { given_up_at: Some(_), .. } => "given up",
        Delivery { due_at: None, .. } => "dropped",
        Delivery { target, .. } if !known.contains(&target.as_str()) => "not configured",
        Delivery { refused: true, .. } => "refused",
        Delivery { failed: Some(_), .. } => "failed",
        Delivery { .. } => "due",
    }
}

/// A message on its way to a lane's thread.
type Job = (Prepared, Timestamp);

/// What is for one receiver.
struct Lane<'t> {
    target: &'t Target,
    queue: VecDeque<Due>,
    jobs: Option<Sender<Job>>,
    busy: Option<Busy>,
    refusals: u32,
}

/// What is being tried.
struct Busy {
    due: Due,
    since: Instant,
}

impl<'t> Lane<'t> {
    /// The next message, its try noted.
    fn next(
        &mut self,
        now: Timestamp,
        notes: &mut Vec<(i64, &'t str, Outcome)>,
        told: &mut Delivered,
    ) -> Option<Job> {
        while let Some(due) = self.queue.pop_front() {
            let parsed: Result<Alert, _> = serde_json::from_str(&due.body);
            let alert = match parsed {
                Ok(alert) if due.attempts > 0 || !is_old(&due, now) => alert,
                Ok(_) => {
                    let said = "it was more than a week old before it could be sent";
                    self.give_up(&due, said.to_owned(), now, notes, told);
                    continue;
                }
                Err(e) => {
                    self.give_up(&due, format!("it cannot be read: {e}"), now, notes, told);
                    continue;
                }
            };
            let attempt = due.attempts.saturating_add(1);
            let parcel = Parcel { alert: &alert, attempt, now, test: false };
            let message = Prepared::of(self.target, &parcel);
            notes.push((due.sequence, &self.target.name, Outcome::Trying(later(now, attempt, FIRST_WAIT))));
            self.busy = Some(Busy { due: Due { attempts: attempt, ..due }, since: Instant::now() });
            match message {
                Ok(message) => return Some((message, now)),
                Err(said) => {
                    self.ended(Err(Failure { said, refused: true, after: None }), now, notes, told);
                }
            }
        }
        None
    }

    /// Hands a message to the lane's thread.
    fn begin(&mut self, place: usize, job: Job, answer: &Sender<(usize, Result<(), Failure>)>) {
        let jobs = self.jobs.get_or_insert_with(|| {
            let (jobs, waiting) = mpsc::channel::<Job>();
            let answer = answer.clone();
            // Nobody waits for it where it hangs: it ends with the program.
            thread::spawn(move || {
                while let Ok((message, now)) = waiting.recv() {
                    if answer.send((place, send(&message, now))).is_err() {
                        return;
                    }
                }
            });
            jobs
        });
        let _ = jobs.send(job);
    }

    /// Notes what came of the message that was tried.
    fn ended(
        &mut self,
        came: Result<(), Failure>,
        now: Timestamp,
        notes: &mut Vec<(i64, &'t str, Outcome)>,
        told: &mut Delivered,
    ) {
        let Some(Busy { due, .. }) = self.busy.take() else { return };
        let name = self.target.name.as_str();
        let failure = match came {
            Ok(()) => {
                self.refusals = 0;
                told.delivered += 1;
                if !told.reached.iter().any(|reached| reached == name) {
                    told.reached.push(name.to_owned());
                }
                notes.push((due.sequence, name, Outcome::Delivered(now)));
                return;
            }
            Err(failure) => failure,
        };
        self.refusals += 1;
        if !failure.refused || self.refusals >= REFUSALS {
            self.queue.clear();
        }
        if is_old(&due, now) {
            self.give_up(&due, failure.said, now, notes, told);
            return;
        }
        let first = if failure.refused { FIRST_WAIT_REFUSED } else { FIRST_WAIT };
        let longest = now.checked_add(LONGEST_WAIT).unwrap_or(now);
        let again = later(now, due.attempts, first).max(failure.after.unwrap_or(now).min(longest));
        tell(told, name, &failure.said);
        notes.push((
            due.sequence,
            name,
            Outcome::Failed { said: failure.said, refused: failure.refused, again },
        ));
    }

    fn give_up(
        &self,
        due: &Due,
        said: String,
        now: Timestamp,
        notes: &mut Vec<(i64, &'t str, Outcome)>,
        told: &mut Delivered,
    ) {
        told.given_up += 1;
        tell(told, &self.target.name, &said);
        notes.push((due.sequence, &self.target.name, Outcome::GivenUp { said, at: now }));
    }
}

fn tell(told: &mut Delivered, target: &str, said: &str) {
    told.failed.retain(|(name, _)| name != target);
    told.failed.push((target.to_owned(), said.to_owned()));
}

fn is_old(due: &Due, now: Timestamp) -> bool {
    now.duration_since(due.made_at) > GIVEN_UP
}

/// When it is tried again after so many tries.
fn later(now: Timestamp, attempts: u32, first: SignedDuration) -> Timestamp {
    let doublings = attempts.saturating_sub(1).min(16);
    let wait = first.checked_mul(1 << doublings).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    now.checked_add(wait).unwrap_or(now)
}

/// What would be sent now: the receiver and the whole message, or what is wrong with it.
pub fn dry_run(
    library: &Library,
    targets: &[Target],
    new: &[(Alert, Vec<String>)],
    now: Timestamp,
) -> Result<Vec<(String, String)>, Error> {
    let mut shown = Vec::new();
    for target in targets {
        let mut alerts = Vec::new();
        for due in library.due(&target.name, now)? {
            let alert: Result<Alert, _> = serde_json::from_str(&due.body);
            alerts.extend(alert.map(|alert| (alert, due.attempts.saturating_add(1))));
        }
        let new = new.iter().filter(|(_, to)| to.contains(&target.name));
        alerts.extend(new.map(|(alert, _)| (alert.clone(), 1)));
        for (alert, attempt) in &alerts {
            let parcel = Parcel { alert, attempt: *attempt, now, test: false };
            let message = match Prepared::of(target, &parcel) {
                Ok(message) => message.shown(),
                Err(said) => format!("cannot be sent: {said}\n"),
            };
            shown.push((target.name.clone(), message));
        }
    }
    Ok(shown)
}

/// Sends an alert that is marked as a test. Errors: what went wrong, in words.
pub fn test(target: &Target, now: Timestamp) -> Result<(), String> {
    let parcel = Parcel { alert: &test_alert(now), attempt: 1, now, test: true };
    send(&Prepared::of(target, &parcel)?, now).map_err(|failure| failure.said)
}

/// The same message, shown in place of being sent.
pub fn shown_test(target: &Target, now: Timestamp) -> Result<String, String> {
    Prepared::of(target, &Parcel { alert: &test_alert(now), attempt: 1, now, test: true }).map(|m| m.shown())
}

/// Sends a letter that is no alert: a digest. The same `id` makes it the same letter to whoever gets it twice. Errors:
/// what went wrong, in words.
pub fn post(by: &Mail, id: &str, subject: &str, body: String, now: Timestamp) -> Result<(), String> {
    send(&prepare::letter(by, id, subject, body, now)?, now).map_err(|failure| failure.said)
}

fn test_alert(now: Timestamp) -> Alert {
    let link = Link {
        article: "test".to_owned(),
        url: Some("https://example.org/ferry".to_owned()),
        title: Some("Harbour board: the ferry will sail again".to_owned()),
        outlet: Some("Example Wire".to_owned()),
        published: None,
    };
    Alert {
        // Each test has an id of its own, so that none is taken for the repeat of another.
        id: format!("test{:012x}", now.as_microsecond() & 0xffff_ffff_ffff),
        follow: "test".to_owned(),
        news: News::Origin,
        story: "test".to_owned(),
        headline: "This is a test of Reportedly's alerts".to_owned(),
        text: "The ferry will sail again in spring".to_owned(),
        before: None,
        status: None,
        origins: vec![AlertOrigin {
            name: "the harbour board".to_owned(),
            kind: Some("org".to_owned()),
            via: Some("Example Wire".to_owned()),
        }],
        independent_origins: Some(1),
        links: vec![link],
        known_at: now,
    }
}
