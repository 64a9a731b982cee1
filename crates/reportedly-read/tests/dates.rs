//! What a page is dated by: each way that pages tell their date, and each way that they lead astray.

use jiff::civil::Date;
use reportedly_read::{Form, Input, When, read};

/// A page of an invented outlet: what stands in its head, between headline and text, and after the text.
struct Page {
    language: &'static str,
    url: &'static str,
    fetched: Option<&'static str>,
    head: &'static str,
    above: &'static str,
    under: &'static str,
    text: &'static str,
    after: &'static str,
}

const PAGE: Page = Page {
    language: "en",
    url: "https://tarnherald.example/harbour",
    fetched: None,
    head: "",
    above: "",
    under: "",
    text: "",
    after: "",
};

impl Page {
    fn html(&self) -> String {
        let Self { language, head, above, under, text, after, .. } = self;
        format!(
            r#"<!doctype html><html lang="{language}"><head><title>The harbour of Lune closes</title>{head}</head>
<body><header class="top"><a href="/">Tarn Herald</a></header>{above}
<article><h1>The harbour of Lune closes</h1>{under}
<div class="article-body">{text}
<p>The harbour of Lune is closing after a hundred years, and nobody on the quay seems to know what will come of the ferries that still go out from it every morning.</p>
<p>The council has said nothing yet. The harbour master has, and what he has to say is not kind: he calls the plan a drawing, and the people who drew it visitors.</p>
<p>There are nine boats left at the southern pier, and two of them leak. The oldest fisherman of the town wants to keep his berth whatever the council may think of it.</p>
</div></article>{after}</body></html>"#
        )
    }

    /// Best day, earliest and latest, as the page gives them.
    fn dated(&self) -> String {
        let html = self.html();
        let reading = read(&Input {
            bytes: html.as_bytes(),
            form: Form::Html,
            url: Some(self.url),
            fetched: self.fetched.and_then(|f| f.parse().ok()),
            ..Input::default()
        });
        let show = |day: Option<Date>| day.map_or("-".to_owned(), |d| d.to_string());
        let p = &reading.published;
        format!("{} {} {}", show(p.best.as_ref().map(When::day)), show(p.earliest), show(p.latest))
    }
}

fn check(what: &str, page: &Page, want: &str) {
    assert_eq!(page.dated(), want, "{what}");
}

const PUBLISHED_LATE: &str = r#"<meta property="article:published_time" content="2031-05-07T23:10:00Z">"#;

