//! What is new in the stories that somebody follows.
//!
//! A story is told twice: as it is, and as it was when only those of its articles were there that were looked at
//! before. Both are told by the same program from the same readings, so nothing is new but what an article that came in
//! since brings: not a story that was split, merged or folded again, nor another way of telling it. What an article
//! brings is looked at once. An article that was changed is the article that it was: what both of its states say is
//! old.

use crate::{Alert, AlertOrigin, Link, News};
use jiff::{SignedDuration, Timestamp};
use reportedly_library::{
    Error, Follow, Followed, Found, Grown, Library, Looked, Member, NewAlert, View, Writer, search::Query,
};
use reportedly_story::{Claim, Development, Observation, Origin, Stance, Story};
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fmt::Write as _};

/// What was known so long before the last look is history and no news, however late it comes in: an archive that is
/// imported raises no alerts.
const HISTORY: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Share of the rarer words of two sentences of one date from which on they tell of one matter. Judged by hand.
const ALIKE: f64 = 0.3;
/// Letters from which on a word counts for that.
const LETTERS: usize = 4;
/// Links that an alert has at most.
const LINKS: usize = 10;
/// Origins that an alert names at most.
const ORIGINS: usize = 20;
/// Characters of a follow's name.
const NAME: usize = 60;
/// Characters of a text or title in an alert.
const TEXT: usize = 1_000;

/// The name that a follow is given, as it is kept. Errors: what is wrong with it, in words.
pub fn name_of(given: &str) -> Result<String, String> {
    let name: String = given.chars().take(NAME).collect();
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err("give a name that can be seen".to_owned());
    }
    if name.chars().all(|c| c.is_ascii_digit()) {
        return Err(format!(
            "\"{name}\" would be taken for a number of `reportedly following`: give a name with letters"
        ));
    }
    Ok(name.to_owned())
}

/// Looks at what came in since the last look, and keeps an alert for everything that is new in what is followed,
/// together with whom it is for. Each alert is made once. What is folded and searched is brought up to date first.
pub fn raise(writer: &mut Writer, library: &Library, now: Timestamp) -> Result<Vec<Alert>, Error> {
    let follows = writer.follows()?;
    if follows.is_empty() {
        return Ok(Vec::new());
    }
    writer.fold()?;
    if !library.is_up_to_date()? {
        writer.index(|_| {})?;
    }
    let view = library.view(None)?;
    let newest = view.last_observation()?;
    let (looked, alerts) = whats_new(library, &view, &follows, newest)?;
    drop(view);
    if looked.is_empty() {
        return Ok(Vec::new());
    }
    let mut kept = Vec::with_capacity(alerts.len());
    for (follow, alert, articles) in &alerts {
        let articles = articles.iter().cloned().collect();
        let body = serde_json::to_string(alert).unwrap_or_default();
        kept.push(NewAlert { id: alert.id.clone(), follow: *follow, articles, body });
    }
    let mut new = writer.keep_alerts(&looked, &kept, now)?;
    Ok(alerts.into_iter().map(|(_, alert, _)| alert).filter(|alert| new.remove(&alert.id)).collect())
}

/// What [`raise`] would find, and nothing is kept. The library is asked as it is folded and indexed.
pub fn would_find(library: &Library) -> Result<Vec<Alert>, Error> {
    let view = library.view(None)?;
    let (_, alerts) = whats_new(library, &view, &library.follows()?, view.last_observation()?)?;
    Ok(alerts.into_iter().map(|(_, alert, _)| alert).collect())
}

/// What an alert about a story would look like: where a search finds it by these of its articles, the story itself as
/// news; where it is followed (`matching` is empty), a denial or an origin that it has, as if that came in just now.
pub fn example(view: &View<'_>, name: &str, story: &Found, matching: &[String]) -> Result<Alert, Error> {
    let members = view.members_of(story)?;
    let grown = view.tell_grown(story, &vec![false; members.len()])?;
    let all = vec![true; members.len()];
    let told = Told { grown: &grown, members: &members, fresh: &all };
    let found = |m: &Member| matching.is_empty() || matching.contains(&m.name);
    let found: Vec<usize> = (0..members.len()).filter(|i| told.tells(*i) && found(&members[*i])).collect();
    let first = |stance: Stance| {
        let mut claims = grown.story.claims.iter().filter(|c| c.articles.iter().any(|a| a.stance == stance));
        claims.find_map(as_if_new)
    };
    let piece =
        if matching.is_empty() { first(Stance::Denies).or_else(|| first(Stance::Asserts)) } else { None };
    Ok(told.alert(name, piece.unwrap_or_else(|| told.found(&found))))
}

