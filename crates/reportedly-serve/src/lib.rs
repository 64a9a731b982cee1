//! The newsroom in the browser: pages over HTTP from a library, readable without a script.
//!
//! Everything is drawn here, on the server: HTML by templates, the graph of origins as SVG. What a page says follows
//! from the library and the address alone, so that an address can be sent to somebody else.

mod answer;
mod assets;
mod connections;
mod dates;
mod front;
mod graph;
mod kept;
mod metrics;
mod pages;
mod reader;
mod shelf;
mod story;
mod watch;
mod words;

use answer::guard;
use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};
pub use connections::Limits;
use kept::Kept;
use metrics::Metrics;
use shelf::Shelf;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;

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
}

impl Options {
    /// A library's newsroom where nobody says otherwise: on a loopback address, at the root.
    pub fn of(folder: PathBuf) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        Self { folder, listen, base: String::new(), limits: Limits::default() }
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
    base: Arc<str>,
    listen: SocketAddr,
    metrics: Arc<Metrics>,
    kept: Arc<Kept>,
    /// How long an answer may take.
    answering: Duration,
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
    let shelf = Arc::new(Shelf::open(&options.folder)?);
    let metrics = Arc::new(Metrics::new());
    let desk = Desk {
        shelf: Arc::clone(&shelf),
        base: options.base.as_str().into(),
        listen,
        metrics: Arc::clone(&metrics),
        kept: Arc::default(),
        answering: options.limits.answering,
    };
    started(listen);
    // Whoever comes first is not to wait for the news to be made; what went wrong is said to them.
    tokio::spawn(async move { drop(shelf.front().await) });
    let router = router(desk).layer(DefaultBodyLimit::max(options.limits.body));
    connections::serve(listener, router, &options.limits, &metrics.connections, stop).await;
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
        .route(&at("/assets/{name}"), get(assets::show))
        .route(&at("/healthz"), get(|| async { "ok\n" }))
        .route(&at("/readyz"), get(pages::ready))
        .route(&at("/metrics"), get(metrics::show))
        .fallback(pages::missing);
    let pages = pages.layer(middleware::from_fn_with_state(desk.clone(), kept::kept));
    let pages = pages.layer(middleware::from_fn_with_state(desk.clone(), guard));
    pages.layer(middleware::from_fn_with_state(desk.clone(), watch::watch)).with_state(desk)
}
