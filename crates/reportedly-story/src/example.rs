//! Readings made by hand, for tests.

use crate::{Member, Observation};
use jiff::civil::Date;
use reportedly_page::{Block, PageKind, Role, When};
use reportedly_read::{Published, Reading};
use reportedly_said::{Act, Event, Party, PartyKind, Statement, Status};
use reportedly_text::{Language, Span};
use reportedly_time::{Timex, TimexKind};

/// One article in the making.
pub(crate) struct Article {
    reading: Reading,
    copy_of: Option<usize>,
}

/// An article of an outlet on a day of March 2031.
pub(crate) fn article(outlet: &str, day: i8, title: &str, text: &str) -> Article {
    let published = Date::constant(2031, 3, day);
    Article {
        reading: Reading {
            kind: PageKind::Article,
            title: Some(title.to_owned()),
            outlet: Some(outlet.to_owned()),
            language: Some(Language::EN),
            published: Published {
                best: Some(When::Day(published)),
                earliest: Some(published),
                latest: Some(published),
                evidence: Vec::new(),
            },
            text: text.to_owned(),
            blocks: vec![Block { role: Role::Paragraph, span: Span::new(0, text.len()) }],
            ..Reading::default()
        },
        copy_of: None,
    }
}

impl Article {
    fn find(&self, words: &str) -> Span {
        let start = self.reading.text.find(words).unwrap_or_else(|| panic!("{words:?} is not in the text"));
        Span::new(start, start + words.len())
    }

    /// Adds a statement: relays and source in the order of the chain, each with its words in the text.
    pub(crate) fn says(mut self, parties: &[(PartyKind, &str)], content: &str, status: Status) -> Self {
        let mut parties: Vec<Party> = parties
            .iter()
            .map(|(kind, name)| Party { span: self.find(name), kind: *kind, name: (*name).to_owned() })
            .collect();
        let chain = std::iter::once(self.reading.outlet.clone())
            .chain(parties.iter().map(|p| Some(p.name.clone())))
            .collect();
        let source = parties.pop();
        let content = vec![self.find(content)];
        let reason = if status == Status::Denied { "cue:deny" } else { "plain" };
        self.reading.statements.push(Statement {
            act: Act::Speech,
            source,
            cue: None,
            content,
            relays: parties,
            chain,
            status,
            reason: reason.to_owned(),
            rule: "by-hand",
        });
        self.reading.statements.sort_by_key(|s| s.content[0].start);
        self
    }

    /// Adds an event.
    pub(crate) fn event(mut self, words: &str, status: Status, when: Option<&str>) -> Self {
        let span = self.find(words);
        self.reading.events.push(Event {
            span,
            status,
            reason: "plain".to_owned(),
            when: when.map(str::to_owned),
            rule: "by-hand",
        });
        self.reading.events.sort_by_key(|e| e.span.start);
        self
    }

    /// Gives the event added last another reason.
    pub(crate) fn because(mut self, reason: &str) -> Self {
        if let Some(event) = self.reading.events.last_mut() {
            reason.clone_into(&mut event.reason);
        }
        self
    }

    /// Adds a temporal expression.
    pub(crate) fn time(mut self, words: &str, value: &str) -> Self {
        let span = self.find(words);
        let time = Timex { span, kind: TimexKind::Date, value: Some(value.to_owned()), rule: "by-hand" };
        self.reading.times.push(time);
        self.reading.times.sort_by_key(|t| t.span.start);
        self
    }

    /// Makes it a copy of the article at this place.
    pub(crate) fn copies(mut self, original: usize, agency: Option<&str>) -> Self {
        self.copy_of = Some(original);
        self.reading.agencies.extend(agency.map(str::to_owned));
        self
    }
}

/// These observations as members of one story.
pub(crate) fn members(observations: &[Observation]) -> Vec<Member> {
    let member = |(article, of): (usize, &Observation)| Member {
        article,
        known_at: crate::known_at(&of.reading, false),
        copy_of: None,
        chain: Vec::new(),
        turn: article,
    };
    observations.iter().enumerate().map(member).collect()
}

/// The articles as observations and as members of one story.
pub(crate) fn story(articles: Vec<Article>) -> (Vec<Observation>, Vec<Member>) {
    let known = |r: &Reading| crate::known_at(r, false);
    let members = articles
        .iter()
        .enumerate()
        .map(|(article, a)| Member {
            article,
            known_at: known(&a.reading),
            copy_of: a.copy_of,
            chain: Vec::new(),
            turn: article,
        })
        .collect();
    let observations = articles
        .into_iter()
        .enumerate()
        .map(|(i, a)| Observation { id: format!("a{i}"), state: 1, path: None, reading: a.reading })
        .collect();
    (observations, members)
}