/// An alert, the number of its follow, and the articles whose words it has.
type Made = (i64, Alert, BTreeSet<String>);

/// The last of a claim's named origins as news.
fn as_if_new(claim: &Claim) -> Option<Piece> {
    let stance = claim.articles.first()?.stance;
    let last = claim.origins.iter().rev().find(|o| o.name.is_some())?;
    Some(Piece {
        news: if stance == Stance::Denies { News::Denial } else { News::Origin },
        subject: String::new(),
        text: claim.text.clone(),
        before: None,
        status: None,
        origins: named(std::slice::from_ref(last)),
        independent_origins: Some(claim.independent_origins),
        links: last.articles.clone(),
        articles: BTreeSet::new(),
    })
}

/// How far each follow is looked at, and what is new.
fn whats_new(
    library: &Library,
    view: &View<'_>,
    follows: &[Follow],
    newest: i64,
) -> Result<(Vec<Looked>, Vec<Made>), Error> {
    let Some(from) = follows.iter().map(|f| f.looked).filter(|l| *l < newest).min() else {
        return Ok((Vec::new(), Vec::new()));
    };
    let mut stories: Vec<(Found, Vec<Member>)> = Vec::new();
    for story in view.gained(from)? {
        let members = view.members_of(&story)?;
        stories.push((story, members));
    }
    let mut followers = Vec::new();
    for follow in follows.iter().filter(|f| f.looked < newest) {
        // A query that this version does not understand waits for one that does.
        followers.extend(Follower::of(library, view, follow, &stories)?);
    }
    let mut made = Vec::new();
    for (place, (story, members)) in stories.iter().enumerate() {
        let mut told: FxHashMap<Vec<bool>, Grown> = FxHashMap::default();
        for follower in &followers {
            let Some(found) = follower.stories.get(&place) else { continue };
            let fresh: Vec<bool> = members.iter().map(|m| is_fresh(m, follower.follow)).collect();
            if !fresh.contains(&true) {
                continue;
            }
            let old: Vec<bool> = fresh.iter().map(|f| !f).collect();
            let grown = match told.entry(old) {
                std::collections::hash_map::Entry::Occupied(grown) => grown.into_mut(),
                std::collections::hash_map::Entry::Vacant(slot) => {
                    let grown = view.tell_grown(story, slot.key())?;
                    slot.insert(grown)
                }
            };
            let told = Told { grown, members, fresh: &fresh };
            let is_search = matches!(follower.follow.what, Followed::Search(_));
            let news = if !is_search || stands(found, grown.before.as_ref()) {
                told.news()
            } else {
                let found: Vec<usize> = found.iter().copied().filter(|i| told.tells(*i)).collect();
                if found.is_empty() { Vec::new() } else { vec![told.found(&found)] }
            };
            for piece in news {
                let of = piece.articles.iter().copied().chain(told.headed());
                let articles = of.filter_map(|i| members.get(i)).map(|m| m.article.clone()).collect();
                made.push((follower.follow.id, told.alert(&follower.follow.name, piece), articles));
            }
        }
    }
    let looked = followers
        .into_iter()
        .map(|f| Looked { follow: f.follow.id, looked: newest, story: f.anchors })
        .collect();
    Ok((looked, made))
}

/// Whether an article is new to a follow.
fn is_fresh(member: &Member, follow: &Follow) -> bool {
    let history = follow.looked_at.checked_sub(HISTORY).unwrap_or(Timestamp::MIN);
    member.first > follow.looked && member.known_at >= history
}

/// Whether some of these articles are told by a story.
fn stands(articles: &[usize], story: Option<&Story>) -> bool {
    story.is_some_and(|s| s.articles.iter().any(|m| articles.contains(&m.article)))
}

