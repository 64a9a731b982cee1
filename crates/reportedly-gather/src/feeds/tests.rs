//! Feeds as outlets write them, well and badly.

use super::*;
use crate::article_id;
use jiff::civil;
use proptest::prelude::*;
use reportedly_read::When;
use std::fmt::Write;

const URL: &str = "https://wire.example/feeds/all.xml";

fn now() -> Timestamp {
    "2031-03-04T12:00:00Z".parse().expect("an instant")
}

fn feed(text: &str) -> Feed {
    read(text.as_bytes(), None, URL, now()).unwrap_or_else(|no| panic!("{no}: {text}"))
}

fn rss(items: &str) -> Feed {
    feed(&format!("<rss version='2.0'><channel><title>Harbour Wire</title>{items}</channel></rss>"))
}

fn titles(feed: &Feed) -> Vec<&str> {
    feed.items.iter().map(|item| item.title.as_str()).collect()
}

#[test]
fn rss_is_read() {
    let feed = feed(
        "<?xml version='1.0' encoding='utf-8'?>
        <rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom' xmlns:dc='http://purl.org/dc/elements/1.1/'
            xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:media='http://search.yahoo.com/mrss/'
            xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>
        <channel><title>Harbour &amp; Wire</title><link>https://wire.example/</link><language>en-GB</language>
        <atom:link rel='self' href='/feeds/all.xml'/><image><title>Logo</title><link>/logo</link></image>
        <ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
        <skipHours><hour>0</hour><hour>24</hour><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>
        <item><title>Crane &lt;i&gt;falls&lt;/i&gt; &amp;amp; blocks quay</title><link>
            /2031/crane?utm_source=rss </link><guid isPermaLink='false'>w-17</guid>
            <pubDate>Tue, 04 Mar 2031 09:15:00 +0100</pubDate>
            <description>A crane fell.</description>
            <content:encoded><![CDATA[<p>A crane fell on quay four on Tuesday.</p>]]></content:encoded>
            <author>desk@wire.example (Petra Lomax)</author><dc:creator>North Agency</dc:creator>
            <source url='https://north.example/feed'>North Agency</source>
            <media:content url='/a.jpg'><media:credit>I. Sorin</media:credit></media:content>
            <dc:source>Quay Post</dc:source></item>
        </channel></rss>",
    );
    assert_eq!((feed.format, feed.title.as_deref()), (Format::Rss, Some("Harbour & Wire")));
    assert_eq!((feed.home.as_deref(), feed.own.as_deref()), (Some("https://wire.example/"), Some(URL)));
    assert_eq!(feed.language.as_deref(), Some("en-gb"));
    let wishes = Wishes { every: Some(Duration::from_mins(30)), skip_hours: 0b1001, skip_days: 0b100_0000 };
    assert_eq!(feed.wishes, wishes);
    let item = &feed.items[0];
    assert_eq!(item.title, "Crane falls & blocks quay");
    assert_eq!(item.link.as_deref(), Some("https://wire.example/2031/crane?utm_source=rss"));
    assert_eq!(item.id, article_id(Some("https://wire.example/2031/crane"), b""));
    assert_eq!(item.guid.as_deref(), Some("w-17"));
    let published: Timestamp = "2031-03-04T08:15:00Z".parse().expect("an instant");
    assert_eq!(item.published, Some(When::Instant(published, 3600)));
    assert_eq!(item.published_text.as_deref(), Some("Tue, 04 Mar 2031 09:15:00 +0100"));
    assert_eq!(item.text.as_deref(), Some("<p>A crane fell on quay four on Tuesday.</p>"));
    assert_eq!((item.whole, item.words), (true, 8));
    assert_eq!(item.authors, ["Petra Lomax", "North Agency"]);
    assert_eq!(
        (item.credits.as_slice(), item.picture_credits.as_slice()),
        (&["Quay Post".to_owned()][..], &["I. Sorin".to_owned()][..])
    );
    let source =
        Source { name: "North Agency".to_owned(), url: Some("https://north.example/feed".to_owned()) };
    assert_eq!(item.source, Some(source));
    assert_eq!(feed.notes, [""; 0]);
}

