//! The newsroom in a real browser: every room on a phone and on a desk, light and dark, with and without scripts, by
//! keyboard alone. Pictures of all of them are left in `target/newsroom`.

mod chrome;
mod newsroom;

use chrome::{Browser, Screen, in_a_browser};
use fantoccini::key::Key;
use newsroom::NEWSROOM;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every room: its name, its address.
const ROOMS: &[(&str, &str)] = &[
    ("news", "/"),
    ("news-denied", "/?status=denied"),
    ("news-empty", "/?outlet=Nobody"),
    ("story", "/stories/{story harbour-wire/2031-03-29-marigold-crew-freed.html}"),
    ("story-as-of", "/stories/{story harbour-wire/2031-03-29-marigold-crew-freed.html}?as_of=2031-03-08"),
    ("story-small", "/stories/{story sarn-valley-mail/lune-eleven-bridge.html}"),
    ("article", "/articles/{article norvale-courier/2031-03-06-brandt-confirms-talks-marigold.html}"),
    ("article-german", "/articles/{article brennauer-tagblatt/marigold-gefangenenaustausch-illin.html}"),
    ("search", "/search"),
    ("search-found", "/search?q=marigold"),
    ("search-wrong", "/search?q=said%3A%28"),
    ("hot", "/hot"),
    ("topics", "/topics"),
    ("topic", "/topics/Ulla%20Brandt"),
    ("outlets", "/outlets"),
    ("outlet", "/outlets/Harbour%20Wire"),
    ("video", "/video"),
    ("subscriptions", "/subscriptions"),
    ("alerts", "/alerts"),
    ("alerts-follow", "/alerts/follow?q=marigold"),
    ("settings", "/settings"),
    ("keys", "/keys"),
    ("nothing", "/nowhere"),
];

const PHONE: (usize, usize) = (360, 740);
/// The narrowest that WCAG asks for: a desk at four times its size.
const NARROW: (usize, usize) = (320, 640);
/// A sheet of A4 between its margins, as browsers lay it out.
const SHEET: (usize, usize) = (665, 940);
const DESK: (usize, usize) = (1280, 900);