#[test]
fn the_printed_day_is_the_day_where_data_speak_utc() {
    check(
        "print is a day ahead of UTC",
        &Page { language: "de", head: PUBLISHED_LATE, under: "<p class=date>8. Mai 2031</p>", ..PAGE },
        "2031-05-08 2031-05-07 2031-05-08",
    );
    check(
        "print is a day behind UTC",
        &Page {
            head: r#"<meta property="article:published_time" content="2031-05-08T02:17:00Z">"#,
            under: "<p class=date>May 7, 2031</p>",
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-08",
    );
    check(
        "print agrees with UTC",
        &Page { head: PUBLISHED_LATE, under: "<p class=date>May 7, 2031</p>", ..PAGE },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "nothing is printed, and it may be the day after",
        &Page { head: PUBLISHED_LATE, ..PAGE },
        "2031-05-07 2031-05-07 2031-05-08",
    );
    check(
        "nothing is printed, and it may be the day before",
        &Page { head: r#"<meta property="article:published_time" content="2031-05-08T02:17:00Z">"#, ..PAGE },
        "2031-05-08 2031-05-07 2031-05-08",
    );
    check(
        "an instant with its own offset has its own day",
        &Page {
            head: r#"<meta property="article:published_time" content="2031-05-07T23:10:00-04:00">"#,
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
}

#[test]
fn publication_and_change_are_kept_apart() {
    let both = r#"<meta property="article:published_time" content="2031-05-07T10:00:00+02:00">
<meta property="article:modified_time" content="2031-05-19T10:00:00+02:00">"#;
    check("the change bounds", &Page { head: both, ..PAGE }, "2031-05-07 2031-05-07 2031-05-19");
    check(
        "the bounds end with the fetch",
        &Page { head: both, fetched: Some("2031-05-12T08:00:00Z"), ..PAGE },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "a printed change without more dates the page, but not from below",
        &Page { under: "<p>Last updated on 19 May 2031</p>", ..PAGE },
        "2031-05-19 - 2031-05-19",
    );
    check(
        "data that give the change and no more keep the publication to themselves",
        &Page {
            head: r#"<meta property="article:modified_time" content="2031-05-19T10:00:00+02:00">"#,
            under: "<p>Last updated on 19 May 2031</p>",
            ..PAGE
        },
        "- - 2031-05-19",
    );
    check(
        "what was changed before it was dated was there before",
        &Page {
            head: r#"<meta property="article:published_time" content="2031-05-07T10:00:00+02:00">
<meta property="article:modified_time" content="2031-05-05T10:00:00+02:00">"#,
            ..PAGE
        },
        "2031-05-07 2031-05-05 2031-05-07",
    );
    check(
        "\"Mis à jour le\" is a change",
        &Page {
            language: "fr",
            under: "<p>Publié le 7 mai 2031</p><p>Mis à jour le 19 mai 2031</p>",
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-19",
    );
}

#[test]
fn what_stands_alone_under_the_headline_is_the_pages_own_word() {
    check(
        "data from when the page moved",
        &Page {
            head: r#"<meta property="article:published_time" content="2031-05-07T10:00:00+02:00">"#,
            under: "<p>Dec 30, 2027</p>",
            ..PAGE
        },
        "2027-12-30 2027-12-30 2031-05-07",
    );
    check(
        "a list of other articles is no date line",
        &Page {
            head: r#"<meta name="date" content="2031-05-07">"#,
            after: r#"<div class="item"><p>The ferry</p><span class="date">May 9, 2031</span></div>
<div class="item"><p>The quay</p><span class="date">May 10, 2031</span></div>
<div class="item"><p>The pier</p><span class="date">May 11, 2031</span></div>"#,
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "a caption that ends in a date is none",
        &Page {
            under: "<figure><img src=a.jpg><figcaption>Boats at the southern pier of Lune on 24 April 2029</figcaption></figure>",
            after: "<footer><p>Published: 7 May 2031</p></footer>",
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "a quoted post has a date of its own",
        &Page {
            head: r#"<meta name="date" content="2031-05-07">"#,
            text: "<blockquote>Look at <time datetime=2031-03-27>Mar 27, 2031</time></blockquote>",
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "the label is a block of its own",
        &Page { after: "<div><p>Published</p><p>7 May 2031</p></div>", ..PAGE },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "the verb ends the clause",
        &Page {
            language: "de",
            after: "<p class=postmeta>Dieser Beitrag wurde am Mittwoch, 7. Mai 2031 um 10 Uhr veröffentlicht und unter Hafen abgelegt.</p>",
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "a date begins the text",
        &Page {
            language: "de",
            text: "<p>07.05.2031 – Der Hafen von Lune schließt nach hundert Jahren, und am Kai weiß niemand, was aus den Fähren wird.</p>",
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
}

#[test]
fn a_papers_day_is_no_publication() {
    check(
        "online the evening before",
        &Page {
            language: "de",
            head: r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"The harbour of Lune closes","datePublished":"2031-05-07T19:30:00+02:00"}</script>
<meta name="date" content="2031-05-08">"#,
            under: "<p>8.5.2031</p>",
            after: "<p>Erschienen in der Ausgabe vom 8.5.2031, Seite 9</p>",
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-08",
    );
}

#[test]
fn the_crawls_day_is_no_publication() {
    let head = r#"<meta property="article:published_time" content="2031-05-07T10:00:00+02:00">"#;
    check(
        "in the masthead",
        &Page { head, above: r#"<div class="masthead-date">Saturday, 14 June 2031</div>"#, ..PAGE },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "elsewhere, as the fetch tells",
        &Page {
            head: r#"<meta name="date" content="2031-05-07">"#,
            after: r#"<div class="date">14 June 2031</div>"#,
            fetched: Some("2031-06-14T08:00:00Z"),
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
}

#[test]
fn data_of_others_are_theirs() {
    check(
        "reviews of a recipe",
        &Page {
            head: r#"<script type="application/ld+json">{"@type":"Recipe","name":"Harbour soup","datePublished":"2031-05-07",
"review":[{"@type":"Review","datePublished":"2033-02-01","author":{"@type":"Person","name":"Ina Moll"}}]}</script>"#,
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "updates of a live blog",
        &Page {
            head: r#"<script type="application/ld+json">{"@type":"LiveBlogPosting","datePublished":"2031-05-07T08:00:00+02:00",
"liveBlogUpdate":[{"@type":"BlogPosting","headline":"Boats are leaving","author":"Ina Moll","publisher":"x","articleBody":"They are leaving now.","datePublished":"2031-05-08T08:00:00+02:00"}]}</script>"#,
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "a publication that moves with every change is none",
        &Page {
            head: r#"<script type="application/ld+json">{"@type":"Article","datePublished":"2031-05-19","dateModified":"2031-05-19"}</script>"#,
            under: r#"<div class="post-date">May 7, 2031</div>"#,
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-19",
    );
}

#[test]
fn scripts_addresses_and_footers_are_asked_last() {
    check(
        "one day in the state of the page",
        &Page {
            after: r#"<script>window.state = {"id":7,"publishedAt":"2031-05-07T10:00:00+02:00","title":"x"}</script>"#,
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "several days are those of a list",
        &Page {
            after: r#"<script>[{"publishedAt":"2031-05-07"},{"publishedAt":"2031-05-09"}]</script>"#,
            ..PAGE
        },
        "- - -",
    );
    check(
        "the month of the address",
        &Page { url: "https://tarnherald.example/2031/02/harbour", ..PAGE },
        "- 2031-02-01 2031-02-28",
    );
    check(
        "a copyright year",
        &Page { after: "<footer><p>© 2019–2031 Tarn Herald</p></footer>", ..PAGE },
        "- - 2031-12-31",
    );
    check(
        "a copyright year that the text belies",
        &Page {
            text: "<p>The southern pier burned in 2033, and nobody was hurt.</p>",
            after: "<footer><p>© 2019–2031 Tarn Herald</p></footer>",
            ..PAGE
        },
        "- - -",
    );
}

#[test]
fn day_and_month_are_told_apart_by_what_else_is_there() {
    check(
        "full stops put the day first",
        &Page {
            language: "de",
            head: r#"<meta name="date" content="11/01/2031 12:43:42">"#,
            under: "<p>Erstellt am: 01.11.2031</p>",
            ..PAGE
        },
        "2031-11-01 2031-11-01 2031-11-01",
    );
    check(
        "data without doubt put the month first",
        &Page {
            head: r#"<meta property="article:published_time" content="2031-09-10T16:07:00Z">"#,
            under: "<p>09.10.2031</p>",
            ..PAGE
        },
        "2031-09-10 2031-09-10 2031-09-10",
    );
}

#[test]
fn dates_of_something_else_are_none() {
    check("a deadline", &Page { under: "<p class=date>Registration ends May 9, 2031</p>", ..PAGE }, "- - -");
    check(
        "the day a reader joined",
        &Page {
            after: r#"<p><span class="date" title="10:15 - 7 May 2031">Joined May 2031</span></p>"#,
            ..PAGE
        },
        "- - -",
    );
    check(
        "the day from which a rule holds, beside that of the page",
        &Page {
            language: "de",
            under: "<p class=date>Stand: 07.05.2031 (gültig seit: 02.03.2031)</p>",
            ..PAGE
        },
        "2031-05-07 - 2031-05-07",
    );
    // Far from the date, such a word says nothing of it.
    check(
        "an author's years",
        &Page { under: "<p class=date>By Petra Lomax, born in Lune, May 7, 2031</p>", ..PAGE },
        "2031-05-07 2031-05-07 2031-05-07",
    );
}

#[test]
fn a_wiki_is_dated_by_its_last_change() {
    let check_foot = |language: &'static str, after: &'static str| {
        check(after, &Page { language, after, ..PAGE }, "2031-05-07 - 2031-05-07");
    };
    check_foot("en", "<footer><p>This page was last edited on 7 May 2031, at 10:15.</p></footer>");
    check_foot(
        "de",
        "<footer><p>Diese Seite wurde zuletzt am 7. Mai 2031 um 10:15 Uhr geändert.</p></footer>",
    );
    check_foot("en", "<footer><p>Updated: $Date: 2031/05/07 06:31:41 $</p></footer>");
}

#[test]
fn what_is_told_about_the_article_beside_it_counts() {
    check(
        "a box of credits",
        &Page {
            language: "fr",
            after: r#"<div class="promo"><p>Mise en ligne</p><p>7 mai 2031</p><p>Mixage</p><p>Anne Roy</p></div>"#,
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "a box that only advertises",
        &Page { after: r#"<div class="promo"><p>The Lune ball</p><p>7 May 2031</p></div>"#, ..PAGE },
        "- - -",
    );
}

#[test]
fn an_element_named_for_changes_prints_a_change() {
    check(
        "print of a theme that names its time element for both",
        &Page {
            head: r#"<meta property="article:published_time" content="2029-03-02T10:15:00+00:00">"#,
            under: r#"<span class="updated-on"><time class="entry-date published updated" datetime="2031-05-07T10:00:00+00:00">May 7, 2031</time></span>"#,
            ..PAGE
        },
        "2029-03-02 2029-03-02 2031-05-07",
    );
}

#[test]
fn what_comes_after_the_last_change_bounds_and_dates_not() {
    check(
        "a date of the database",
        &Page {
            language: "de",
            head: r#"<meta name="date" content="2031-05-08T11:52:23">"#,
            under: "<p class=date>Stand: 07.05.2031 18:00 Uhr</p>",
            ..PAGE
        },
        "2031-05-07 - 2031-05-08",
    );
}

#[test]
fn the_countrys_ending_tells_the_zone() {
    let late = r#"<meta property="article:published_time" content="2031-05-08T00:23:33Z">"#;
    check(
        "night in UTC is evening in all of Canada",
        &Page { url: "https://tarnherald.example.ca/harbour", language: "fr", head: late, ..PAGE },
        "2031-05-07 2031-05-07 2031-05-08",
    );
}

#[test]
fn a_press_release_names_its_day_first() {
    check(
        "label, day, place",
        &Page {
            language: "de",
            text: "<p>Pressemitteilung vom 7. Mai 2031 | Lune – Der Hafen von Lune schließt nach hundert Jahren, und niemand weiß, was aus den Fähren wird.</p>",
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
}

#[test]
fn dates_in_figures_are_read_as_the_country_writes_them() {
    let check_at = |url: &'static str, want: &str| {
        check(url, &Page { url, under: "<p class=date>05/07/2031</p>", ..PAGE }, want);
    };
    check_at("https://tarnherald.example.uk/harbour", "2031-07-05 2031-07-05 2031-07-05");
    check_at("https://tarn.example.gov/harbour", "2031-05-07 2031-05-07 2031-05-07");
    // Nothing tells: both readings are within the bounds.
    check_at("https://tarnherald.example/harbour", "2031-05-07 2031-05-07 2031-07-05");
    check(
        "another date of the page tells",
        &Page {
            under: "<p class=date>05/07/2031</p>",
            after: "<div class=related><p>The ferry of Velm, 23/07/2031</p></div>",
            ..PAGE
        },
        "2031-07-05 2031-07-05 2031-07-05",
    );
    check(
        "a reading time run into it",
        &Page { under: "<p><span>May 7, 2031</span><span>5 min read</span></p>", ..PAGE },
        "2031-05-07 2031-05-07 2031-05-07",
    );
}

#[test]
fn a_title_may_end_in_the_day() {
    let html = "<html lang=en><head><title>The harbour of Lune closes – Tarn Herald – 17.05.2031</title></head><body><h1>The harbour of Lune closes</h1><p>The harbour of Lune is closing after a hundred years, and nobody on the quay seems to know what will come of the ferries.</p></body></html>";
    let reading = read(&Input { bytes: html.as_bytes(), form: Form::Html, ..Input::default() });
    assert_eq!(reading.published.best, Some(When::Day(jiff::civil::date(2031, 5, 17))));
}

#[test]
fn the_day_at_the_headline_stands_out_from_a_list() {
    check(
        "cards below",
        &Page {
            under: r#"<p>By Petra Lomax on <time datetime="2031-05-07">May 7, 2031</time></p>"#,
            after: r#"<div class="cards"><div><time datetime="2031-04-01">April 1</time> The ferry</div><div><time datetime="2031-04-02">April 2</time> The ball</div><div><time datetime="2031-04-03">April 3</time> The mayor</div></div>"#,
            ..PAGE
        },
        "2031-05-07 2031-05-07 2031-05-07",
    );
    check(
        "cards alone",
        &Page {
            after: r#"<div class="cards"><div class="date"><time datetime="2031-04-01">April 1, 2031</time> The ferry</div><div class="date"><time datetime="2031-04-02">April 2, 2031</time> The ball</div><div class="date"><time datetime="2031-04-03">April 3, 2031</time> The mayor</div></div>"#,
            ..PAGE
        },
        "- - -",
    );
}

#[test]
fn comments_bound_and_belie_a_change() {
    let after = r#"<div class="comments"><p><time datetime="2031-05-08">May 8, 2031</time> What a shame.</p><p><time datetime="2031-06-01">June 1, 2031</time> At last.</p></div>"#;
    check("the first of them", &Page { after, ..PAGE }, "- - 2031-05-08");
    check(
        "a page changed after it was commented on",
        &Page { under: "<p>Updated on July 9, 2031</p>", after, ..PAGE },
        "- - 2031-05-08",
    );
}

#[test]
fn print_of_another_month_than_the_address_is_no_publication() {
    check(
        "a change",
        &Page {
            url: "https://tarnherald.example/2031/05/harbour.html",
            under: "<p>Updated on July 9, 2032</p>",
            ..PAGE
        },
        "- 2031-05-01 2031-05-31",
    );
    check(
        "the day in the month",
        &Page { url: "https://tarnherald.example/2031/05/harbour.html", under: "<p>May 7, 2031</p>", ..PAGE },
        "2031-05-07 2031-05-07 2031-05-07",
    );
}

#[test]
fn dates_in_figures_of_a_flattened_page_are_read_like_any_others() {
    let dated = |url: &str| {
        let page = "Tarn Herald\nHome | News | Sport\nThe harbour of Lune closes\nPublished: 05/07/2031 21:15\nBy Ada \
            Quist\n\nThe harbour of Lune is closing after a hundred years, and nobody on the quay seems to know what will \
            come of the ferries that still go out from it every morning.\n\nThe council has said nothing yet. The harbour \
            master has, and what he has to say is not kind: he calls the plan a drawing, and those who drew it visitors.\n";
        let input = Input { bytes: page.as_bytes(), form: Form::Flat, url: Some(url), ..Input::default() };
        let p = read(&input).published;
        let show = |day: Option<Date>| day.map_or("-".to_owned(), |d| d.to_string());
        format!("{} {} {}", show(p.best.as_ref().map(When::day)), show(p.earliest), show(p.latest))
    };
    assert_eq!(dated("https://tarnherald.example/harbour"), "2031-05-07 2031-05-07 2031-07-05");
    assert_eq!(dated("https://tarnherald.example.uk/harbour"), "2031-07-05 2031-07-05 2031-07-05");
}