#[test]
fn atom_is_read() {
    let feed = feed(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><title type='html'>Hafen &amp;amp; Meer</title>
        <link href='https://meer.example/' /><link rel='self' href='https://meer.example/atom'/>
        <link rel='next' href='?page=2'/><author><name>Redaktion</name></author>
        <entry><id>tag:meer.example,2031:17</id><title type='text'>a &lt; b</title>
            <link rel='replies' href='/c'/><link href='/kran' type='text/html'/><link rel='enclosure' href='/a.mp3'/>
            <author><name>Ilse Sorin</name><email>i@meer.example</email></author>
            <published>2031-03-04T09:00:00+01:00</published><updated>2031-03-04T11:00:00Z</updated>
            <summary>Kurz.</summary>
            <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Ein Kran <b>fiel</b> um.</p></div></content>
            <source><title>Nordagentur</title><link href='https://nord.example/'/><id>x</id></source>
            <rights>North Agency</rights></entry></feed>",
    );
    assert_eq!((feed.format, feed.title.as_deref()), (Format::Atom, Some("Hafen & Meer")));
    assert_eq!(feed.language.as_deref(), Some("de"));
    assert_eq!(feed.next.as_deref(), Some("https://wire.example/feeds/all.xml?page=2"));
    let item = &feed.items[0];
    assert_eq!(item.title, "a < b");
    assert_eq!(item.link.as_deref(), Some("https://meer.example/kran"));
    assert_eq!(item.authors, ["Ilse Sorin"]);
    assert_eq!((item.whole, item.words), (true, 4));
    assert!(item.text.as_deref().is_some_and(|text| text.contains("<b>fiel</b>")));
    let source = Source { name: "Nordagentur".to_owned(), url: Some("https://nord.example/".to_owned()) };
    assert_eq!(item.source, Some(source));
    assert_eq!(item.credits, ["North Agency"]);
    assert!(item.published.is_some() && item.updated.is_some());
    let prefixed =
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>One</a:title></a:entry></a:feed>";
    assert_eq!(titles(&self::feed(prefixed)), ["One"]);
}

