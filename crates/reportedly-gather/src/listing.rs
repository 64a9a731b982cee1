//! From what a feed or a sitemap says of a page to what a page's reader takes.

use crate::{feeds, sitemap};
use reportedly_read::{Listing, ListingKind, When};

impl From<&feeds::Item> for Listing {
    /// A date that was not believed when the feed was read is left out. Who publishes the feed is not said by its items.
    fn from(item: &feeds::Item) -> Self {
        Self {
            kind: ListingKind::Feed,
            title: Some(item.title.clone()).filter(|title| !title.is_empty()),
            text: item.text.clone(),
            whole: item.whole,
            published: believed(item.published.as_ref(), item.published_text.as_ref()),
            updated: believed(item.updated.as_ref(), item.updated_text.as_ref()),
            authors: item.authors.clone(),
            source: item.source.as_ref().map(|source| source.name.clone()).filter(|name| !name.is_empty()),
            source_url: item.source.as_ref().and_then(|source| source.url.clone()),
            credits: item.credits.clone(),
            outlet: None,
            language: item.language.clone(),
        }
    }
}

impl From<&sitemap::News> for Listing {
    fn from(news: &sitemap::News) -> Self {
        Self {
            kind: ListingKind::Sitemap,
            title: news.title.clone(),
            published: believed(news.published.as_ref(), news.published_text.as_ref()),
            outlet: news.outlet.clone(),
            language: news.language.clone(),
            ..Self::default()
        }
    }
}

/// The words of a date, where it could be read and be believed.
fn believed(date: Option<&When>, words: Option<&String>) -> Option<String> {
    date.and(words).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_says_what_its_feed_said_and_no_date_that_was_not_believed() {
        let rss = b"<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Gazette</title><item>
            <title>Crane falls at quay four</title><link>https://gazette.example/crane</link>
            <pubDate>Tue, 04 Mar 2031 10:00:00 GMT</pubDate><dc:creator>Ada Quill</dc:creator>
            <source url='https://wire.example/feed'>Harbour Wire</source><dc:rights>Northline</dc:rights>
            <description>The crane fell at noon.</description></item><item><title>Tomorrow</title>
            <link>https://gazette.example/tomorrow</link><pubDate>Tue, 04 Mar 2036 10:00:00 GMT</pubDate></item>
            </channel></rss>";
        let now = "2031-03-04T12:00:00Z".parse().expect("an instant");
        let feed = feeds::read(rss, None, "https://gazette.example/feed", now).expect("a feed");
        let listing = Listing::from(&feed.items[0]);
        let want = Listing {
            kind: ListingKind::Feed,
            title: Some("Crane falls at quay four".to_owned()),
            text: Some("The crane fell at noon.".to_owned()),
            published: Some("Tue, 04 Mar 2031 10:00:00 GMT".to_owned()),
            authors: vec!["Ada Quill".to_owned()],
            source: Some("Harbour Wire".to_owned()),
            source_url: Some("https://wire.example/feed".to_owned()),
            credits: vec!["Northline".to_owned()],
            ..Listing::default()
        };
        assert_eq!(listing, want);
        assert_eq!(Listing::from(&feed.items[1]).published, None);
    }

    #[test]
    fn a_news_sitemap_says_who_published_what_and_when() {
        let xml = b"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://wire.example/a</loc>
            <n:news><n:publication><n:name>Harbour Wire</n:name><n:language>en</n:language></n:publication>
            <n:publication_date>2031-03-04</n:publication_date><n:title>Crane falls</n:title></n:news></url></urlset>";
        let Some(sitemap::Sitemap::Pages(pages)) = sitemap::read(xml, None).sitemap else {
            panic!("a sitemap")
        };
        let want = Listing {
            kind: ListingKind::Sitemap,
            title: Some("Crane falls".to_owned()),
            published: Some("2031-03-04".to_owned()),
            outlet: Some("Harbour Wire".to_owned()),
            language: Some("en".to_owned()),
            ..Listing::default()
        };
        assert_eq!(pages[0].news.as_ref().map(Listing::from), Some(want));
    }
}