/// A follow, and which of the stories that have gained something are its own.
struct Follower<'f> {
    follow: &'f Follow,
    /// By their place; of a search with the articles that it finds.
    stories: FxHashMap<usize, Vec<usize>>,
    /// Of a story: its id, and articles by which it is found again.
    anchors: Option<(String, Vec<String>)>,
}

impl<'f> Follower<'f> {
    fn of(
        library: &Library,
        view: &View<'_>,
        follow: &'f Follow,
        stories: &[(Found, Vec<Member>)],
    ) -> Result<Option<Self>, Error> {
        let mut of = Self { follow, stories: FxHashMap::default(), anchors: None };
        match &follow.what {
            Followed::Story(id) => {
                let Some(story) = find(view, id, &follow.anchors)? else { return Ok(Some(of)) };
                of.stories.extend(stories.iter().position(|s| s.0 == story).map(|at| (at, Vec::new())));
                let members = view.members_of(&story)?;
                of.anchors = Some((story.id, members.into_iter().map(|m| m.name).collect()));
            }
            Followed::Search(query) => {
                let Ok(query) = Query::parse(query) else { return Ok(None) };
                let Some(searchable) = library.searchable()? else { return Ok(None) };
                let among: Vec<i64> = stories.iter().flat_map(|s| &s.1).map(|m| m.observation).collect();
                let matching = view.matching(&searchable, &query, &among)?;
                for (at, (_, members)) in stories.iter().enumerate() {
                    let found: Vec<usize> =
                        (0..members.len()).filter(|i| matching.contains(&members[*i].observation)).collect();
                    if !found.is_empty() {
                        of.stories.insert(at, found);
                    }
                }
            }
        }
        Ok(Some(of))
    }
}

/// The story that a story has become; where the article that founded it is gone, by others of its articles.
pub fn find(view: &View<'_>, id: &str, anchors: &[String]) -> Result<Option<Found>, Error> {
    for id in std::iter::once(id).chain(anchors.iter().map(String::as_str)) {
        if let Some(story) = view.story(id)? {
            return Ok(Some(story));
        }
    }
    Ok(None)
}

/// A piece of news, with the articles that it rests on as indices.
struct Piece {
    news: News,
    /// What it is about, the same however it is worded.
    subject: String,
    text: String,
    before: Option<String>,
    status: Option<String>,
    origins: Vec<AlertOrigin>,
    independent_origins: Option<usize>,
    /// Where it is to be read.
    links: Vec<usize>,
    /// Whose words it has.
    articles: BTreeSet<usize>,
}

/// A story as it was and is, with its members, and which of them are new. Observations, members and `fresh` have the
/// same indices.
struct Told<'t> {
    grown: &'t Grown,
    members: &'t [Member],
    fresh: &'t [bool],
}