#[test]
fn json_is_read() {
    let feed = feed(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"Quay Post","home_page_url":"https://quay.example",
        "extra":{"deep":[{}]},"items":[
        {"id":17,"url":"https://quay.example/1","title":"Crane & quay","content_html":"<p>A crane fell.</p>",
         "date_published":"2031-03-04T09:00:00Z","authors":[{"name":"Petra Lomax","url":"x"},"Ada Quill",7],"tags":[1]},
        {"id":"https://quay.example/2","content_text":"a < b","author":{"name":"Ilse Sorin"},"title":null},
        {"title":{"not":"text"}}, 
        {"id":true,"summary":"Short."}]} trailing"#,
    );
    assert_eq!((feed.format, feed.title.as_deref()), (Format::Json, Some("Quay Post")));
    assert_eq!(feed.items[0].guid.as_deref(), Some("17"));
    assert_eq!(feed.items[0].title, "Crane & quay");
    assert_eq!(feed.items[0].authors, ["Petra Lomax", "Ada Quill"]);
    assert_eq!(feed.items[1].link.as_deref(), Some("https://quay.example/2"));
    assert_eq!(feed.items[1].text.as_deref(), Some("a &lt; b"));
    assert_eq!(feed.items[1].authors, ["Ilse Sorin"]);
    assert_eq!(feed.items[3].text.as_deref(), Some("Short."));
    let no = |text: &str| read(text.as_bytes(), None, URL, now()).expect_err(text).to_string();
    assert_eq!(no(r#"{"items":3}"#), "there is no feed but JSON of another kind");
    assert!(no(r#"{"items":[{"#).starts_with("it is not a JSON feed: "));
    let deep = format!("{{\"items\":{}", "[".repeat(100_000));
    assert!(no(&deep).starts_with("it is not a JSON feed: "));
}

#[test]
fn old_rss_is_read() {
    let feed = feed(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'
            xmlns:dc='http://purl.org/dc/elements/1.1/'>
        <channel rdf:about='https://wire.example/'><title>Old Wire</title><link>https://wire.example/</link>
            <items><rdf:Seq><rdf:li resource='/1'/></rdf:Seq></items></channel>
        <image rdf:about='/i'><title>Logo</title></image>
        <item rdf:about='https://wire.example/1'><title>One</title><dc:date>2031-03-04</dc:date></item></rdf:RDF>",
    );
    assert_eq!(feed.title.as_deref(), Some("Old Wire"));
    assert_eq!(feed.items[0].link.as_deref(), Some("https://wire.example/1"));
    assert_eq!(feed.items[0].published, Some(When::Day(civil::date(2031, 3, 4))));
    // No version, another version, upper case.
    assert_eq!(titles(&self::feed("<rss><channel><item><title>One</title></item></channel></rss>")), ["One"]);
    assert_eq!(titles(&self::feed("<RSS version='3'><item><title>One</title></item></RSS>")), ["One"]);
}

#[test]
fn what_is_no_feed_is_said_to_be_something_else() {
    for (text, says) in [
        ("", "the answer is empty"),
        (" \n ", "the answer is empty"),
        ("<!DOCTYPE html><html><head>", "there is no feed but a page"),
        ("<opml version='2.0'>", "there is no feed but an OPML list"),
        ("<?xml version='1.0'?><urlset>", "there is no feed but a sitemap"),
        ("<svg/>", "there is no feed but XML of another kind"),
        ("hello", "there is no feed but something else"),
    ] {
        assert_eq!(read(text.as_bytes(), None, URL, now()).expect_err(text).to_string(), says);
    }
}

#[test]
fn a_fault_costs_what_it_stands_in() {
    let feed = rss(
        "<item><title>One</title></item><item><title>Two</title><description><!oops</description></item>\
                    <item><title>Three</title></item>",
    );
    assert_eq!(titles(&feed), ["One", "Two", "Three"]);
    assert!(feed.notes[0].starts_with("broken XML at byte "), "{:?}", feed.notes);
    // Cut off within an item: it comes again whole, and until then it would be another one. A text that is cut off does
    // not count.
    let cut = "<rss><channel><item><title>One</title></item><item><title>Two</title><description>Half of";
    let feed = self::feed(cut);
    assert_eq!(titles(&feed), ["One"]);
    assert_eq!(feed.notes, ["items broken off, which are not read: 1"]);
    let feed = self::feed("<rss><channel><item><title>One</title><description>Half of");
    assert_eq!((titles(&feed), &feed.items[0].text), (vec!["One"], &None));
    // Where items have addresses, one that a fault took it from is not taken for another article.
    let feed = rss("<item><title>One</title><link>https://a.example/1</link></item>\
         <item><title>Two</title><guid>2</guid><description><!oops</description><link>https://a.example/2</link></item>\
         <item><title>Three</title><link>https://a.example/3</link></item>");
    assert_eq!(titles(&feed), ["One", "Three"]);
    // Before the first item, and with nothing after it.
    assert_eq!(
        titles(&self::feed("<rss><channel><title>A & B</title><![bad <item><title>One</title></item>")),
        ["One"]
    );
}

#[test]
fn text_is_read_in_the_encoding_that_it_is_in() {
    let title = |bytes: &[u8], content_type| {
        let feed = read(bytes, content_type, URL, now()).expect("a feed");
        feed.items[0].title.clone()
    };
    let text = |declared: &str| {
        format!("<?xml version='1.0'{declared}?><rss><item><title>Gr\u{fc}n</title></item></rss>")
    };
    let latin: Vec<u8> = text(" encoding='iso-8859-1'").chars().map(|c| c as u32 as u8).collect();
    assert_eq!(title(&latin, None), "Grün");
    assert_eq!(title(&latin, Some("text/xml; charset=utf-8")), "Grün");
    // Declared as one and written in the other.
    assert_eq!(
        title(text(" encoding='iso-8859-1'").as_bytes(), Some("text/xml; charset=iso-8859-1")),
        "Grün"
    );
    assert_eq!(title(text("").as_bytes(), Some("text/xml")), "Grün");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    assert_eq!(title(&wide(&text(" encoding='utf-16'")), None), "Grün");
    let marked = [b"\xff\xfe".to_vec(), wide(&text(""))].concat();
    assert_eq!(title(&marked, None), "Grün");
    assert_eq!(title(&[b"\xef\xbb\xbf\n ".to_vec(), text("").into_bytes()].concat(), None), "Grün");
}

#[test]
fn an_item_is_one_article_however_often_it_is_met() {
    let ids = |items: &str| rss(items).items.into_iter().map(|item| item.id).collect::<Vec<_>>();
    let one = ids(
        "<item><title>Crane falls</title><link>https://www.wire.example/crane/</link><guid>1</guid></item>",
    );
    // Another GUID, another title, counters in the address, another scheme.
    assert_eq!(
        one,
        ids(
            "<item><title>Crane falls, two hurt</title><link>http://wire.example/crane?utm_medium=x#c</link><guid>2</guid></item>"
        )
    );
    assert_ne!(
        one,
        ids("<item><title>Crane falls</title><link>https://wire.example/other</link><guid>1</guid></item>")
    );
    // Without an address: the GUID, then title and day.
    let guid = ids("<item><title>A</title><guid isPermaLink='false'>17</guid></item>");
    assert_eq!(guid, ids("<item><title>B</title><guid isPermaLink='false'>17</guid></item>"));
    let elsewhere = read(
        b"<rss><item><title>A</title><guid isPermaLink='false'>17</guid></item></rss>",
        None,
        "https://other.example/",
        now(),
    );
    assert_ne!(guid[0], elsewhere.expect("a feed").items[0].id);
    let titled = ids("<item><title>Crane falls</title><pubDate>4 Mar 2031 09:00:00 GMT</pubDate></item>");
    assert_eq!(
        titled,
        ids("<item><title>CRANE FALLS</title><pubDate>4 Mar 2031 10:00:00 GMT</pubDate></item>")
    );
    assert_ne!(
        titled,
        ids("<item><title>Crane falls</title><pubDate>3 Mar 2031 10:00:00 GMT</pubDate></item>")
    );
    // A GUID that is the address; one that says so and is none.
    assert_eq!(one, ids("<item><title>A</title><guid>https://wire.example/crane</guid></item>"));
    assert_eq!(rss("<item><title>A</title><guid>17</guid></item>").items[0].link, None);
    // Twice in one feed.
    let twice = rss(
        "<item><title>A</title><link>/a</link></item><item><title>A</title><link>/a?fbclid=1</link></item>",
    );
    assert_eq!(titles(&twice), ["A"]);
    assert_eq!(twice.notes, ["1 items stand there more than once"]);
    // An address that all share names none of them.
    let list = "<item><title>A</title><link>/news</link><guid>1</guid></item>\
                <item><title>B</title><link>/news</link><guid>2</guid></item>";
    assert_eq!(titles(&rss(list)), ["A", "B"]);
    let live = format!("{list}<item><title>C</title><link>/c</link></item>");
    assert_eq!(titles(&rss(&live)), ["A", "C"]);
}

#[test]
fn dates_that_cannot_be_are_not_believed() {
    let published = |date: &str| {
        let feed = rss(&format!("<item><title>A</title><pubDate>{date}</pubDate></item>"));
        feed.items[0].published.as_ref().map(|when| match when {
            When::Day(day) => day.to_string(),
            When::Local(time) => time.to_string(),
            When::Instant(instant, _) => instant.to_string(),
        })
    };
    for (date, believed) in [
        ("Tue, 04 Mar 2031 11:59:00 GMT", Some("2031-03-04T11:59:00Z")),
        ("Tue, 4 Mar 31 06:59 EST", Some("2031-03-04T11:59:00Z")),
        // Some minutes ahead is a clock, hours are not.
        ("Tue, 04 Mar 2031 12:10:00 GMT", Some("2031-03-04T12:10:00Z")),
        ("Tue, 04 Mar 2031 14:00:00 GMT", None),
        ("2031-03-04 20:00:00", Some("2031-03-04T20:00:00")),
        ("2031-03-05", Some("2031-03-05")),
        ("2031-03-06", None),
        ("2041-03-04T09:00:00Z", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("-009999-01-01T00:00:00Z", None),
        ("4. März 2031, 09:00", Some("2031-03-04T09:00:00")),
        ("yesterday", None),
        ("", None),
    ] {
        assert_eq!(published(date).as_deref(), believed, "{date}");
    }
}

#[test]
fn entities_do_not_expand_and_depth_is_no_matter() {
    let mut bomb = "<!DOCTYPE rss [<!ENTITY a0 'quay'>".to_owned();
    for n in 1..20 {
        write!(bomb, "<!ENTITY a{n} '{}'>", format!("&a{};", n - 1).repeat(10)).expect("a string");
    }
    bomb.push_str("]><rss><channel><item><title>&a19;</title></item></channel></rss>");
    assert_eq!(titles(&feed(&bomb)), ["&a19;"]);
    let deep = format!("<rss><item><title>A</title><description>{}", "<b>".repeat(300_000));
    assert_eq!(titles(&feed(&deep)), ["A"]);
    assert_eq!(titles(&feed(&"<item>".repeat(100_000).replacen('<', "<rss><", 1))), [""; 0]);
}

#[test]
fn a_hundred_thousand_items_are_read_and_no_more() {
    let mut text = "<rss><channel>".to_owned();
    for n in 0..MOST_ITEMS + 5 {
        write!(text, "<item><title>News {n}</title><link>/n/{n}</link></item>").expect("a string");
    }
    let feed = feed(&text);
    assert_eq!(feed.items.len(), MOST_ITEMS);
    assert_eq!(feed.items[MOST_ITEMS - 1].title, format!("News {}", MOST_ITEMS - 1));
    assert_eq!(feed.notes, ["5 items more than 100000 are not read"]);
}

#[test]
fn the_longer_text_counts_and_what_is_no_text_does_not() {
    let text = |fields: &str| rss(&format!("<item><link>/a</link>{fields}</item>")).items[0].text.clone();
    assert_eq!(
        text("<description>A crane fell on quay four.</description><content:encoded>More</content:encoded>")
            .as_deref(),
        Some("A crane fell on quay four.")
    );
    assert_eq!(text("<description></description>"), None);
    assert_eq!(
        text("<description>One<br/>two <p>three</description>").as_deref(),
        Some("One<br/>two <p>three")
    );
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>a</id>\
                <content type='image/png'>iVBORw0KGgo</content></entry></feed>";
    assert_eq!(feed(atom).items[0].text, None);
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, None, URL, now());
    }

    #[test]
    fn anything_like_a_feed_is_read(
        text in "(<rss>|<feed>|\\{\"items\":\\[|<item>|</item>|<entry>|</entry>|<title>|</title>|<link href='a'/>|<link>|\
                 </link>|<!\\[CDATA\\[|\\]\\]>|<pubDate>|4 Mar 2031|2031-03-04T|\"id\":|\\{|\\}|,|&#x?[0-9a-f]{1,9};|\
                 <author>|</author>|<skipHours>|<hour>99|[a-zäß&<>;\"' ]){0,50}"
    ) {
        if let Ok(feed) = read(text.as_bytes(), None, URL, now()) {
            for item in &feed.items {
                prop_assert_eq!(item.id.len(), 16);
                prop_assert!(item.link.as_deref().is_none_or(|link| link.starts_with("http")));
            }
        }
    }
}
