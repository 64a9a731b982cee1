//! Who first puts a claim forward, as far as the texts say.
//!
//! Chains of several articles are followed to their ends: an article that has a claim from an outlet has it from
//! that outlet's origin. Copies and relays add nothing, and outlets that cite each other in a circle neither.

use crate::{Origin, claims::Chain, saying::Source};
use reportedly_said::PartyKind;
use rustc_hash::{FxHashMap, FxHashSet};

/// One article's way of having a claim.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    /// The article's place among those of the story.
    pub place: usize,
    /// Publisher, relays, origin.
    pub chain: Chain,
    /// The origin as the article names it; `None` for nobody, or for the outlet itself.
    pub source: Option<Source>,
    /// Whether the outlet's own people saw it.
    pub witness: bool,
}

impl Carried {
    /// Whether it is what another outlet says in its own voice.
    pub(crate) fn is_reprint(&self) -> bool {
        self.source.is_none() && self.chain.len() == 2 && self.chain.last().is_some_and(Option::is_some)
    }
}

/// Articles that names may have in front.
const ARTICLES: [&str; 3] = ["the ", "a ", "an "];

/// A text without the article that it ends in.
pub(crate) fn without_article_behind(text: &str) -> &str {
    let article = ARTICLES.iter().find_map(|a| text.strip_suffix(a.trim_end()));
    article.filter(|t| t.is_empty() || t.ends_with(char::is_whitespace)).unwrap_or(text).trim_end_matches(' ')
}

/// A name for comparison: lower case, no quotation marks, no article in front.
pub fn key(name: &str) -> String {
    let lower = name.to_lowercase().replace('’', "'");
    let trimmed = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let plain = ARTICLES.iter().find_map(|a| trimmed.strip_prefix(a)).unwrap_or(trimmed);
    plain.trim().to_owned()
}

/// Whether two names in one article mean one party.
pub(crate) fn same_party(a: &str, b: &str) -> bool {
    let (a, b) = (key(a), key(b));
    a == b || is_part(&a, &b) || is_part(&b, &a)
}

/// Whether the words of `short` are the end or the beginning of `long`'s: "brandt" of "ulla brandt".
fn is_part(short: &str, long: &str) -> bool {
    !short.is_empty()
        && long.len() > short.len()
        && (long.strip_suffix(short).is_some_and(|rest| rest.ends_with(' '))
            || long.strip_prefix(short).is_some_and(|rest| rest.starts_with(' ')))
}

/// What an origin is found under.
#[derive(Clone, Debug)]
struct Party {
    name: Option<String>,
    kind: Option<PartyKind>,
    via: Option<String>,
    words: String,
    called: Vec<String>,
    owner: Option<String>,
    named: bool,
    /// Whether the outlet that spoke to it tells so itself, or at least nobody in the story knows better.
    grounded: bool,
    places: Vec<usize>,
}

/// The origins of a claim, in order of the first article that has it from them; `articles` holds places.
pub(crate) fn of_claim(carried: &[Carried]) -> Vec<Origin> {
    let mut of_outlet: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (i, c) in carried.iter().enumerate() {
        if let Some(Some(outlet)) = c.chain.first() {
            of_outlet.entry(key(outlet)).or_default().push(i);
        }
    }
    let mut parties: Vec<Party> = Vec::new();
    for i in 0..carried.len() {
        let party = follow(i, carried, &of_outlet);
        parties.push(party);
    }
    // Those who are known first-hand come first, so that the others can be recognised in them.
    let mut order: Vec<usize> = (0..parties.len()).collect();
    order.sort_by_key(|i| (!parties[*i].grounded, *i));
    let mut merged: Vec<Party> = Vec::new();
    for i in order {
        let party = &parties[i];
        match merged.iter().position(|m| one(m, party)) {
            Some(m) => {
                merged[m].places.extend(&party.places);
                // Whom an outlet spoke to says more than the outlet.
                if spoke_to(&merged[m], party) {
                    let places = std::mem::take(&mut merged[m].places);
                    merged[m] = Party { places, ..party.clone() };
                }
                if merged[m].via.is_none() && merged[m].kind != Some(PartyKind::Outlet) {
                    merged[m].via.clone_from(&party.via);
                }
                // A name says more than a role, and whoever is an office of somebody more than "his office".
                if party.named && !merged[m].named && party.kind == Some(PartyKind::Person)
                    || party.kind == merged[m].kind && is_bare(&merged[m]) && !is_bare(party)
                {
                    let places = std::mem::take(&mut merged[m].places);
                    merged[m] = Party { places, ..party.clone() };
                }
                // Of a party with a name, the fuller one is the better.
                if party.kind == merged[m].kind
                    && matches!(party.kind, Some(PartyKind::Person | PartyKind::Org))
                    && let (Some(old), Some(new)) = (&merged[m].name, &party.name)
                    && is_part(&key(old), &key(new))
                {
                    merged[m].name.clone_from(&party.name);
                }
            }
            None => merged.push(party.clone()),
        }
    }
    // Nobody in particular is an origin only where nobody else is.
    if merged.iter().any(|m| m.name.is_some()) {
        merged.retain(|m| m.name.is_some());
    }
    for m in &mut merged {
        m.places.sort_unstable();
        m.places.dedup();
    }
    merged.sort_by(|a, b| a.places.cmp(&b.places).then_with(|| a.name.cmp(&b.name)));
    merged
        .into_iter()
        .map(|m| Origin { name: m.name, via: m.via, kind: m.kind, articles: m.places })
        .collect()
}

