//! What a page says about its article: title, outlet, language, address.

mod outlet;
mod title;

pub(crate) use outlet::{host, in_notice, name_alone};
pub(crate) use title::wording;

use crate::blocks::Layout;
use crate::dom::Dom;
use crate::lines;
use crate::structured::Structured;
use reportedly_text::Language;

/// What a page says about its article.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) outlet: Option<String>,
    pub(crate) url: Option<String>,
}

/// Gathers it.
pub(crate) fn gather(dom: &Dom, data: &Structured, layout: &Layout, url: Option<&str>) -> Facts {
    let address = address(data, url);
    let host = outlet::host_of(data, url, address.as_deref());
    let outlet = outlet::outlet(dom, data, layout, host.as_ref());
    Facts {
        title: title::title(dom, data, layout, outlet.as_deref(), host.as_ref()),
        description: data.meta(&["og:description", "description", "twitter:description"]).map(str::to_owned),
        outlet,
        url: address,
    }
}

/// Letters and digits in lower case, words apart.
fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') && !matches!(c, '\'' | '’') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A text with its white space as one space each.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::new();
    crate::dom::push_words(&mut out, text);
    out.truncate(out.trim_end().len());
    out
}

/// A name's letters and digits alone.
fn letters(name: &str) -> String {
    key(name).replace(' ', "")
}

/// The places where a title may be cut: a sign (or one sign twice and more) with spaces around it, or a bar.
fn cuts(title: &str) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    let mut past = 0;
    for (i, c) in title.char_indices() {
        if i < past {
            continue;
        }
        let rest = &title[i..];
        let end = i + rest.len() - rest.trim_start_matches(c).len();
        past = end;
        let spaced = title[..i].ends_with(' ') && title[end..].starts_with(' ');
        if c == '|'
            || (matches!(c, '-' | '_' | '｜') && is_unspaced_at(title, i, end))
            || (spaced && matches!(c, '–' | '—' | '-' | '·' | '»' | '•' | ':' | '/' | '~' | '«' | '‹' | '›'))
        {
            cuts.push((i, end));
        }
    }
    cuts
}

/// Whether a sign stands beside a letter of a script without spaces.
fn is_unspaced_at(title: &str, start: usize, end: usize) -> bool {
    title[..start].chars().next_back().is_some_and(reportedly_text::is_unspaced)
        || title[end..].chars().next().is_some_and(reportedly_text::is_unspaced)
}

/// The domain under which the page stands.
pub(crate) fn site(data: &Structured, url: Option<&str>) -> Option<String> {
    address(data, url).and_then(|address| host(&address)).map(|host| host.domain)
}

/// Whether two addresses are of one site.
pub(crate) fn are_of_one_site(one: &str, other: &str) -> bool {
    let domain = |url: &str| host(url).map(|host| host.domain);
    domain(one).is_some_and(|site| domain(other) == Some(site))
}

/// The page's own address.
fn address(data: &Structured, url: Option<&str>) -> Option<String> {
    let base = url.and_then(|u| url::Url::parse(u).ok());
    let given = data.canonical.as_deref().or_else(|| data.meta(&["og:url"]));
    given
        .and_then(|given| match (&base, url::Url::parse(given)) {
            (_, Ok(whole)) => Some(whole),
            (Some(base), Err(_)) => base.join(given).ok(),
            (None, Err(_)) => None,
        })
        .filter(|u| matches!(u.scheme(), "http" | "https") && u.path().len() > 1)
        .map(String::from)
        .or_else(|| url.map(str::to_owned))
}

/// Whether an outlet's name is nothing but the domain that the page stands under.
pub(crate) fn is_bare_host(name: &str, url: Option<&str>) -> bool {
    url.and_then(host).is_some_and(|host| host.domain == name)
}

/// A title as a feed has it, without the outlet's name at either end.
pub(crate) fn listed_title<'n>(
    title: &str,
    outlets: impl Iterator<Item = &'n str>,
    url: Option<&str>,
) -> String {
    title::without_names(&tidy(title), outlets, url.and_then(host).as_ref())
}

