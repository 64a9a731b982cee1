//! The newsroom in the browser: pages over HTTP from a library, readable without a script.
//!
//! Everything is drawn here, on the server: HTML by templates, the graph of origins as SVG. What a page says follows
//! from the library and the address alone, so that an address can be sent to somebody else.

mod answer;
mod assets;
mod connections;
mod counting;
mod dates;
mod digest;
mod forms;
mod front;
mod graph;
mod hot;
mod kept;
mod metrics;
mod pages;
mod pen;
mod reader;
mod related;
mod shelf;
mod story;
mod upkeep;
mod watch;
mod words;

use answer::guard;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
pub use connections::Limits;
use counting::Counting;
use forms::Seal;
use kept::Kept;
use metrics::Metrics;
use pen::Pen;
use reportedly_gather::fetch::Fetcher;
use shelf::Shelf;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, time::timeout};
pub use upkeep::Upkeep;
use upkeep::Wishes;

/// How long the work in the background may take to end.
const ENDING: Duration = Duration::from_secs(3);
/// Bytes of a list of subscriptions that is sent.
const LIST: usize = 5 << 20;

/// How the server is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The library.
    pub folder: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The path under which a reverse proxy hands over, without a closing slash; empty for none.
    pub base: String,
    /// What a connection may take.
    pub limits: Limits,
    /// How the library is kept up to date, and who is told.
    pub upkeep: Upkeep,
}

impl Options {
    /// A library's newsroom where nobody says otherwise: on a loopback address, at the root.
    pub fn of(folder: PathBuf) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        let upkeep = Upkeep::default();
        Self { folder, listen, base: String::new(), limits: Limits::default(), upkeep }
    }
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nobody to log in yet, so it is for one person on one machine.
    #[error(
        "{0} can be reached from other machines, and whoever reaches it could read and change everything, for there are no accounts yet: listen on 127.0.0.1 or [::1], and put a proxy that asks for a password before it"
    )]
    Open(SocketAddr),
    /// The address is taken, or not ours.
    #[error("{0}: {1}; {cure}", cure = cure(.1))]
    Listen(SocketAddr, io::Error),
    /// The library.
    #[error(transparent)]
    Library(#[from] reportedly_library::Error),
    /// Nothing to make tokens of.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// Nothing to ask the network with.
    #[error("nothing can be fetched: {0}")]
    Network(String),
}

/// What to do about an address that cannot be had.
fn cure(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "something else listens there, perhaps another newsroom: end it, or give another port with --listen \
             127.0.0.1:PORT (0 takes a free one)"
        }
        io::ErrorKind::PermissionDenied => "ports below 1024 are the system's: give one above with --listen",
        _ => "give another address with --listen",
    }
}

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Desk {
    shelf: Arc<Shelf>,
    /// What is counted over all of it.
    counting: Arc<Counting>,
    base: Arc<str>,
    listen: SocketAddr,
    metrics: Arc<Metrics>,
    kept: Arc<Kept>,
    /// How long an answer may take.
    answering: Duration,
    seal: Arc<Seal>,
    pen: Arc<Pen>,
    wishes: Arc<Wishes>,
    upkeep: Arc<Upkeep>,
    fetcher: Fetcher,
}

impl Desk {
    fn of(options: &Options, listen: SocketAddr) -> Result<Self, Error> {
        let fetcher = Fetcher::new(options.upkeep.network.clone());
        let shelf = Arc::new(Shelf::open(&options.folder)?);
        Ok(Self {
            counting: Counting::of(Arc::clone(&shelf)),
            shelf,
            base: options.base.as_str().into(),
            listen,
            metrics: Arc::new(Metrics::new()),
            kept: Arc::default(),
            answering: options.limits.answering,
            seal: Arc::new(Seal::new()?),
            pen: Arc::new(Pen::new(&options.folder)),
            wishes: Arc::default(),
            upkeep: Arc::new(options.upkeep.clone()),
            fetcher: fetcher.map_err(|e| Error::Network(e.to_string()))?,
        })
    }
}

