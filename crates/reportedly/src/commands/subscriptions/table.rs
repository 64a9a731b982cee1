//! How subscriptions fare, as a table and as JSON.

use super::Order;
use crate::network::without_password;
use jiff::Timestamp;
use reportedly_answer::{Style, visible};
use reportedly_follow::{Health, State, ago, rough};
use serde_json::json;
use std::{cmp::Reverse, fmt::Write};

/// Columns of the longest title that is shown whole.
const TITLE: usize = 34;

/// One subscription for programs.
pub(super) fn as_json(health: &Health) -> serde_json::Value {
    let s = &health.subscription;
    let time = |t: Option<Timestamp>| t.map(|t| t.to_string());
    let error = health.asked.wrong.as_ref().map(|wrong| {
        json!({
            "said": wrong.said,
            "kind": wrong.kind,
            "since": wrong.begun().to_string(),
            "last": wrong.at.to_string(),
            "times": wrong.nth,
        })
    });
    json!({
        "url": without_password(&s.url),
        "title": s.title,
        "site": s.site,
        "kind": s.kind.word(),
        "folders": s.folders,
        "state": health.state.word(),
        "paused": s.paused,
        "added_at": s.added_at.to_string(),
        "last_asked": time(health.asked.last),
        "last_success": time(health.asked.answered),
        "error": error,
        "every_seconds": health.is_asked().then(|| health.every.as_secs()),
        "next": time(s.due_at.filter(|_| health.is_asked())),
        "items": health.brought.items,
        "articles": health.brought.articles,
        "copies": health.brought.copies,
        "new_a_day": health.new_a_day.map(|new| (new * 100.0).round() / 100.0),
    })
}

/// Puts them in order; otherwise they stay as they were added.
pub(super) fn sort(all: &mut [Health], order: Order) {
    match order {
        Order::Added => {}
        Order::Title => all.sort_by_cached_key(|h| {
            h.subscription.title.as_ref().unwrap_or(&h.subscription.url).to_lowercase()
        }),
        Order::State => all.sort_by_key(|h| h.state),
        Order::Answered => all.sort_by_key(|h| h.asked.answered),
        Order::Articles => all.sort_by_key(|h| Reverse(h.brought.articles)),
        Order::New => all.sort_by(|a, b| b.new_a_day.unwrap_or(0.0).total_cmp(&a.new_a_day.unwrap_or(0.0))),
    }
}