impl Told<'_> {
    fn story(&self) -> &Story {
        &self.grown.story
    }

    fn is_fresh(&self, article: usize) -> bool {
        self.fresh.get(article).copied().unwrap_or(false)
    }

    /// Whether a state of an article is the one that the story tells.
    fn tells(&self, article: usize) -> bool {
        self.story().articles.iter().any(|m| m.article == article)
    }

    /// The article that a state is of.
    fn article(&self, state: usize) -> &str {
        self.members.get(state).map_or("", |m| m.article.as_str())
    }

    /// The article that carries a claim first.
    fn carried_first(&self, claim: &Claim) -> &str {
        let place = |state: usize| self.story().articles.iter().position(|m| m.article == state);
        let first = claim.articles.iter().map(|c| c.article).min_by_key(|a| place(*a));
        first.map_or("", |i| self.article(i))
    }

    /// The articles that have the story's headline.
    fn headed(&self) -> impl Iterator<Item = usize> + '_ {
        let titles = self.grown.observations.iter().map(|o| o.reading.title.as_deref());
        let headline = self.story().title.as_str();
        titles.enumerate().filter(move |(_, title)| *title == Some(headline)).map(|(i, _)| i)
    }

    /// The story itself as news: a search finds it for the first time, by these of its articles.
    fn found(&self, found: &[usize]) -> Piece {
        let story = self.story();
        // What nobody puts forward by name is often half a sentence.
        let leading = story.claims.first().filter(|c| c.independent_origins > 0);
        let text = leading.map(|c| &c.text).or(story.timeline.last().map(|d| &d.text));
        let mut articles: BTreeSet<usize> = found.iter().copied().collect();
        articles.extend(leading.iter().flat_map(|c| &c.articles).map(|c| c.article));
        articles.extend(story.timeline.last().iter().flat_map(|d| &d.articles));
        let origins = leading.map_or_else(Vec::new, |c| named(&c.origins));
        Piece {
            news: News::Story,
            subject: String::new(),
            text: text.unwrap_or(&story.title).clone(),
            before: None,
            status: None,
            origins,
            independent_origins: leading.map(|c| c.independent_origins),
            links: found.to_vec(),
            articles,
        }
    }

    /// What is new in a story that was there before.
    fn news(&self) -> Vec<Piece> {
        let Some(before) = &self.grown.before else { return Vec::new() };
        let mut news: Vec<Piece> = Vec::new();
        // Claims come in order of their weight, and one article has many: it is told once, by the first of them.
        let mut told: FxHashSet<usize> = FxHashSet::default();
        for piece in self.story().claims.iter().filter_map(|claim| self.of_claim(claim, before)) {
            if piece.news == News::Denial || piece.links.iter().any(|l| !told.contains(l)) {
                told.extend(&piece.links);
                news.push(piece);
            }
        }
        for piece in self.story().timeline.iter().filter_map(|now| self.of_development(now, before)) {
            // A denial by which something stands denied is one piece of news.
            let denial = news.iter_mut().find(|n| {
                n.news == News::Denial
                    && piece.status.as_deref() == Some("denied")
                    && piece.links.iter().any(|l| n.links.contains(l))
            });
            match denial {
                Some(denial) => (denial.before, denial.status) = (piece.before, piece.status),
                None => news.push(piece),
            }
        }
        news
    }

    /// Who asserts a claim, or denies one, and did not before.
    fn of_claim(&self, claim: &Claim, before: &Story) -> Option<Piece> {
        let stance = claim.articles.first()?.stance;
        // Grouped anew, an article that named somebody may be no part of the claim any more; one that was changed is
        // part of it by what its older state says alike.
        let carries = |state: usize| claim.articles.iter().any(|c| c.article == state);
        let carried =
            |state: usize| claim.articles.iter().any(|c| self.article(c.article) == self.article(state));
        let is_same = |was: &&Claim| {
            let mut states = was.articles.iter().filter(|c| c.stance == stance).map(|c| c.article);
            states.any(|s| carries(s) || carried(s) && alike(&was.text, &claim.text) >= ALIKE)
        };
        let was: Vec<&Claim> = before.claims.iter().filter(is_same).collect();
        let is_old = !was.is_empty() || claim.articles.iter().any(|c| !self.is_fresh(c.article));
        // What one party says is a claim that somebody shares, or it is the next thing that is said.
        if stance == Stance::Asserts && !is_old && claim.independent_origins < 2 {
            return None;
        }
        let known: FxHashSet<String> =
            was.into_iter().flat_map(|c| &c.origins).filter_map(|o| o.name.as_deref().map(key)).collect();
        let is_new = |o: &&Origin| {
            let name = o.name.as_deref().map(key);
            name.is_some_and(|n| !known.contains(&n)) && o.articles.iter().all(|a| self.is_fresh(*a))
        };
        let new: Vec<Origin> = claim.origins.iter().filter(is_new).cloned().collect();
        if new.is_empty() {
            return None;
        }
        let mut who: Vec<String> = new.iter().filter_map(|o| o.name.as_deref().map(key)).collect();
        who.sort_unstable();
        let links: Vec<usize> =
            new.iter().flat_map(|o| &o.articles).copied().collect::<BTreeSet<_>>().into_iter().collect();
        Some(Piece {
            news: if stance == Stance::Denies { News::Denial } else { News::Origin },
            subject: format!("{}\n{}", self.carried_first(claim), who.join("\n")),
            text: claim.text.clone(),
            before: None,
            status: None,
            origins: named(&new),
            independent_origins: Some(claim.independent_origins),
            articles: links.iter().copied().chain(claim.articles.iter().map(|c| c.article)).collect(),
            links,
        })
    }

    /// A development that is not as it was.
    fn of_development(&self, now: &Development, before: &Story) -> Option<Piece> {
        let same = |was: &&Development| {
            was.date == now.date
                && (was
                    .articles
                    .iter()
                    .any(|a| now.articles.iter().any(|b| self.article(*a) == self.article(*b)))
                    || alike(&was.text, &now.text) >= ALIKE)
        };
        let was = before.timeline.iter().find(same)?;
        if !turned(was.status.word(), now.status.word()) {
            return None;
        }
        let first = was.articles.iter().min().map_or("", |i| self.article(*i));
        let mut links: Vec<usize> = now.articles.iter().copied().filter(|a| self.is_fresh(*a)).collect();
        if links.is_empty() {
            // Called off by an article that does not tell of the day itself.
            let own = self.story().articles.iter().filter(|m| m.copy_of.is_none());
            links.extend(own.map(|m| m.article).filter(|a| self.is_fresh(*a)));
        }
        Some(Piece {
            news: News::Status,
            subject: format!("{}\n{}\n{}", now.date, first, now.status.word()),
            text: now.text.clone(),
            before: Some(was.status.word().to_owned()),
            status: Some(now.status.word().to_owned()),
            origins: Vec::new(),
            independent_origins: None,
            articles: links.iter().chain(&now.articles).copied().collect(),
            links,
        })
    }

    fn alert(&self, follow: &str, mut piece: Piece) -> Alert {
        let story = self.story();
        let observation = |i: &usize| self.grown.observations.get(*i);
        let known = |i: &usize| self.members.get(*i).filter(|_| self.is_fresh(*i)).map(|m| m.known_at);
        let latest = || self.members.iter().map(|m| m.known_at).max();
        let known_at = piece.links.iter().filter_map(known).min().or_else(latest).unwrap_or_default();
        piece.links.truncate(LINKS);
        piece.origins.truncate(ORIGINS);
        Alert {
            id: id(&[follow, &story.id, word(piece.news), &piece.subject]),
            follow: follow.to_owned(),
            news: piece.news,
            story: story.id.clone(),
            headline: cut(&story.title),
            text: cut(&piece.text),
            before: piece.before,
            status: piece.status,
            origins: piece.origins,
            independent_origins: piece.independent_origins,
            links: piece.links.iter().filter_map(observation).map(link).collect(),
            known_at,
        }
    }
}

