//! The newsroom in the browser: pages over HTTP from a library, readable without a script.
//!
//! Everything is drawn here, on the server: HTML by templates, the graph of origins as SVG. What a page says follows
//! from the library and the address alone, so that an address can be sent to somebody else.

mod answer;
mod assets;
mod dates;
mod front;
mod graph;
mod pages;
mod reader;
mod shelf;
mod story;
mod words;

use answer::guard;
use axum::{Router, middleware, routing::get};
use shelf::Shelf;
use std::{future::Future, net::SocketAddr, path::PathBuf, sync::Arc};
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
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nobody to log in yet, so it is for one person on one machine.
    #[error(
        "{0} can be reached from other machines, and there are no accounts yet: listen on 127.0.0.1 or ::1, and put a proxy that asks for a password before it"
    )]
    Open(SocketAddr),
    /// The address is taken, or not ours.
    #[error("{0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The library.
    #[error(transparent)]
    Library(#[from] reportedly_library::Error),
}

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Desk {
    shelf: Arc<Shelf>,
    base: Arc<str>,
    listen: SocketAddr,
}

/// Serves until `stop` comes; what is under way is answered first. `started` is told the address.
pub async fn serve(
    options: Options,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    if !options.listen.ip().is_loopback() {
        return Err(Error::Open(options.listen));
    }
    let listener = TcpListener::bind(options.listen).await.map_err(|e| Error::Listen(options.listen, e))?;
    let listen = listener.local_addr().map_err(|e| Error::Listen(options.listen, e))?;
    let shelf = Arc::new(Shelf::open(&options.folder)?);
    let desk = Desk { shelf, base: options.base.as_str().into(), listen };
    started(listen);
    let served = axum::serve(listener, router(desk)).with_graceful_shutdown(stop).await;
    served.map_err(|e| Error::Listen(listen, e))
}

fn router(desk: Desk) -> Router {
    // Not nested, for then the room at the root would have no closing slash.
    let at = |path: &str| format!("{}{path}", desk.base);
    let pages = Router::new()
        .route(&at("/"), get(pages::feed::show))
        .route(&at("/stories/{id}"), get(pages::story::show))
        .route(&at("/articles/{id}"), get(pages::article::show))
        .route(&at("/search"), get(pages::search::show))
        .route(&at("/assets/{name}"), get(assets::show))
        .route(&at("/healthz"), get(|| async { "ok\n" }))
        .route(&at("/readyz"), get(pages::ready))
        .fallback(pages::missing);
    pages.layer(middleware::from_fn_with_state(desk.clone(), guard)).with_state(desk)
}