const AXE: &str = include_str!("axe.min.js");
/// All that axe knows of WCAG 2.2 AA, and what it thinks good besides.
const RUN_AXE: &str = "
    const done = arguments[1];
    const rules = {'target-size': {enabled: true}};
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, {runOnly: tags, rules, resultTypes: ['violations']}).then(
        found => done(found.violations.map(v =>
            `${v.id}: ${v.help}: ${v.nodes.slice(0, 4).map(n => n.html + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)),
        failed => done([String(failed)]));";

fn screens(script: bool) -> impl Iterator<Item = Screen> {
    [PHONE, DESK].into_iter().flat_map(move |(width, height)| {
        ["light", "dark"].into_iter().map(move |scheme| Screen { width, height, scheme, script })
    })
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What is wrong with the page that is open, on any screen.
async fn faults(browser: &Browser) -> Vec<String> {
    let mut faults = Vec::new();
    for line in browser.console().await {
        // The page that says that there is nothing is asked for on purpose.
        if !(line.contains("/nowhere") && line.contains("404")) {
            faults.push(format!("console: {line}"));
        }
    }
    let wide = "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1) \
                .slice(0, 3).map(e => e.outerHTML.slice(0, 120))";
    if browser.value("document.documentElement.scrollWidth > innerWidth").await == json!(true) {
        faults.push(format!("wider than the screen: {:?}", strings(&browser.value(wide).await)));
    }
    if browser.value("document.querySelectorAll('h1').length").await != json!(1) {
        faults.push("not one h1".to_owned());
    }
    faults
}

/// Where pictures are left: `target/newsroom`.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../newsroom");
    fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}

/// The rooms to look at: all, or with a variable for whoever works on some those whose names begin with it.
fn rooms() -> impl Iterator<Item = (&'static str, String)> {
    let wanted = std::env::var("BROWSER_ROOMS").unwrap_or_default();
    let rooms = ROOMS.iter().filter(move |(name, _)| name.starts_with(&wanted));
    rooms.map(|(name, path)| (*name, NEWSROOM.address(path)))
}

/// Looks at every room through some screens. All faults of all rooms are told at once.
async fn look(browser: &Browser, script: bool) {
    let pictures = pictures();
    let rooms: Vec<_> = rooms().collect();
    let mut all = Vec::new();
    for screen in screens(script) {
        browser.look_through(screen).await;
        let Screen { width, scheme, .. } = screen;
        for (name, address) in &rooms {
            browser.open_page(address).await;
            let mut faults = faults(browser).await;
            if script {
                browser.run(AXE).await;
                faults.extend(strings(&browser.run_to_end(RUN_AXE, Value::Null).await));
            }
            let plain = if script { "" } else { "-plain" };
            let picture = browser.picture(screen).await.expect("a picture");
            fs::write(pictures.join(format!("{name}-{width}-{scheme}{plain}.png")), picture)
                .expect("written");
            all.extend(
                faults.into_iter().map(|fault| format!("{name}, {width} wide, {scheme}{plain}: {fault}")),
            );
        }
    }
    assert!(all.is_empty(), "{} faults:\n{}", all.len(), all.join("\n"));
}

#[test]
fn every_room_is_sound_on_every_screen() {
    in_a_browser(async |browser| look(browser, true).await);
}

#[test]
fn every_room_is_sound_without_scripts() {
    in_a_browser(async |browser| look(browser, false).await);
}

/// What can be reached by keyboard, each thing once; and how each looked when it had the focus.
const CONTROLS: &str = "
    window.reached = [];
    const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
    window.controls = [...document.querySelectorAll(all)].filter(e =>
        e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true}));
    addEventListener('focusin', ({target}) => {
        const style = getComputedStyle(target);
        const seen = target.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        window.reached.push([target, seen, document.documentElement.scrollWidth > innerWidth]);
    });
    const inner = e => ({date: 4, 'datetime-local': 7, time: 3}[e.type] ?? 1);
    return window.controls.reduce((sum, e) => sum + inner(e), 2);";
const MISSED: &str = "
    const group = e => e.type === 'radio' ? e.name : e;
    const reached = new Set(window.reached.map(([e]) => group(e)));
    const told = e => e.outerHTML.slice(0, 120);
    return window.controls.filter(e => !reached.has(group(e))).map(e => 'not reached: ' + told(e))
        .concat(window.reached.filter(([e]) => !window.reached.some(([other, seen]) => other === e && seen)).map(([e]) => 'focus not seen: ' + told(e)))
        .concat(window.reached.filter(([, , wide]) => wide).map(([e]) => 'wider than the screen while it has the focus: ' + told(e)));";

#[test]
fn every_control_is_reached_by_keyboard_and_seen_to_be() {
    in_a_browser(async |browser| {
        let mut all = Vec::new();
        for (width, height) in [NARROW, DESK] {
            browser.look_through(Screen { width, height, scheme: "light", script: true }).await;
            for (name, address) in rooms() {
                browser.open_page(&address).await;
                let faults = faults(browser).await;
                all.extend(faults.into_iter().map(|fault| format!("{name}, {width} wide: {fault}")));
                let controls = browser.run(CONTROLS).await.as_u64().expect("a number");
                browser.tab(usize::try_from(controls).expect("few")).await;
                let missed = strings(&browser.run(MISSED).await);
                all.extend(missed.into_iter().map(|what| format!("{name}, {width} wide: {what}")));
            }
        }
        assert!(all.is_empty(), "{} faults:\n{}", all.len(), all.join("\n"));
    });
}

#[test]
fn what_is_printed_has_no_controls_and_is_black_on_white() {
    in_a_browser(async |browser| {
        for (name, path) in ROOMS.iter().filter(|(name, _)| matches!(*name, "story" | "article")) {
            let screen = Screen { width: SHEET.0, height: SHEET.1, scheme: "dark", script: true };
            browser.look_through(screen).await;
            browser.cdp("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
            browser.open_page(&NEWSROOM.address(path)).await;
            let seen = "[...document.querySelectorAll('button, input, select, nav')].filter(e => e.checkVisibility()).length";
            assert_eq!(browser.value(seen).await, json!(0), "{name}");
            assert_eq!(
                browser.value("getComputedStyle(document.body).backgroundColor").await,
                "rgb(255, 255, 255)"
            );
            assert_eq!(faults(browser).await, Vec::<String>::new(), "{name}");
            let picture = browser.picture(screen).await.expect("a picture");
            fs::write(pictures().join(format!("{name}-print.png")), picture).expect("written");
        }
    });
}

#[test]
fn more_news_comes_in_its_place_and_the_focus_goes_there() {
    const ENTRIES: &str = "document.querySelectorAll('ol.news > li:not(.next)').length";
    in_a_browser(async |browser| {
        let screen = Screen { width: DESK.0, height: DESK.1, scheme: "light", script: true };
        browser.look_through(screen).await;
        browser.open_page(&NEWSROOM.address("/")).await;
        let first = browser.value(ENTRIES).await.as_u64().expect("a number");
        browser.run("document.querySelector('.next a').focus()").await;
        browser.press([char::from(Key::Enter)]).await;
        browser.wait_for(&format!("{ENTRIES} > {first}")).await;
        let focused = format!(
            "document.activeElement.closest('ol.news > li') === document.querySelectorAll('ol.news > li')[{first}]"
        );
        browser.wait_for(&focused).await;
        browser.wait_for("document.getElementById('aloud').textContent !== ''").await;
        assert_eq!(browser.path().await, "/");
        assert_eq!(browser.console().await, Vec::<String>::new());
        // Without a script it is a page of its own.
        browser.look_through(Screen { script: false, ..screen }).await;
        browser.open_page(&NEWSROOM.address("/")).await;
        browser.run("document.querySelector('.next a').focus()").await;
        browser.press([char::from(Key::Enter)]).await;
        browser.wait_for("location.search.startsWith('?from=')").await;
        browser.wait_for(&format!("{ENTRIES} > 0")).await;
        assert_eq!(browser.console().await, Vec::<String>::new());
    });
}

#[test]
fn the_sheet_of_keys_opens_closes_and_turns_them_off() {
    const OPEN: &str = "document.getElementById('sheet')?.open === true";
    const CLOSED: &str = "document.getElementById('sheet').open === false";
    in_a_browser(async |browser| {
        browser.look_through(Screen { width: DESK.0, height: DESK.1, scheme: "light", script: true }).await;
        browser.open_page(&NEWSROOM.address("/")).await;
        browser.press(['j']).await;
        browser.wait_for("document.activeElement.matches('.news h2 a')").await;
        browser.press(['?']).await;
        browser.wait_for(OPEN).await;
        browser.run(AXE).await;
        assert_eq!(strings(&browser.run_to_end(RUN_AXE, Value::Null).await), Vec::<String>::new());
        browser.press([char::from(Key::Escape)]).await;
        browser.wait_for(CLOSED).await;
        browser.wait_for("document.activeElement.matches('.news h2 a')").await;
        browser.press(['?']).await;
        browser.wait_for(OPEN).await;
        browser.run("document.querySelector('#sheet [data-keys]').focus()").await;
        browser.press([' ', char::from(Key::Escape)]).await;
        browser.wait_for(CLOSED).await;
        // On this page and on all others, until they are turned on again where the foot leads.
        browser.press("gs?".chars()).await;
        browser.open_page(&NEWSROOM.address("/search?q=marigold")).await;
        browser.press("jgh?".chars()).await;
        browser.run("document.querySelector('.foot a[href$=\"/keys\"]').focus()").await;
        browser.press([char::from(Key::Enter)]).await;
        browser.wait_for("location.pathname === '/keys'").await;
        browser.run("document.querySelector('[data-keys]').focus()").await;
        browser.press([' ']).await;
        browser.run("document.activeElement.blur()").await;
        browser.press("gh".chars()).await;
        browser.wait_for("location.pathname === '/'").await;
        assert_eq!(browser.console().await, Vec::<String>::new());
    });
}

#[test]
fn what_is_explained_on_focus_is_put_away_by_escape() {
    const SHOWN: &str = "getComputedStyle(document.activeElement, '::after').content !== 'none' && \
                         getComputedStyle(document.activeElement, '::after').display !== 'none'";
    in_a_browser(async |browser| {
        browser.look_through(Screen { width: PHONE.0, height: PHONE.1, scheme: "light", script: true }).await;
        let article = ROOMS.iter().find(|(name, _)| *name == "article").expect("an article").1;
        browser.open_page(&NEWSROOM.address(article)).await;
        browser.run("document.querySelectorAll('[data-tip]')[0].focus()").await;
        browser.wait_for(SHOWN).await;
        browser.press([char::from(Key::Escape)]).await;
        browser.wait_for(&format!("!({SHOWN})")).await;
        browser.run("document.querySelectorAll('[data-tip]')[1].focus()").await;
        browser.wait_for(SHOWN).await;
    });
}

#[test]
fn it_can_be_installed() {
    in_a_browser(async |browser| {
        browser.open_page(&NEWSROOM.address("/")).await;
        let manifest = browser.cdp("Page.getAppManifest", json!({})).await;
        assert!(
            manifest["url"].as_str().is_some_and(|url| url.ends_with("/manifest.webmanifest")),
            "{manifest}"
        );
        assert_eq!(manifest["errors"], json!([]));
        let broken = browser.cdp("Page.getInstallabilityErrors", json!({})).await;
        assert_eq!(broken["installabilityErrors"], json!([]));
        let icons = browser.run_to_end(
            "const done = arguments[1];
             fetch(document.querySelector('link[rel=manifest]').href).then(a => a.json()).then(m => Promise.all(m.icons.map(icon =>
                 fetch(new URL(icon.src, location.href)).then(a => a.ok && a.headers.get('content-type') === icon.type)))).then(done);",
            Value::Null,
        );
        let icons = icons.await;
        let icons = icons.as_array().expect("a list");
        assert!(!icons.is_empty() && icons.iter().all(|icon| icon == &json!(true)), "{icons:?}");
    });
}

#[test]
fn keys_go_through_the_news() {
    in_a_browser(async |browser| {
        browser.look_through(Screen { width: DESK.0, height: DESK.1, scheme: "light", script: true }).await;
        browser.open_page(&NEWSROOM.address("/")).await;
        let focused = "document.activeElement.textContent";
        let nth =
            |n: usize| format!("{focused} === document.querySelectorAll('.news h2 a')[{n}].textContent");
        browser.press("jj".chars()).await;
        browser.wait_for(&nth(1)).await;
        browser.press(['k']).await;
        browser.wait_for(&nth(0)).await;
        browser.press(['o']).await;
        browser.wait_for("location.pathname.startsWith('/stories/')").await;
        browser.press("gh".chars()).await;
        browser.wait_for("location.pathname === '/'").await;
        browser.press("s".chars()).await;
        browser.wait_for("document.activeElement.name === 'q'").await;
        // While somebody types, keys are letters.
        browser.press("gh?jo".chars()).await;
        browser.wait_for("document.activeElement.value === 'gh?jo'").await;
        browser.press([char::from(Key::Enter)]).await;
        browser.wait_for("location.pathname === '/search'").await;
        assert_eq!(browser.console().await, Vec::<String>::new());
    });
}

#[test]
fn a_slider_takes_a_story_to_any_of_its_days() {
    in_a_browser(async |browser| {
        browser.look_through(Screen { width: DESK.0, height: DESK.1, scheme: "light", script: true }).await;
        let story = ROOMS.iter().find(|(name, _)| *name == "story").expect("the story").1;
        browser.open_page(&NEWSROOM.address(story)).await;
        let freed = "document.querySelector('article.story').textContent.includes('walked out of Ilonia')";
        browser.wait_for(&format!("{freed} && !document.querySelector('.strip input').hidden")).await;
        browser.run("document.querySelector('.strip input').focus()").await;
        browser.press([char::from(Key::Home)]).await;
        browser.wait_for("location.search === '?as_of=2031-02-27'").await;
        browser.wait_for(&format!("!({freed})")).await;
        browser.wait_for("document.activeElement === document.querySelector('.strip input')").await;
        browser.press([char::from(Key::End)]).await;
        browser.wait_for(&format!("location.search === '' && {freed}")).await;
        assert_eq!(browser.console().await, Vec::<String>::new());
    });
}
