//! Addresses on the web.

use url::Url;

/// Whether an address is one that pages are fetched from. It has a host: without one, `Url` takes no such address.
pub(crate) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

#[cfg(test)]
mod tests {
    use super::is_web;
    use url::Url;

    #[test]
    fn an_address_on_the_web_has_a_host() {
        let base = Url::parse("mailto:desk@wire.example").expect("an address");
        for (address, wanted) in [
            ("http://wire.example/feed", true),
            ("HTTPS://wire.example", true),
            ("https:wire.example", true),
            ("http://", false),
            ("https:///", false),
            ("http:?a", false),
            ("feed://wire.example/rss", false),
            ("ftp://wire.example/", false),
            ("javascript:alert(1)", false),
            ("data:text/html,http://wire.example/", false),
        ] {
            for url in [Url::parse(address), base.join(address)] {
                let url = url.ok().filter(is_web);
                assert_eq!(url.is_some(), wanted, "{address}");
                assert!(url.is_none_or(|url| url.has_host()), "{address}");
            }
        }
    }
}