/// Whether a party is told by a pronoun whose it is: "his office".
fn is_bare(party: &Party) -> bool {
    party.owner.as_ref().is_some_and(|o| {
        let words = key(&party.words);
        !key(o).split(' ').any(|w| words.split(' ').any(|x| x.trim_end_matches("'s") == w))
    })
}

/// Follows a chain through the other articles to the party that it begins with.
fn follow(start: usize, carried: &[Carried], of_outlet: &FxHashMap<String, Vec<usize>>) -> Party {
    let mut seen = FxHashSet::default();
    let mut at = start;
    let mut circle = false;
    loop {
        seen.insert(at);
        let c = &carried[at];
        let Some(next) = cited(c) else { break };
        let Some(articles) = of_outlet.get(&next) else { break };
        let named = c.source.as_ref().is_some_and(|s| matches!(s.kind, PartyKind::Person | PartyKind::Org));
        if named {
            break;
        }
        // The article of the outlet that tells of a party like this one, else its first.
        let called = c.source.as_ref().filter(|s| s.kind != PartyKind::Outlet).map(|s| s.called.as_slice());
        let like = |i: &&usize| {
            carried[**i].source.as_ref().is_some_and(|s| called.is_none_or(|c| alike(&s.called, c)))
        };
        let vague = called.is_none_or(<[String]>::is_empty);
        let found = articles.iter().find(like).or_else(|| articles.first().filter(|_| vague));
        let Some(found) = found else { break };
        if seen.contains(found) {
            circle = *found != at;
            break;
        }
        at = *found;
    }
    let c = &carried[at];
    let own = c.chain.first().cloned().flatten();
    let source = c.source.clone();
    let last = c.chain.last().cloned().flatten();
    let name = match &source {
        Some(s) => Some(last.unwrap_or_else(|| s.name.clone())),
        // The outlet's own people.
        None if c.chain.len() == 1 => own.clone(),
        None if c.is_reprint() => last,
        None => None,
    };
    let via = match &source {
        Some(s) if s.kind == PartyKind::Outlet => None,
        None if c.is_reprint() => name.clone(),
        _ => outlet_before_origin(c).or(own),
    };
    let is_outlet = c.chain.len() == 1 || c.is_reprint();
    Party {
        name,
        kind: source.as_ref().map(|s| s.kind).or(is_outlet.then_some(PartyKind::Outlet)),
        via,
        words: source.as_ref().map_or_else(String::new, |s| s.words.clone()),
        owner: source.as_ref().and_then(|s| s.owner.clone()),
        named: source.as_ref().is_some_and(|s| s.named),
        called: source.map_or_else(Vec::new, |s| s.called),
        grounded: !circle,
        places: vec![carried[start].place],
    }
}