/// Whether it is news that a development has gone from one status to another: what is less sure than it was is not.
fn turned(was: &str, now: &str) -> bool {
    was != now && (matches!(now, "happened" | "denied") || (was, now) == ("possible", "planned"))
}

/// The same news of the same story has the same id.
fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    })
}

/// The kind in one word.
pub fn word(news: News) -> &'static str {
    match news {
        News::Story => "story",
        News::Origin => "origin",
        News::Status => "status",
        News::Denial => "denial",
    }
}

/// A name for comparison.
fn key(name: &str) -> String {
    let name = name.to_lowercase().replace('’', "'");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    name.strip_prefix("the ").unwrap_or(name).to_owned()
}

/// How much two sentences share of the longer words of the shorter one.
fn alike(a: &str, b: &str) -> f64 {
    let words = |text: &str| -> FxHashSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words.filter(|w| w.chars().count() >= LETTERS).map(str::to_lowercase).collect()
    };
    let (a, b) = (words(a), words(b));
    let least = a.len().min(b.len());
    if least == 0 { 0.0 } else { a.intersection(&b).count() as f64 / least as f64 }
}

fn named(origins: &[Origin]) -> Vec<AlertOrigin> {
    let named = |o: &Origin| {
        let name = cut(o.name.as_deref()?);
        Some(AlertOrigin { name, kind: o.kind.map(|k| k.word().to_owned()), via: o.via.as_deref().map(cut) })
    };
    origins.iter().filter_map(named).collect()
}

fn link(observation: &Observation) -> Link {
    let reading = &observation.reading;
    Link {
        article: observation.id.clone(),
        url: reading.url.clone(),
        title: reading.title.as_deref().map(cut),
        outlet: reading.outlet.as_deref().map(cut),
        published: reading.published.best.as_ref().map(reportedly_read::When::day),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
