//! What is followed while the fortnight is played, and a receiver that is down for a part of it.

use crate::{
    Failure,
    checks::Wrong,
    server::lock,
    show,
    world::{DAY, START, World},
};
use axum::{Router, extract::Request, http::StatusCode};
use jiff::Timestamp;
use reportedly_follow::{Channel, Secret, Target, deliver, raise};
use reportedly_library::{Followed, Library, Writer};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

/// What is searched for, and followed.
const SEARCHES: &[(&str, &str)] = &[
    ("bridge", "\"tide bridge\" \"ministry of works\" Monday"),
    ("dam", "\"mill dam\" council Friday"),
    ("tower", "\"water tower\" \"road office\""),
];
/// The name of the receiver.
const DESK: &str = "desk";
/// Runs of update after which what is followed is looked at.
const EVERY: usize = 18;

/// What the receiver was sent: the alert's id, which try it was, and whether it took it.
type Sent = Vec<(String, u32, bool)>;

pub struct Receiver {
    target: Target,
    sent: Arc<Mutex<Sent>>,
    story: Mutex<bool>,
}

impl Receiver {
    /// A webhook that is down for a day after a third of the time.
    pub fn start(world: &World, clock: Arc<Mutex<Timestamp>>) -> Result<Self, Failure> {
        let days = (world.end - START) / DAY;
        let down = if days < 3 { 0..0 } else { START + days / 3 * DAY..START + (days / 3 + 1) * DAY };
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        listener.set_nonblocking(true)?;
        let sent: Arc<Mutex<Sent>> = Arc::default();
        let seen = Arc::clone(&sent);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || {
            runtime.block_on(async move {
                let router = Router::new().fallback(move |request: Request| {
                    let now = lock(&clock).as_second();
                    let header = |name: &str| {
                        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
                        value.unwrap_or_default().to_owned()
                    };
                    let (id, attempt) = (header("reportedly-alert"), header("reportedly-attempt"));
                    let takes = !down.contains(&now);
                    lock(&seen).push((id, attempt.parse().unwrap_or_default(), takes));
                    async move { if takes { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE } }
                });
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, router).await
            })
        });
        let channel =
            Channel::Webhook { url: Secret(url), secret: Some(Secret("a shared secret".to_owned())) };
        Ok(Self { target: Target { name: DESK.to_owned(), channel }, sent, story: Mutex::new(false) })
    }

    pub fn follow(writer: &mut Writer, now: Timestamp) -> Result<(), Failure> {
        for (name, query) in SEARCHES {
            writer.follow(name, &Followed::Search((*query).to_owned()), &[DESK.to_owned()], now)?;
        }
        Ok(())
    }

    /// Looks for what is new, and sends what is due. The first story that is told of is followed from then on.
    pub fn look(
        &self,
        folder: &Path,
        writer: &mut Writer,
        now: Timestamp,
        run: usize,
    ) -> Result<(), Failure> {
        if !run.is_multiple_of(EVERY) {
            return Ok(());
        }
        let raised = raise(writer, &Library::open(folder)?, now)?;
        let mut followed = lock(&self.story);
        if let Some(alert) = raised.first().filter(|_| !*followed) {
            writer.follow("story", &Followed::Story(alert.story.clone()), &[DESK.to_owned()], now)?;
            *followed = true;
        }
        deliver(writer, std::slice::from_ref(&self.target), now)?;
        Ok(())
    }

    /// Each alert is made once and delivered, and each repeat can be told.
    pub fn check(&self, folder: &Path, wrong: &mut Wrong) -> Result<(), Failure> {
        const TWICE: &str = "alerts that were made twice";
        const LOST: &str = "alerts that were not delivered";
        const AGAIN: &str = "alerts that were taken more than once";
        const UNTOLD: &str = "repeats that cannot be told from the first try";
        for what in [TWICE, LOST, AGAIN, UNTOLD] {
            wrong.about(what);
        }
        let alerts = Library::open(folder)?.alerts(usize::MAX)?;
        let mut ids = FxHashSet::default();
        let mut tries: FxHashMap<String, (u32, usize)> = FxHashMap::default();
        let sent = lock(&self.sent);
        for (id, attempt, taken) in sent.iter() {
            let (last, took) = tries.entry(id.clone()).or_default();
            if *attempt <= *last {
                wrong.add(UNTOLD, || format!("{id}: {attempt} after {last}"));
            }
            *last = *attempt;
            *took += usize::from(*taken);
        }
        for alert in &alerts {
            if !ids.insert(&alert.id) {
                wrong.add(TWICE, || format!("{} of {}", alert.id, alert.follow));
            }
            match tries.get(&alert.id).map_or(0, |(_, took)| *took) {
                0 => wrong.add(LOST, || format!("{} of {}: {:?}", alert.id, alert.follow, alert.deliveries)),
                1 => {}
                n => wrong.add(AGAIN, || format!("{}: {n} times", alert.id)),
            }
        }
        show("alerts", alerts.len() as f64, "");
        show("   tries to deliver them", sent.len() as f64, "");
        Ok(())
    }
}