/// The language of a text: by its words, and as it is declared where they are few.
pub(crate) fn told_language(declared: Option<Language>, text: &str) -> Option<Language> {
    let enough = text.len() > DETECTED || declared.is_none();
    enough.then(|| reportedly_text::detect(text)).flatten().or(declared)
}

/// Bytes of a text from which on its words tell its language.
const DETECTED: usize = 200;

/// The language of the article: by its words, and by what the page declares where they are few.
pub(crate) fn language(data: &Structured, text: &str) -> Option<Language> {
    let declared = data
        .language
        .as_deref()
        .or_else(|| data.meta(&["og:locale", "content-language", "language", "dc.language"]));
    told_language(declared.and_then(Language::from_tag), text)
}

/// Whether a line is one of the page's own titles.
pub(crate) fn is_title(title: &str, line: &str) -> bool {
    let first = |text: &str| text.chars().find(|c| c.is_alphanumeric()).and_then(|c| c.to_lowercase().next());
    line.len() <= title.len() + 80
        && first(title) == first(line)
        && lines::folded(line).len() > 3
        && key(title) == key(line)
}

#[cfg(test)]
mod tests {
    use crate::{Form, Input, read};

    fn check(html: &str, title: &str, outlet: &str) {
        let page = read(&Input { bytes: html.as_bytes(), form: Form::Html, ..Input::default() });
        assert_eq!((page.title.as_deref(), page.outlet.as_deref()), (Some(title), Some(outlet)), "{html}");
    }

    #[test]
    fn titles_give_up_the_outlet_at_either_end() {
        let body =
            "<td>Tarn Herald<br>8 May 2031<td><b>Is our bridge too low?</b><p>It may be, said the mayor.";
        for title in ["Is our bridge too low? :: Tarn Herald", "Tarn Herald - Is our bridge too low?"] {
            check(
                &format!("<title>{title}</title><table><tr>{body}</table>"),
                "Is our bridge too low?",
                "Tarn Herald",
            );
        }
    }

    #[test]
    fn outlets_are_told_by_microdata_and_by_the_name_over_the_page() {
        check(
            "<title>Fog - Tarn News</title><h1>Fog</h1><p itemprop=publisher itemscope>\
             <meta itemprop=name content='Tarn Herald'></p>",
            "Fog",
            "Tarn Herald",
        );
        check(
            "<title>Fog at noon</title><link rel=canonical href='https://tarnherald.example/fog'>\
             <ul><li>Tarn Herald shop</ul><div>Tarn Herald Weekly</div><h1>Fog at noon</h1>\
             <div>Tarn Herald Weekly, founded in 1871</div>",
            "Fog at noon",
            "Tarn Herald Weekly",
        );
    }

    #[test]
    fn a_heading_gives_up_the_label_over_it_and_what_is_the_sites_own() {
        let whole = "Fog closes the quay";
        for (head, heading) in [
            (
                "<title>Harbour: Fog closes the quay</title>",
                "<h1><span>Weather</span>Fog closes the quay</h1>",
            ),
            (
                "<title>Fog closes the quay</title>",
                "<h1><span class=kicker>Weather</span> <span>Fog closes the quay</span></h1>",
            ),
            (
                "<title>Fog closes the quay | Tarn Herald</title>",
                "<h1><a href=/>Tarn Herald</a></h1><h2>Fog closes the quay</h2>",
            ),
            ("<title>Fog closes the quay</title>", "<h1>Fog closes the quay | Tarn Herald</h1>"),
            (
                "<meta property=og:title content='Fog closes the quay'><title>Weather: Fog closes the quay</title>",
                "<h1><small>Weather</small><br>Fog closes the quay</h1>",
            ),
        ] {
            check(
                &format!("<meta property=og:site_name content='Tarn Herald'>{head}{heading}<p>It was thick."),
                whole,
                "Tarn Herald",
            );
        }
        let joined = "<title>Weather: Fog closes the quay</title><h1><b>Weather</b>Fog closes the quay</h1>";
        let page = read(&Input { bytes: joined.as_bytes(), form: Form::Html, ..Input::default() });
        assert_eq!(page.title.as_deref(), Some("Weather Fog closes the quay"));
    }

