use super::{calendar, of_story};
use crate::{
    Denial, claims,
    example::{Article, article, story},
    outlets::Outlets,
    texts,
};
use reportedly_said::{
    PartyKind::{Anonymous, Outlet, Person},
    Status::{Denied, Happened, Planned, Possible},
};

fn timeline(articles: Vec<Article>) -> Vec<(String, &'static str, String)> {
    let (observations, members) = story(articles);
    let texts = texts(&observations, &members);
    let (claims, _) = claims::of_story(&observations, &members, &texts, &Outlets::default());
    of_story(&observations, &members, &texts, &claims)
        .into_iter()
        .map(|d| (d.date, d.status.word(), d.text))
        .collect()
}

fn planned() -> Article {
    article(
        "Tern Gazette",
        2,
        "Corrow bridge to open",
        "The Corrow bridge will open on 20 March, two engineers told Tern Gazette.",
    )
    .says(&[(Anonymous, "two engineers")], "The Corrow bridge will open on 20 March", Planned)
    .event("open", Planned, Some("2031-03-20"))
    .time("20 March", "2031-03-20")
}

fn statuses(articles: Vec<Article>) -> Vec<(String, &'static str)> {
    timeline(articles).into_iter().map(|(d, s, _)| (d, s)).collect()
}

#[test]
fn the_latest_word_on_an_event_holds() {
    let check = |later: Option<Article>, want: &str| {
        let all = statuses(std::iter::once(planned()).chain(later).collect());
        let got = all.iter().find(|e| e.0 == "2031-03-20").map(|e| e.1);
        assert_eq!(got, Some(want));
    };
    check(None, "planned");
    check(
        Some(
            article(
                "Osprey Wire",
                20,
                "Corrow bridge opens",
                "The Corrow bridge opened on Thursday with a brass band.",
            )
            .event("opened", Happened, Some("2031-03-20"))
            .time("Thursday", "2031-03-20"),
        ),
        "happened",
    );
    check(
        Some(
            article(
                "Osprey Wire",
                19,
                "Corrow bridge opening off",
                "The opening of the Corrow bridge has been called off.",
            )
            .event("opening", Denied, None),
        ),
        "denied",
    );
}

#[test]
fn what_is_put_off_leaves_its_old_day() {
    let put_off = article(
        "Osprey Wire",
        18,
        "Corrow bridge opening put off",
        "The opening of the Corrow bridge has been put off to 2 April, two engineers said.",
    )
    .event("opening", Planned, Some("2031-04-02"))
    .because("verb:put off")
    .time("2 April", "2031-04-02");
    let all = statuses(vec![planned(), put_off]);
    let at = |day: &str| all.iter().find(|e| e.0 == day).map(|e| e.1);
    assert_eq!((at("2031-03-20"), at("2031-04-02")), (Some("denied"), Some("planned")));
}

fn told(articles: Vec<Article>) -> Vec<crate::Development> {
    let (observations, members) = story(articles);
    let texts = texts(&observations, &members);
    let (claims, _) = claims::of_story(&observations, &members, &texts, &Outlets::default());
    of_story(&observations, &members, &texts, &claims)
}

fn opening_off(reason: &str) -> Article {
    article(
        "Osprey Wire",
        19,
        "Corrow bridge opening off",
        "The opening of the Corrow bridge has been called off.",
    )
    .event("opening", Denied, None)
    .because(reason)
}

#[test]
fn what_is_denied_says_in_what_way() {
    let check = |reason: &str, want: Denial| {
        let all = told(vec![planned(), opening_off(reason)]);
        let day = all.iter().find(|d| d.date == "2031-03-20").expect("the opening has a day");
        assert_eq!((day.status, day.denial), (Denied, Some(want)), "{reason}");
    };
    check("verb:call off", Denial::CalledOff);
    check("verb:rule out", Denial::Refused);
    let put_off = article(
        "Osprey Wire",
        18,
        "Corrow bridge opening put off",
        "The opening of the Corrow bridge has been put off, two engineers said.",
    )
    .event("opening", Possible, None)
    .because("verb:put off");
    let all = told(vec![planned(), put_off]);
    let day = all.iter().find(|d| d.date == "2031-03-20").expect("the opening has a day");
    assert_eq!((day.status, day.denial), (Denied, Some(Denial::Postponed)));
    assert!(told(vec![planned()]).iter().all(|d| d.denial.is_none()));
}

#[test]
fn the_day_on_which_it_is_said_that_something_is_put_off_is_not_the_day_that_it_leaves() {
    let content = "The opening of the Corrow bridge has been put off to 2 April";
    let put_off = article(
        "Osprey Wire",
        18,
        "Corrow bridge opening put off",
        "The opening of the Corrow bridge has been put off to 2 April, Ida Brask said on Tuesday.",
    )
    .says(&[(Person, "Ida Brask")], content, Planned)
    .event("opening", Planned, Some("2031-04-02"))
    .because("verb:put off")
    .time("2 April", "2031-04-02")
    .time("Tuesday", "2031-03-18");
    let all = told(vec![planned(), put_off]);
    let day = all.iter().find(|d| d.date == "2031-03-20").expect("the opening has a day");
    assert_eq!((day.status, day.denial), (Denied, Some(Denial::Postponed)));
}

