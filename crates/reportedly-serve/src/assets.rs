//! What is shipped with the program: styles, fonts, scripts. Their addresses change with them, so browsers keep them.

use axum::{
    body::Body,
    extract::Path,
    http::{Response, StatusCode, header},
    response::IntoResponse,
};
use std::sync::LazyLock;
use xxhash_rust::xxh3::xxh3_64;

/// A file: its name, its kind, its bytes.
struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $kind:literal) => {
        Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("../assets/", $name)) }
    };
}

static ASSETS: &[Asset] = &[
    asset!("newsroom.css", "text/css; charset=utf-8"),
    asset!("newsroom.js", "text/javascript; charset=utf-8"),
    asset!("story.js", "text/javascript; charset=utf-8"),
    asset!("htmx.min.js", "text/javascript; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("icon-192.png", "image/png"),
    asset!("icon-512.png", "image/png"),
    asset!("gelasio-latin-400-normal.woff2", "font/woff2"),
    asset!("gelasio-latin-400-italic.woff2", "font/woff2"),
    asset!("gelasio-latin-600-normal.woff2", "font/woff2"),
    asset!("source-sans-3-latin-400-normal.woff2", "font/woff2"),
    asset!("source-sans-3-latin-600-normal.woff2", "font/woff2"),
];

/// All of them together, by hash: the style sheet names the fonts.
static STATE: LazyLock<String> = LazyLock::new(|| {
    let all = ASSETS.iter().fold(0_u64, |state, asset| state.rotate_left(7) ^ xxh3_64(asset.bytes));
    format!("{all:016x}")
});

/// The address of a file.
pub fn address(base: &str, name: &str) -> String {
    format!("{base}/assets/{name}?v={}", *STATE)
}

/// Gives a file.
pub async fn show(Path(name): Path<String>) -> Response<Body> {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.bytes).into_response()
}

/// What a browser needs to know to install the newsroom as a program. All addresses in it are relative to its own, so it
/// is the same below a proxy's path.
pub async fn manifest() -> Response<Body> {
    let headers = [
        (header::CONTENT_TYPE, "application/manifest+json"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, include_str!("../assets/manifest.webmanifest")).into_response()
}

#[cfg(test)]
mod tests {
    /// One that is left open swallows what stands below it, and a browser says nothing.
    #[test]
    fn every_block_of_the_style_sheet_is_closed() {
        let mut open = 0_i32;
        for (line, text) in include_str!("../assets/newsroom.css").lines().enumerate() {
            // A heading of a section stands outside of all blocks.
            assert!(!text.starts_with("/*") || open == 0, "line {}: a block above is left open", line + 1);
            open += text.matches('{').count() as i32 - text.matches('}').count() as i32;
            assert!(open >= 0, "line {}", line + 1);
        }
        assert_eq!(open, 0);
    }
}