    #[test]
    fn a_page_that_is_shared_by_outlets_is_that_of_the_one_where_it_was_found() {
        for (site, wanted) in [("Tarn Herald", "Tarn Herald"), ("Lune Weekly", "Lune Weekly")] {
            let html = format!(
                "<link rel=canonical href='https://www.luneweekly.example/fog'>\
                 <meta property=og:site_name content='{site}'><script type=application/ld+json>\
                 {{\"@type\":\"NewsArticle\",\"publisher\":{{\"name\":\"Lune Weekly\"}}}}</script>\
                 <title>Fog at noon</title><h1>Fog at noon</h1>"
            );
            let url = Some("https://www.tarnherald.example/fog");
            let page = read(&Input { bytes: html.as_bytes(), form: Form::Html, url, ..Input::default() });
            assert_eq!(page.outlet.as_deref(), Some(wanted));
        }
    }

    #[test]
    fn an_address_is_the_one_that_the_site_itself_gives_the_page() {
        let check = |reached: Option<&str>, canonical: &str, wanted: Option<&str>| {
            let html =
                format!("<link rel=canonical href='{canonical}'><title>Fog at noon</title><p>It was thick.");
            let input = Input { bytes: html.as_bytes(), form: Form::Html, url: reached, ..Input::default() };
            assert_eq!(read(&input).url.as_deref(), wanted, "{reached:?} {canonical}");
        };
        let own = "https://www.tarnherald.example/2031/fog";
        check(None, own, Some(own));
        check(Some(own), "", Some(own));
        check(Some("https://m.tarnherald.example/fog?share=1"), own, Some(own));
        check(Some("http://tarnherald.example/amp/fog"), own, Some(own));
        check(Some("https://www.tarnherald.example/2031/fog?page=2"), "/2031/fog", Some(own));
        // The front page is no article's address, and another site's page is another page.
        let reached = "https://www.tarnherald.example/fog-17";
        check(Some(reached), "https://www.tarnherald.example/", Some(reached));
        check(Some("https://luneweekly.example/fog"), own, Some("https://luneweekly.example/fog"));
        check(Some("nowhere"), own, Some("nowhere"));
    }

    #[test]
    fn an_outlet_is_called_as_it_prints_its_name() {
        let named = |host: &str, site: &str, publisher: &str| {
            format!(
                "<link rel=canonical href='https://{host}/news/fog'><meta property=og:site_name content='{site}'>\
                 <script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"publisher\":{{\"name\":\"{publisher}\"}}}}\
                 </script><title>Fog at noon</title><h1>Fog at noon</h1>"
            )
        };
        for (host, site, publisher, wanted) in [
            ("www.tarnherald.example", "tarnherald", "Tarn Herald", "Tarn Herald"),
            (
                "www.tarnherald.example",
                "Tarn Herald – all the news of the valley",
                "Herald Holding",
                "Tarn Herald",
            ),
            ("www.kuestenbote.example", "Velm Verlag", "Der Küstenbote", "Der Küstenbote"),
            ("www.elpuente.example", "Grupo Lune", "El Puénte", "El Puénte"),
            // Known by the table of outlets, where the page has but an address.
            ("www.spiegel.de", "spiegel.de", "", "Der Spiegel"),
            ("www.tagesspiegel.de", "Der Tagesspiegel", "", "Tagesspiegel"),
            // A part of a site with a name of its own is not the whole.
            ("lune.spiegel.de", "Lune Weekly", "", "Lune Weekly"),
        ] {
            check(&named(host, site, publisher), "Fog at noon", wanted);
        }
    }
}