/// The table.
pub(super) fn shown(all: &[Health], now: Timestamp, style: Style) -> String {
    let row = |rest: [&str; 6]| {
        let [answered, every, next, articles, copies, new] = rest;
        format!("{answered:>12}  {every:>7}  {next:>8}  {articles:>8}  {copies:>6}  {new:>6}")
    };
    let head = row(["answered", "every", "next", "articles", "copies", "a day"]);
    let mut out = format!("{}\n", style.faint(&format!("{:TITLE$}  {:7}  {head}", "", "state")));
    for h in all {
        let s = &h.subscription;
        let title = visible(&s.title.clone().unwrap_or_else(|| without_password(&s.url)));
        let mut short: String = title.chars().take(TITLE).collect();
        if short.len() < title.len() {
            short.pop();
            short.push('…');
        }
        let unless_idle = |text: String| if h.is_asked() { text } else { "–".to_owned() };
        let next = match s.due_at {
            Some(due) if due > now => format!("in {}", rough(due.duration_since(now))),
            _ => "due".to_owned(),
        };
        let rest = row([
            &h.asked.answered.map_or_else(|| "never".to_owned(), |at| ago(at, now)),
            &unless_idle(rough(h.every)),
            &unless_idle(next),
            &h.brought.articles.to_string(),
            &h.brought.copies.to_string(),
            &h.new_a_day.map_or_else(|| "–".to_owned(), |new| format!("{new:.1}")),
        ]);
        let state = format!("{:7}", h.state.word());
        let state = match h.state {
            State::Gone | State::Failing => style.status(&state),
            State::Paused | State::New | State::Well => state,
        };
        let _ = writeln!(out, "{}  {state}  {rest}", style.strong(&format!("{short:TITLE$}")));
        let folders: Vec<String> = s.folders.iter().map(|path| path.join("/")).collect();
        let folders = if folders.is_empty() { String::new() } else { format!("  [{}]", folders.join(", ")) };
        if s.title.is_some() || !folders.is_empty() {
            let _ = writeln!(
                out,
                "{}",
                style.faint(&format!("  {}", visible(&format!("{}{folders}", without_password(&s.url)))))
            );
        }
        if let Some(wrong) = &h.asked.wrong {
            let times = if wrong.nth > 1 { format!(", {} times in a row", wrong.nth) } else { String::new() };
            let line = format!("since {}{times}: {}", ago(wrong.begun(), now), wrong.said);
            let _ = writeln!(out, "{}", style.wrapped(&line, 2));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use reportedly_follow::Asked;
    use reportedly_gather::pace::Trouble;
    use reportedly_library::{Brought, Subscription, SubscriptionKind};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    const NOW: &str = "2031-03-10T12:00:00Z";

    fn health(title: Option<&str>, paused: bool, due: Option<&str>, asked: &Asked) -> Health {
        let subscription = Subscription {
            url: "https://wire.example/feed.xml".to_owned(),
            title: title.map(str::to_owned),
            folders: vec![vec!["Ports".to_owned(), "Quays".to_owned()]],
            paused,
            added_at: at("2031-03-01T00:00:00Z"),
            kind: SubscriptionKind::Feed,
            due_at: due.map(at),
            asked: Some(asked.json()),
            ..Subscription::default()
        };
        let brought = Brought { items: 50, articles: 48, copies: 7 };
        let first = Some(at("2031-03-06T12:00:00Z"));
        Health::of(subscription, brought, (10, first), at("2031-02-08T12:00:00Z"), at(NOW))
    }

    fn answered() -> Asked {
        let news = vec![at("2031-03-10T08:00:00Z"), at("2031-03-10T10:00:00Z")];
        Asked { answered: Some(at("2031-03-10T10:00:00Z")), news, ..Asked::default() }
    }

    #[test]
    fn a_state_is_one_word() {
        let mut failing = answered();
        failing.failed(Trouble::Down, "the server answered 503".to_owned(), at("2031-03-10T11:00:00Z"));
        let mut gone = answered();
        gone.failed(Trouble::Gone, "the server answered 410".to_owned(), at("2031-03-10T11:00:00Z"));
        for (paused, asked, state) in [
            (false, Asked::default(), "new"),
            (false, answered(), "well"),
            (true, answered(), "paused"),
            (false, failing.clone(), "failing"),
            (true, failing, "paused"),
            (false, gone.clone(), "failing"),
            (true, gone, "gone"),
        ] {
            assert_eq!(health(None, paused, None, &asked).state.word(), state);
        }
    }

    #[test]
    fn people_see_how_each_fares() {
        let mut failing = answered();
        for hour in ["05", "09"] {
            let then = at(&format!("2031-03-10T{hour}:00:00Z"));
            failing.failed(Trouble::Down, "the server answered 503: it is down or busy".to_owned(), then);
        }
        let title = "A title that is longer than a table has room for";
        let all = [
            health(Some("Harbour Wire"), false, Some("2031-03-10T12:20:00Z"), &answered()),
            health(Some(title), false, Some("2031-03-11T12:00:00Z"), &failing),
            health(None, true, None, &Asked::default()),
        ];
        let expected = [
            "                                    state        answered    every      next  articles  copies   a day",
            "Harbour Wire                        well          2 h ago      1 h  in 20 min        48       7     2.5",
            "  https://wire.example/feed.xml  [Ports/Quays]",
            "A title that is longer than a tab…  failing       2 h ago      1 h   in 24 h        48       7     2.5",
            "  https://wire.example/feed.xml  [Ports/Quays]",
            "  since 7 h ago, 2 times in a row: the server answered 503: it is down or busy",
            "https://wire.example/feed.xml       paused          never        –         –        48       7     2.5",
            "  https://wire.example/feed.xml  [Ports/Quays]",
        ];
        let shown = shown(&all, at(NOW), Style { width: 110, color: false });
        assert_eq!(shown.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn programs_get_exact_times() {
        let told = as_json(&health(Some("Harbour Wire"), false, Some("2031-03-10T12:20:00Z"), &answered()));
        assert_eq!(told["last_success"], "2031-03-10T10:00:00Z");
        assert_eq!((&told["every_seconds"], &told["next"]), (&json!(3600), &json!("2031-03-10T12:20:00Z")));
        assert_eq!(
            (&told["new_a_day"], &told["copies"], &told["error"]),
            (&json!(2.5), &json!(7), &json!(null))
        );
    }
}
