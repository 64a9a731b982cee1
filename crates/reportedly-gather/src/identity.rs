//! What an article is called where nobody gave it a name.

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

/// Parameters that say how a reader came to a page, not which page it is.
const TRACKING: &[&str] =
    &["fbclid", "gclid", "igshid", "mc_cid", "mc_eid", "cmpid", "ref", "ref_src", "smid", "amp"];

/// Sixteen hexadecimal digits from the page's canonical address, else from its bytes.
///
/// An address that names a whole site cannot tell its pages apart and does not count.
pub fn article_id(url: Option<&str>, bytes: &[u8]) -> String {
    let canonical = url.and_then(canonical);
    let hash = canonical.map_or_else(|| xxh3_64(bytes), |url| xxh3_64(url.as_bytes()));
    format!("{hash:016x}")
}

/// An address without scheme, `www.`, fragment, tracking parameters and closing slash.
pub(crate) fn canonical(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let mut out = format!("{host}{}", url.path().trim_end_matches('/'));
    let mut parameters: Vec<_> =
        url.query_pairs().filter(|(k, _)| !k.starts_with("utm_") && !TRACKING.contains(&&**k)).collect();
    parameters.sort();
    for (key, value) in &parameters {
        for part in ["&", key, "=", value] {
            out.push_str(part);
        }
    }
    (out.len() > host.len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::article_id;

    #[test]
    fn one_article_has_one_id_however_it_was_reached() {
        let id = |url| article_id(Some(url), b"page");
        let one = id("https://www.wire.example/quay/?utm_source=mail#top");
        assert_eq!(one, id("http://wire.example/quay"));
        assert_ne!(one, id("https://wire.example/quay?page=2"));
        assert_eq!(id("https://wire.example/"), article_id(None, b"page"));
        assert_eq!(id("no address"), article_id(None, b"page"));
        assert_ne!(article_id(None, b"a"), article_id(None, b"b"));
    }
}
