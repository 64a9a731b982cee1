//! The newsroom in a real browser: every room on a phone and on a desk, light and dark, with and without scripts, by
//! keyboard alone. Pictures of all of them are left in `target/newsroom`.

mod chrome;
mod newsroom;

use chrome::{Browser, Screen, in_a_browser};
use fantoccini::key::Key;
use newsroom::NEWSROOM;
use serde_json::{Value, json};
use std::{fs, path::Path};

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
    ("nothing", "/nowhere"),
];

const PHONE: (usize, usize) = (360, 740);
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

/// Looks at every room through some screens. All faults of all rooms are told at once.
async fn look(browser: &Browser, script: bool) {
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../newsroom");
    fs::create_dir_all(&pictures).expect("a folder for pictures");
    let rooms: Vec<_> = ROOMS.iter().map(|(name, path)| (name, NEWSROOM.address(path))).collect();
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
        window.reached.push([target, seen]);
    });
    const inner = e => ({date: 4, 'datetime-local': 7, time: 3}[e.type] ?? 1);
    return window.controls.reduce((sum, e) => sum + inner(e), 2);";
const MISSED: &str = "
    const group = e => e.type === 'radio' ? e.name : e;
    const reached = new Set(window.reached.map(([e]) => group(e)));
    const told = e => e.outerHTML.slice(0, 120);
    return window.controls.filter(e => !reached.has(group(e))).map(e => 'not reached: ' + told(e))
        .concat(window.reached.filter(([, seen]) => !seen).map(([e]) => 'focus not seen: ' + told(e)));";

#[test]
fn every_control_is_reached_by_keyboard_and_seen_to_be() {
    in_a_browser(async |browser| {
        let mut all = Vec::new();
        for (width, height) in [PHONE, DESK] {
            browser.look_through(Screen { width, height, scheme: "light", script: true }).await;
            for (name, path) in ROOMS {
                browser.open_page(&NEWSROOM.address(path)).await;
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
