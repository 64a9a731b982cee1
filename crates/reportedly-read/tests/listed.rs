//! What a feed or a sitemap says of a page's date, weighed against the page's own words.

use jiff::civil::Date;
use reportedly_read::{Form, Input, Listing, ListingKind, Reading, When, read};

const TEXT: &str = "<p>The harbour of Lune is closing after a hundred years, and nobody on the quay seems to know what will \
    come of the ferries that still go out from it every morning.</p><p>The council has said nothing yet. The harbour \
    master has, and what he has to say is not kind: he calls the plan a drawing, and the people who drew it visitors.</p>";

fn reading(head: &str, under: &str, listing: &Listing, fetched: Option<&str>) -> Reading {
    let html = format!(
        "<!doctype html><html lang=en><title>The harbour of Lune closes</title>{head}\
         <article><h1>The harbour of Lune closes</h1>{under}{TEXT}</article></html>"
    );
    read(&Input {
        bytes: html.as_bytes(),
        form: Form::Html,
        url: Some("https://tarnherald.example/harbour"),
        fetched: fetched.and_then(|f| f.parse().ok()),
        listing: Some(listing),
        ..Input::default()
    })
}

fn feed(published: &str, updated: &str) -> Listing {
    let given = |date: &str| Some(date.to_owned()).filter(|d| !d.is_empty());
    Listing { published: given(published), updated: given(updated), ..Listing::default() }
}

fn bounds(reading: &Reading) -> String {
    let show = |day: Option<Date>| day.map_or("-".to_owned(), |d| d.to_string());
    let p = &reading.published;
    format!("{} {} {}", show(p.best.as_ref().map(When::day)), show(p.earliest), show(p.latest))
}

const FETCHED: Option<&str> = Some("2031-06-01T12:00:00Z");
const NOON: &str = "Wed, 07 May 2031 12:10:00 GMT";

#[test]
fn a_listed_date_is_evidence_beside_the_pages_own() {
    let check = |what: &str, head: &str, under: &str, listing: &Listing, want: &str| {
        assert_eq!(bounds(&reading(head, under, listing, FETCHED)), want, "{what}");
    };
    check("nothing on the page", "", "", &feed(NOON, ""), "2031-05-07 2031-05-07 2031-05-07");
    let data = "<meta property=article:published_time content='2031-05-06T09:00:00+02:00'>";
    check("data of the day before", data, "", &feed(NOON, ""), "2031-05-06 2031-05-06 2031-05-07");
    check(
        "data of the day",
        &data.replace("-06T", "-07T"),
        "",
        &feed(NOON, ""),
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check("a change alone", "", "", &feed("", NOON), "2031-05-07 - 2031-05-07");
    check(
        "published and changed",
        "",
        "",
        &feed("2031-05-02", "2031-05-07"),
        "2031-05-02 2031-05-02 2031-05-07",
    );
    check("print", "", "<p>9 April 2031", &feed(NOON, ""), "2031-04-09 2031-04-09 2031-05-07");
    check("no date", "", "", &feed("soon", "17"), "- - 2031-06-01");
    check("before there were feeds", "", "", &feed("Thu, 01 Jan 1970 00:00:00 GMT", ""), "- - 2031-06-01");
}

#[test]
fn a_date_ahead_of_the_fetch_is_not_believed_and_that_is_said() {
    for (published, believed) in [
        ("Sun, 01 Jun 2031 12:10:00 GMT", true),
        ("Sun, 01 Jun 2031 13:10:00 GMT", false),
        ("Sun, 01 Jun 2031 13:10:00 +0200", true),
        ("2031-06-02", true),
        ("2031-06-04", false),
        ("2036-05-07T00:00:00Z", false),
    ] {
        let reading = reading("", "", &feed(published, ""), FETCHED);
        let said = reading.diagnostics.iter().any(|d| d.starts_with("published: ") && d.contains(published));
        let found = reading.published.evidence.iter().any(|e| e.rule == "feed-published");
        assert_eq!((found, said), (believed, !believed), "{published}: {:?}", reading.diagnostics);
    }
    // What is not known to have been fetched is not known to lie ahead.
    assert_eq!(bounds(&reading("", "", &feed("2036-05-07", ""), None)), "2036-05-07 2036-05-07 2036-05-07");
}

#[test]
fn evidence_names_what_listed_the_page_and_shows_its_words() {
    for (kind, rule) in [(ListingKind::Feed, "feed-published"), (ListingKind::Sitemap, "sitemap-published")] {
        let listing = Listing { kind, ..feed(NOON, "") };
        let reading = reading("", "", &listing, FETCHED);
        let first = &reading.published.evidence[0];
        assert_eq!((first.rule, first.text.as_str(), first.span), (rule, NOON, None));
        assert!(matches!(reading.published.best, Some(When::Instant(..))), "{:?}", reading.published.best);
    }
}
