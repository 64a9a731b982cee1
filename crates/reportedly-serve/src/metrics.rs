//! What is counted for whoever runs the server, in the words of Prometheus.

use crate::{Desk, answer::plain};
use axum::{
    body::Body,
    extract::State,
    http::{Response, StatusCode, header},
    response::IntoResponse,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::time::Duration;

/// Seconds that answers are sorted by.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// What the counts are sent as.
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a request was for, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: String,
    /// "2xx", "4xx".
    status: String,
}

/// What a request was for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Room {
    route: String,
}

type Histograms = Family<Room, Histogram, fn() -> Histogram>;

/// All counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    seconds: Histograms,
    articles: Gauge,
    stories: Gauge,
    /// Runs of what is done in the background, and what they brought.
    pub updates: Updates,
    /// Connections that are open.
    pub connections: Gauge,
}

/// What is counted of updates.
#[derive(Debug)]
pub struct Updates {
    /// Runs that came to their end or handed over.
    pub runs: Counter,
    /// Runs that went wrong.
    pub failed: Counter,
    /// Subscriptions that were asked, and those of them that something went wrong with.
    pub asked: Counter,
    pub wrong: Counter,
    /// New observations.
    pub observations: Counter,
    /// When the last run ended, in seconds since 1970.
    pub last: Gauge,
}

impl Metrics {
    /// With nothing counted.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("reportedly");
        let requests = Family::default();
        registry.register(
            "http_requests",
            "Requests, by what was asked for and what came of it",
            requests.clone(),
        );
        let seconds = Histograms::new_with_constructor(|| Histogram::new(SECONDS));
        let about = "How long answers took to make";
        registry.register_with_unit("http_request_duration", about, Unit::Seconds, seconds.clone());
        let mut gauge = |name: &str, about: &str| {
            let gauge = Gauge::default();
            registry.register(name, about, gauge.clone());
            gauge
        };
        let connections = gauge("http_connections", "Connections that are open");
        let articles = gauge("library_articles", "Articles in the library when the news was last made");
        let stories = gauge("library_stories", "Stories in the library when the news was last made");
        let last = gauge("update_last", "When the last update ended, in seconds since 1970");
        let mut counter = |name: &str, about: &str| {
            let counter = Counter::default();
            registry.register(name, about, counter.clone());
            counter
        };
        let updates = Updates {
            runs: counter("updates", "Updates that came to their end, or handed over to a change"),
            failed: counter("updates_failed", "Updates that went wrong"),
            asked: counter("update_subscriptions", "Subscriptions that updates asked"),
            wrong: counter("update_subscriptions_failed", "Subscriptions that did not answer well"),
            observations: counter("update_observations", "New observations that updates brought"),
            last,
        };
        Self { registry, requests, seconds, articles, stories, updates, connections }
    }

    /// Counts a request.
    pub fn count(&self, route: &str, status: StatusCode, took: Duration) {
        let class = format!("{}xx", status.as_u16() / 100);
        self.requests.get_or_create(&Asked { route: route.to_owned(), status: class }).inc();
        self.seconds.get_or_create(&Room { route: route.to_owned() }).observe(took.as_secs_f64());
    }
}

/// Gives the counts.
pub async fn show(State(desk): State<Desk>) -> Response<Body> {
    let metrics = &desk.metrics;
    if let Some(front) = desk.shelf.last_front() {
        metrics.articles.set(front.articles as i64);
        metrics.stories.set(front.stories as i64);
    }
    let mut text = String::new();
    match encode(&mut text, &metrics.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")], text).into_response(),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the counts cannot be written\n"),
    }
}