/// Serves until `stop` comes; what is under way is answered first. `started` is told the address.
pub async fn serve(
    options: Options,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    if !options.listen.ip().is_loopback() {
        return Err(Error::Open(options.listen));
    }
    let listener = TcpListener::bind(options.listen).await.map_err(|e| Error::Listen(options.listen, e))?;
    let listen = listener.local_addr().map_err(|e| Error::Listen(options.listen, e))?;
    let desk = Desk::of(&options, listen)?;
    let metrics = Arc::clone(&desk.metrics);
    started(listen);
    // Whoever comes first is not to wait for the news to be made; what went wrong is said to them.
    let shelf = Arc::clone(&desk.shelf);
    tokio::spawn(async move { drop(shelf.front().await) });
    let (end, ended) = tokio::sync::watch::channel(false);
    let upkeep = tokio::spawn(upkeep::keep(desk.clone(), ended));
    let router = router(desk).layer(DefaultBodyLimit::max(options.limits.body));
    connections::serve(listener, router, &options.limits, &metrics.connections, stop).await;
    end.send_replace(true);
    // What does not end by then ends with the process: what it has written is whole.
    let _ = timeout(ENDING, upkeep).await;
    Ok(())
}

fn router(desk: Desk) -> Router {
    // Not nested, for then the room at the root would have no closing slash.
    let at = |path: &str| format!("{}{path}", desk.base);
    let pages = Router::new()
        .route(&at("/"), get(pages::feed::show))
        .route(&at("/stories/{id}"), get(pages::story::show))
        .route(&at("/articles/{id}"), get(pages::article::show))
        .route(&at("/articles/{id}/kept"), get(pages::article::kept))
        .route(&at("/search"), get(pages::search::show))
        .route(&at("/keys"), get(pages::keys::show))
        .route(&at("/manifest.webmanifest"), get(assets::manifest))
        .route(&at("/subscriptions"), get(pages::subscriptions::show))
        .route(&at("/subscriptions.opml"), get(pages::subscriptions::list))
        .route(&at("/subscriptions/add"), post(pages::subscriptions::add))
        .route(&at("/subscriptions/take"), post(pages::subscriptions::take))
        .route(&at("/subscriptions/change"), post(pages::subscriptions::change))
        .route(
            &at("/subscriptions/remove"),
            get(pages::subscriptions::ask_to_remove).post(pages::subscriptions::remove),
        )
        .route(
            &at("/subscriptions/import"),
            post(pages::subscriptions::import).layer(DefaultBodyLimit::max(LIST)),
        )
        .route(&at("/alerts"), get(pages::alerts::show))
        .route(&at("/alerts/follow"), get(pages::alerts::ask_to_follow).post(pages::alerts::follow))
        .route(&at("/alerts/unfollow"), get(pages::alerts::ask_to_unfollow).post(pages::alerts::unfollow))
        .route(&at("/alerts/test"), get(pages::alerts::ask_to_test).post(pages::alerts::send_test))
        .route(&at("/alerts/retry"), post(pages::alerts::retry))
        .route(&at("/settings"), get(pages::settings::show).post(pages::settings::change))
        .route(&at("/settings/digest"), post(pages::settings::digest))
        .route(&at("/hot"), get(pages::hot::show))
        .route(&at("/topics"), get(pages::topics::show))
        .route(&at("/topics/{name}"), get(pages::topics::topic))
        .route(&at("/outlets"), get(pages::outlets::show))
        .route(&at("/outlets/{name}"), get(pages::outlets::outlet))
        .route(&at("/video"), get(pages::videos::show))
        .route(&at("/assets/{name}"), get(assets::show))
        .route(&at("/healthz"), get(|| async { "ok\n" }))
        .route(&at("/readyz"), get(pages::ready))
        .route(&at("/metrics"), get(metrics::show))
        .fallback(pages::missing);
    let pages = if desk.base.is_empty() { pages } else { pages.route(&desk.base, get(pages::with_slash)) };
    let pages = pages.layer(middleware::from_fn_with_state(desk.clone(), kept::kept));
    let pages = pages.layer(middleware::from_fn_with_state(desk.clone(), pages::in_words));
    let pages = pages.layer(middleware::from_fn_with_state(desk.clone(), guard));
    pages.layer(middleware::from_fn_with_state(desk.clone(), watch::watch)).with_state(desk)
}
