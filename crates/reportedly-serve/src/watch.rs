//! What every request passes: it is timed, counted and logged, and whatever becomes of its page, it is answered.

use crate::{Desk, answer, pages};
use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Response, StatusCode},
    middleware::Next,
};
use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// What is asked for by programs, again and again: it is counted, and logged only where somebody looks closely.
const QUIET: [&str; 4] = ["/assets/{name}", "/healthz", "/readyz", "/metrics"];
/// The route of what is no page.
const NOWHERE: &str = "none";

/// Lets a request through to its page.
pub async fn watch(State(desk): State<Desk>, request: Request, next: Next) -> Response<Body> {
    let began = Instant::now();
    let method = request.method().clone();
    let headers = request.headers().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let mut response = finished(&desk, &headers, next.run(request)).await;
    answer::dress(response.headers_mut());
    let took = began.elapsed();
    let status = response.status();
    let route = matched.as_ref().map_or(NOWHERE, MatchedPath::as_str);
    let route = route.strip_prefix(&*desk.base).unwrap_or(route);
    desk.metrics.count(route, status, took);
    // Neither addresses nor what is searched for: they say what somebody reads.
    let (method, ms, status) = (method.as_str(), millis(took), status.as_u16());
    if status >= 500 {
        tracing::warn!(method, route, status, ms, "request");
    } else if QUIET.contains(&route) {
        tracing::debug!(method, route, status, ms, "request");
    } else {
        tracing::info!(method, route, status, ms, "request");
    }
    response
}

/// In milliseconds, to the tenth.
fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}

/// The answer of a page, which may also panic, or take too long.
async fn finished(
    desk: &Desk,
    headers: &HeaderMap,
    page: impl Future<Output = Response<Body>>,
) -> Response<Body> {
    let mut page = pin!(page);
    let page = poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| page.as_mut().poll(context)));
        polled.map_or(Poll::Ready(None), |polled| polled.map(Some))
    });
    match timeout(desk.answering, page).await {
        Ok(Some(response)) => response,
        Ok(None) => pages::broken(desk, headers, StatusCode::INTERNAL_SERVER_ERROR, "broken.page"),
        Err(_) => pages::broken(desk, headers, StatusCode::SERVICE_UNAVAILABLE, "broken.slow"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use axum::{Router, middleware, routing::get};
    use reportedly_library::{Error, Writer};
    use tower::ServiceExt;

    /// What a server answers some of whose pages are broken, and what it has counted after that.
    async fn asked(paths: &[&str]) -> (Vec<u16>, String) {
        async fn slow() {
            tokio::time::sleep(Duration::from_mins(10)).await;
        }
        async fn panics(State(desk): State<Desk>) {
            let read = desk.shelf.read(|_, _| -> Result<(), Error> { panic!("a fault of ours") });
            let _ = read.await;
        }
        async fn fine(State(desk): State<Desk>) -> &'static str {
            if desk.shelf.read(|_, library| library.view(None).map(drop)).await.is_ok() { "fine" } else { "" }
        }
        let folder = tempfile::tempdir().expect("a folder");
        drop(Writer::open(folder.path()).expect("a library"));
        let mut options = Options { base: "/news".to_owned(), ..Options::of(folder.path().to_path_buf()) };
        options.limits.answering = Duration::from_millis(1500);
        let desk = Desk::of(&options, options.listen).expect("a desk");
        let router = Router::new()
            .route("/news/slow", get(slow))
            .route("/news/panics/{id}", get(panics))
            .route("/news/fine", get(fine))
            .route("/news/metrics", get(crate::metrics::show))
            .layer(middleware::from_fn_with_state(desk.clone(), watch))
            .with_state(desk);
        let ask = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            router.clone().oneshot(request).await.expect("an answer")
        };
        let mut statuses = Vec::new();
        for path in paths {
            let response = ask(path).await;
            assert!(response.headers().contains_key("content-security-policy"), "{path}");
            statuses.push(response.status().as_u16());
        }
        let counts = axum::body::to_bytes(ask("/news/metrics").await.into_body(), 1 << 20).await;
        (statuses, String::from_utf8_lossy(&counts.expect("counts")).into_owned())
    }

    #[test]
    fn whatever_becomes_of_a_page_it_is_answered_and_counted() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // More that fail than may read at once: none of them keeps its turn.
        let broken = ["/news/panics/1"; 20];
        let (statuses, counts) = runtime.block_on(asked(
            &[&broken[..], &["/news/slow", "/news/fine", "/news/fine", "/nowhere"]].concat(),
        ));
        assert_eq!(statuses[..20], [500; 20]);
        assert_eq!(statuses[20..], [503, 200, 200, 404]);
        for line in [
            r#"reportedly_http_requests_total{route="/panics/{id}",status="5xx"} 20"#,
            r#"reportedly_http_requests_total{route="/fine",status="2xx"} 2"#,
            r#"reportedly_http_request_duration_seconds_count{route="/slow"} 1"#,
            r#"route="none",status="4xx"} 1"#,
            "reportedly_http_connections 0",
        ] {
            assert!(counts.contains(line), "{line}: {counts}");
        }
        assert!(counts.ends_with("# EOF\n"));
    }
}