/// The outlet that an article has a claim from, for comparison.
fn cited(c: &Carried) -> Option<String> {
    match &c.source {
        Some(s) if s.kind == PartyKind::Outlet => Some(key(&s.name)),
        Some(_) if c.chain.len() > 2 => outlet_before_origin(c).map(|o| key(&o)),
        None if c.is_reprint() => c.chain.last().cloned().flatten().map(|o| key(&o)),
        _ => None,
    }
}

/// The last link before the origin, where it is a relay.
fn outlet_before_origin(c: &Carried) -> Option<String> {
    (c.chain.len() > 2).then(|| c.chain[c.chain.len() - 2].clone()).flatten()
}

/// Whether two parties are one origin.
fn one(a: &Party, b: &Party) -> bool {
    // Where one article names only the outlet and another whom that outlet spoke to, it is he.
    if spoke_to(a, b) || spoke_to(b, a) {
        return true;
    }
    let (Some(x), Some(y)) = (&a.name, &b.name) else { return a.name.is_none() && b.name.is_none() };
    if belongs_to_one(a, b) || holds_role(a, b) || holds_role(b, a) {
        return true;
    }
    let unnamed = |p: &Party| matches!(p.kind, Some(PartyKind::Anonymous | PartyKind::Document) | None);
    match (unnamed(a), unnamed(b)) {
        (false, false) => same_party(x, y) || speaks_for(a, b) || speaks_for(b, a),
        (true, true) => {
            let via = |p: &Party| p.via.as_deref().map(key);
            let same_via = via(a).is_some() && via(a) == via(b);
            // Pages whose outlet is unknown leave open to whom somebody spoke.
            if key(x) == key(y) && (via(a).is_none() || via(b).is_none()) {
                return true;
            }
            let same = key(x) == key(y) || alike(&a.called, &b.called);
            // Two descriptions that could be anybody, by way of one outlet, are one.
            same && (same_via || !b.grounded) || same_via && (a.called.is_empty() || b.called.is_empty())
        }
        // A spokesman without a name may be the one with a name, but nothing says so.
        _ => false,
    }
}

/// Whether `outlet` is named as an origin and `party` is whom it spoke to.
fn spoke_to(outlet: &Party, party: &Party) -> bool {
    outlet.kind == Some(PartyKind::Outlet)
        && outlet.via.is_none()
        && party.kind != Some(PartyKind::Outlet)
        && outlet.name.is_some()
        && outlet.name.as_deref().map(key) == party.via.as_deref().map(key)
}

/// Whether a person is introduced as speaking for an organisation: "Varda chief executive Edda Varning".
fn speaks_for(person: &Party, org: &Party) -> bool {
    person.kind == Some(PartyKind::Person)
        && org.kind == Some(PartyKind::Org)
        && org.name.as_deref().is_some_and(|o| {
            let (o, words) = (key(o), key(&person.words));
            !o.is_empty() && words.len() > o.len() && format!(" {words} ").contains(&format!(" {o} "))
        })
}

/// Whether two parties are one office or person of the same owner: "his office", "the office of President Dastan".
fn belongs_to_one(a: &Party, b: &Party) -> bool {
    let (Some(x), Some(y)) = (&a.owner, &b.owner) else { return false };
    a.kind == b.kind
        && a.kind != Some(PartyKind::Outlet)
        && a.called.last().is_some()
        && a.called.last() == b.called.last()
        && same_party(x, y)
}

/// Whether a party described by nothing but a role is the person introduced with it: "her promoter" is "promoter Hal
/// Speke", "Norvale's foreign minister" is "foreign minister Ulla Brandt".
fn holds_role(description: &Party, person: &Party) -> bool {
    let Some(owner) = &description.owner else { return false };
    let owner = key(owner);
    let role: Vec<&String> =
        description.called.iter().filter(|w| !owner.split(' ').any(|o| o == w.as_str())).collect();
    let words = format!(" {} ", key(&person.words));
    person.kind == Some(PartyKind::Person)
        && matches!(description.kind, Some(PartyKind::Person | PartyKind::Anonymous))
        && !description.named
        && person.named
        && !role.is_empty()
        && role.iter().all(|w| words.contains(&format!(" {w} ")))
}

/// Whether two unnamed parties share what they are called by: "a former conservator at the museum", "the one-time
/// conservator".
fn alike(a: &[String], b: &[String]) -> bool {
    a.iter().any(|w| b.contains(w))
}