#[test]
fn what_somebody_said_is_to_come_is_off_with_it() {
    let said = || {
        article(
            "Merrin Mail",
            7,
            "Corrow bridge on time",
            "Ada Finch confirmed on Friday that the Corrow bridge will open on 20 March.",
        )
        .says(&[(Person, "Ada Finch")], "the Corrow bridge will open on 20 March", Planned)
        .event("confirmed", Happened, Some("2031-03-07"))
        .time("Friday", "2031-03-07")
        .time("20 March", "2031-03-20")
    };
    let told_on_the_7th = |articles| {
        let all = told(articles);
        all.iter().find(|d| d.date == "2031-03-07").map(|d| (d.told(), d.denial))
    };
    assert_eq!(told_on_the_7th(vec![planned(), said()]), Some((Planned, None)));
    let off = opening_off("verb:call off");
    assert_eq!(told_on_the_7th(vec![planned(), said(), off]), Some((Denied, Some(Denial::CalledOff))));
}

#[test]
fn a_day_that_is_off_is_off_for_whatever_was_planned_for_it() {
    let off = article(
        "Osprey Wire",
        19,
        "Brass band sent home",
        "Ida Brask confirmed that the evening of 20 March had been cancelled.",
    )
    .event("evening", Denied, Some("2031-03-20"))
    .because("verb:cancel")
    .time("evening of 20 March", "2031-03-20");
    let all = told(vec![planned(), off]);
    let day = all.iter().find(|d| d.date == "2031-03-20").expect("the opening has a day");
    assert_eq!((day.status, day.denial), (Denied, Some(Denial::CalledOff)));
}

#[test]
fn a_day_on_which_something_was_only_said_is_told_as_what_was_said() {
    let denial = article(
        "Merrin Mail",
        7,
        "Mayor of Corrow denies",
        "Ada Finch denied that the Corrow bridge will open on 20 March.",
    )
    .says(&[(Person, "Ada Finch")], "the Corrow bridge will open on 20 March", Denied);
    let (observations, members) = story(vec![planned(), denial]);
    let texts = texts(&observations, &members);
    let (claims, _) = claims::of_story(&observations, &members, &texts, &Outlets::default());
    let all = of_story(&observations, &members, &texts, &claims);
    let day = all.iter().find(|d| d.date == "2031-03-07").expect("the denial has a day");
    assert_eq!((day.status, day.told()), (Happened, Denied));
}

#[test]
fn what_has_no_date_is_dated_by_the_report_that_raised_it() {
    let told = |outlet: &str, day| {
        article(
            outlet,
            day,
            "Corrow mayor may step down",
            "The mayor of Corrow may step down, a clerk told Tern Gazette.",
        )
    };
    let content = "The mayor of Corrow may step down";
    let all = timeline(vec![
        told("Tern Gazette", 4).says(&[(Anonymous, "a clerk")], content, Possible),
        told("Osprey Wire", 5).says(&[(Outlet, "Tern Gazette"), (Anonymous, "a clerk")], content, Possible),
        article(
            "Merrin Mail",
            7,
            "Mayor of Corrow denies",
            "Ada Finch denied that the mayor of Corrow may step down.",
        )
        .says(&[(Person, "Ada Finch")], "the mayor of Corrow may step down", Denied),
    ]);
    let dates: Vec<(&str, &str)> = all.iter().map(|e| (e.0.as_str(), e.1)).collect();
    assert_eq!(dates, [("2031-03-04", "possible"), ("2031-03-07", "happened")]);
}

#[test]
fn an_act_of_saying_told_in_hindsight_is_not_dated_by_the_report_that_tells_it() {
    let all = timeline(vec![
        article(
            "Tern Gazette",
            4,
            "Corrow mayor may step down",
            "The mayor of Corrow may step down, a clerk told Tern Gazette.",
        )
        .says(&[(Anonymous, "a clerk")], "The mayor of Corrow may step down", Possible),
        article(
            "Merrin Mail",
            28,
            "How the mayor of Corrow fell",
            "In January a baker told Merrin Mail that the mayor of Corrow may step down.",
        )
        .says(&[(Person, "a baker")], "the mayor of Corrow may step down", Possible)
        .time("In January", "2031-01"),
    ]);
    let dates: Vec<&str> = all.iter().map(|e| e.0.as_str()).collect();
    assert_eq!(dates, ["2031-03-04"]);
}

#[test]
fn as_of_a_day_nothing_later_shows() {
    let later = || {
        article(
            "Osprey Wire",
            20,
            "Corrow bridge opens",
            "The Corrow bridge opened on Thursday with a brass band.",
        )
        .event("opened", Happened, Some("2031-03-20"))
        .time("Thursday", "2031-03-20")
    };
    let (observations, members) = story(vec![planned(), later()]);
    let then = of_story(&observations, &members[..1], &texts(&observations, &members[..1]), &[]);
    assert!(!then.is_empty() && then.iter().all(|d| !d.text.contains("brass")));
}

#[test]
fn values_without_a_calendar_date_are_left_alone() {
    let check = |value: &str, want: Option<&str>| assert_eq!(calendar(value), want, "{value}");
    check("2031-03-20", Some("2031-03-20"));
    check("2031-03-20T18:30", Some("2031-03-20"));
    check("2031", Some("2031"));
    check("2031-W11", None);
    check("PRESENT_REF", None);
    check("203", None);
}
