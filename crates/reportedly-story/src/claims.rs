//! The claims of a story: the same content across its articles, by way of whom each article has it, and who stands
//! behind it.
//!
//! What is said by way of a source is compared by weighted stems, which tell what it is about, and by its predicates
//! ([`crate::predicates`]), which tell what it says of that. The leading claim is the one that most articles carry and
//! that is most of what their headlines are about. How a content stands (may, will, has) is no part of what it is: "may
//! sell" and "has sold" are one claim at two times. Who says that it is not so, or the opposite, makes a claim of his
//! own; what is not clearly for a claim nor against it is neither.

use crate::{
    Carrier, Claim, Member, Observation, Stance, credits, each,
    origins::{self, Carried},
    outlets::Outlets,
    predicates::Relation,
    saying::{Denied, Saying, Told},
    wording::Wording,
};
use reportedly_said::{PartyKind, Status};
use reportedly_text::Analysis;
use rustc_hash::{FxHashMap, FxHashSet};

/// A chain: publisher, relays, origin, by name.
pub(crate) type Chain = Vec<Option<String>>;

/// Sayings that are tried as the seed of a claim.
const SEEDS: usize = 64;
/// Likeness from which on two sayings speak for each other.
const ALIKE: f32 = 0.30;
/// Share of a claim's core from which on a saying asserts it.
const CARRIES: f32 = 0.45;
/// The same for a claim besides the leading one.
const REPEATS: f32 = 0.6;
/// The same for a saying that says what the claim does, in whatever words: of the leading claim, of another.
const CARRIES_IT: f32 = 0.33;
const REPEATS_IT: f32 = 0.5;
/// Share of a claim's core from which on a saying with a negated content denies it.
const NEGATES: f32 = 0.4;
/// Share of a claim's core that a saying has in its own words, whatever its headline says for it.
const ITSELF: f32 = 0.25;
/// Share of what a negated content says that must be of the claim.
const ABOUT: f32 = 0.6;
/// What the likeness of two sayings is worth that begin with different numbers.
const OTHER_FIGURE: f32 = 0.5;
/// Share of a claim's core from which on a saying whose cue rejects the content denies it.
const REJECTS: f32 = 0.35;
/// The same where the content says what the claim does.
const REJECTS_IT: f32 = 0.2;
/// Terms of a claim's core.
const CORE: usize = 8;
/// Share of the carriers that must have a term of the core.
const COMMON: f32 = 0.34;
/// How little a term says that stands in all other sayings of a story, 0 to 1.
const EVERYWHERE: f32 = 0.6;
/// Other sayings that are looked at for it.
const SAMPLE: usize = 200;
/// Claims a story is given besides the leading one and its denial.
const FURTHER: usize = 8;
/// What a copy counts as a carrier.
const COPY: f32 = 0.3;
/// What a sentence without a source counts as the seed of a claim.
const OWN_VOICE: f32 = 0.6;
/// What a content that says nothing by itself counts as the seed of a claim.
const FRAGMENT: f32 = 0.4;

/// The claims of one story, the leading one first, and for each of its articles the chain by which it has the
/// leading claim (empty where it does not carry it). `articles` are the story's, in order of becoming known, and
/// `texts` are theirs.
pub(crate) fn of_story(
    observations: &[Observation],
    articles: &[Member],
    texts: &[Analysis<'_>],
    outlets: &Outlets,
) -> (Vec<Claim>, Vec<Chain>) {
    let all: Vec<(&Member, &Analysis<'_>)> = articles.iter().zip(texts).collect();
    let mut told = each(&all, |(member, text)| Told::of(&observations[member.article].reading, text));
    know_outlets(&mut told, outlets);
    let mut story = Story::new(articles, told);
    let mut claims = Vec::new();
    let mut chains = vec![Vec::new(); articles.len()];
    if let Some(seed) = story.leading() {
        let core = story.core(seed);
        let denial = story.denial(&core, seed);
        let leading = story.claim(&core, seed, true);
        if let Some(leading) = leading {
            for carrier in &leading.articles {
                if let Some(i) = articles.iter().position(|m| m.article == carrier.article)
                    && chains[i].is_empty()
                {
                    chains[i].clone_from(&carrier.chain);
                }
            }
            claims.push(leading);
        }
        claims.extend(denial);
        claims.extend(story.further());
    }
    (claims, chains)
}

/// An outlet that has an article in the collection, or that others have something by way of, is known for one
/// wherever it is named. One that names itself as the source speaks in its own voice.
fn know_outlets(told: &mut [Told], outlets: &Outlets) {
    let relays: FxHashSet<String> = told.iter().flat_map(|t| &t.relays).map(|n| origins::key(n)).collect();
    for t in told {
        let (own, plain) = (t.outlet.clone(), &t.plain);
        let own_key = own.as_deref().map(origins::key);
        if t.credits.is_empty() {
            t.credits.extend(credits::known(&t.lines, outlets, own.as_deref()));
        }
        for saying in &mut t.sayings {
            for link in saying.chain.iter_mut().skip(1).flatten() {
                if let Some(name) = outlets.meant(link, plain, own.as_deref()) {
                    name.clone_into(link);
                }
            }
            let Some(source) = &mut saying.source else { continue };
            if matches!(source.kind, PartyKind::Outlet | PartyKind::Org)
                && let Some(name) = outlets.meant(&source.name, plain, own.as_deref())
            {
                name.clone_into(&mut source.name);
            }
            let name = origins::key(&source.name);
            if Some(&name) == own_key.as_ref() && saying.chain.len() <= 2 {
                saying.source = None;
                saying.chain.truncate(1);
                saying.statement = None;
            } else if !name.is_empty() && (relays.contains(&name) || outlets.has(&name)) {
                source.kind = PartyKind::Outlet;
                source.named = true;
            }
        }
    }
}

/// One story while its claims are being found.
struct Story<'s> {
    articles: &'s [Member],
    told: Vec<Told>,
    /// For each saying of each article, its wording weighted for this story.
    words: Vec<Vec<Wording>>,
    /// For each term the sayings that have it.
    having: FxHashMap<u64, Vec<Having>>,
    /// The number of each article's first saying.
    numbers: Vec<usize>,
    /// The wordings without what the context says for them.
    own: Vec<Vec<Wording>>,
    /// What each term weighs where it stands itself rather than in the context.
    full: FxHashMap<u64, f32>,
    /// For each saying, whether a claim has it already.
    taken: Vec<Vec<bool>>,
    /// The wordings of the titles, weighted for this story.
    titles: Vec<Wording>,
    /// Where an article's original stands among the articles.
    original: Vec<Option<usize>>,
}

/// Some of the sayings.
struct Others {
    /// For each saying, whether it is one of them.
    among: Vec<bool>,
    count: usize,
}

/// A saying that has a term.
struct Having {
    /// Its number.
    saying: u32,
    /// What the term weighs there.
    weight: f32,
    /// Whether it has it without the context.
    itself: bool,
}

/// A saying: the article's place and its own place in it.
type At = (usize, usize);

impl<'s> Story<'s> {
    fn new(articles: &'s [Member], told: Vec<Told>) -> Self {
        let place: FxHashMap<usize, usize> =
            articles.iter().enumerate().map(|(i, m)| (m.article, i)).collect();
        let original: Vec<Option<usize>> =
            articles.iter().map(|m| m.copy_of.and_then(|c| place.get(&c).copied())).collect();
        // A word says more here the more of the headlines and openings have it.
        let mut heads: FxHashMap<u64, f32> = FxHashMap::default();
        let mut all = 0.0;
        for (i, t) in told.iter().enumerate() {
            let n = if original[i].is_some() { COPY } else { 1.0 };
            all += n;
            for (term, _) in t.head.terms() {
                *heads.entry(*term).or_default() += n;
            }
        }
        let weigh = |term: u64| 0.25 + heads.get(&term).copied().unwrap_or(0.0) / f32::max(all, 1.0);
        let words: Vec<Vec<Wording>> =
            told.iter().map(|t| t.sayings.iter().map(|s| s.words.scaled(weigh)).collect()).collect();
        let own: Vec<Vec<Wording>> =
            told.iter().map(|t| t.sayings.iter().map(|s| s.own.scaled(weigh)).collect()).collect();
        let mut full: FxHashMap<u64, f32> = FxHashMap::default();
        for (term, weight) in words.iter().flatten().flat_map(Wording::terms) {
            let most = full.entry(*term).or_default();
            *most = weight.max(*most);
        }
        let mut having: FxHashMap<u64, Vec<Having>> = FxHashMap::default();
        for (saying, (wording, own)) in (0..).zip(words.iter().flatten().zip(own.iter().flatten())) {
            for (term, weight) in wording.terms() {
                let itself = own.weight_of(*term).is_some();
                having.entry(*term).or_default().push(Having { saying, weight: *weight, itself });
            }
        }
        let numbers =
            words.iter().scan(0, |next, of| Some(std::mem::replace(next, *next + of.len()))).collect();
        let titles = told.iter().map(|t| t.title.scaled(weigh)).collect();
        let taken = told.iter().map(|t| vec![false; t.sayings.len()]).collect();
        Self { articles, told, words, having, numbers, own, full, taken, titles, original }
    }

    fn saying(&self, at: At) -> &Saying {
        &self.told[at.0].sayings[at.1]
    }

    fn sayings(&self) -> impl Iterator<Item = At> + '_ {
        self.told.iter().enumerate().flat_map(|(i, t)| (0..t.sayings.len()).map(move |j| (i, j)))
    }

    /// How many sayings there are.
    fn count(&self) -> usize {
        self.numbers.last().zip(self.words.last()).map_or(0, |(first, of)| first + of.len())
    }

    fn counts(&self, article: usize) -> f32 {
        if self.original[article].is_some() { COPY } else { 1.0 }
    }

    /// What a wording shares with each saying, by its number: as [`Wording::shared`] for all of them in one go.
    fn shared(&self, wording: &Wording) -> Vec<f32> {
        let mut shared = vec![0.0; self.count()];
        for (term, weight) in wording.terms() {
            for having in self.having.get(term).into_iter().flatten() {
                shared[having.saying as usize] += weight.min(having.weight);
            }
        }
        shared
    }

    /// How alike a wording and a saying are, by what it shares with each.
    fn likeness(&self, wording: &Wording, shared: &[f32], at: At) -> f32 {
        let shared = shared[self.numbers[at.0] + at.1];
        if shared > 0.0 { wording.likeness_by(shared, &self.words[at.0][at.1]) } else { 0.0 }
    }

    fn conflict(&self, a: At, b: At) -> bool {
        self.saying(a).figures.conflict(&self.saying(b).figures)
    }

    /// How what the second says stands to what the first claims.
    fn relation(&self, claim: At, said: At) -> Relation {
        self.saying(claim).says.relation(&self.saying(said).says)
    }

    /// Whether two sayings may be one claim: they say the same, and what was called off is another claim than what is
    /// to come.
    fn comparable(&self, a: At, b: At) -> bool {
        self.saying(a).denied == self.saying(b).denied && self.relation(a, b).may_be_same()
    }

    /// How much of the story speaks for a saying: the articles with something alike, each with its likeness.
    fn support(&self, at: At) -> (f32, usize) {
        let (mut sum, mut texts) = (0.0, 0);
        let words = &self.words[at.0][at.1];
        let shared = self.shared(words);
        // What begins with another number is another matter.
        let alike = |other: At| {
            let alike = self.likeness(words, &shared, other);
            if alike > 0.0 && self.conflict(at, other) { alike * OTHER_FIGURE } else { alike }
        };
        for (i, told) in self.told.iter().enumerate() {
            // Whether two are comparable takes longer to tell than how alike they are.
            let best = (0..told.sayings.len())
                .filter(|j| !self.taken[i][*j] && told.sayings[*j].statement.is_some())
                .map(|j| (j, alike((i, j))))
                .filter(|(j, alike)| *alike >= ALIKE && self.comparable(at, (i, *j)))
                .map(|(_, alike)| alike)
                .fold(0.0, f32::max);
            if i == at.0 || best >= ALIKE {
                sum += self.counts(i) * if i == at.0 { 1.0 } else { best };
                texts += usize::from(self.original[i].is_none());
            }
        }
        (sum, texts)
    }

    /// Share of the headlines' words that a saying has.
    fn in_titles(&self, at: At) -> f32 {
        let words = &self.words[at.0][at.1];
        let mut sum = 0.0;
        let mut all = 0.0;
        for (i, title) in self.titles.iter().enumerate() {
            if title.weight() > 0.0 {
                sum += self.counts(i) * (title.shared(words) / title.weight()).min(1.0);
                all += self.counts(i);
            }
        }
        if all > 0.0 { sum / all } else { 0.0 }
    }

    /// The saying that stands best for the story.
    fn leading(&self) -> Option<At> {
        let mut seeds: Vec<(At, f32)> = self
            .sayings()
            .filter(|at| self.saying(*at).denied.is_none())
            .map(|at| {
                let saying = self.saying(at);
                let voice = if saying.statement.is_some() { 1.0 } else { OWN_VOICE };
                let whole = if saying.whole { 1.0 } else { FRAGMENT };
                (at, whole * voice * self.in_titles(at) * if saying.opening { 1.5 } else { 1.0 })
            })
            .collect();
        sort_by_weight(&mut seeds);
        seeds.truncate(SEEDS);
        let mut best: Vec<(At, f32)> =
            seeds.into_iter().map(|(at, titles)| (at, self.support(at).0 * (0.2 + titles))).collect();
        // A thing or a time is no claim that a story could begin with.
        if best.iter().any(|b| self.saying(b.0).whole) {
            best.retain(|b| self.saying(b.0).whole);
        }
        sort_by_weight(&mut best);
        best.first().map(|b| b.0)
    }

    /// What those who speak for a saying have in common: its terms, each by the share of them that have it.
    fn core(&self, seed: At) -> Wording {
        let mut core = self.words[seed.0][seed.1].clone();
        for _ in 0..2 {
            let mut shares: FxHashMap<u64, f32> = FxHashMap::default();
            let mut weights: FxHashMap<u64, f32> = FxHashMap::default();
            let mut all = 0.0;
            let shared = self.shared(&core);
            for (i, words) in self.words.iter().enumerate() {
                let best = (0..words.len())
                    .map(|j| (j, self.likeness(&core, &shared, (i, j))))
                    .filter(|(j, l)| (i, *j) == seed || *l >= ALIKE)
                    .filter(|(j, _)| {
                        (i, *j) == seed
                            || self.told[i].sayings[*j].statement.is_some()
                                && self.comparable(seed, (i, *j))
                                && !self.conflict(seed, (i, *j))
                    })
                    .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
                let Some((j, _)) = best else { continue };
                all += self.counts(i);
                for (term, weight) in words[j].terms() {
                    *shares.entry(*term).or_default() += self.counts(i);
                    let most = weights.entry(*term).or_default();
                    *most = weight.max(*most);
                }
            }
            let others = self.others(&core, &shared);
            let mut terms: Vec<(u64, f32)> = weights
                .into_iter()
                .filter(|(t, _)| shares[t] / all >= COMMON)
                .map(|(t, w)| (t, w * shares[&t] / all * (1.0 - EVERYWHERE * self.elsewhere(t, &others))))
                .collect();
            terms.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            terms.truncate(CORE);
            core = Wording::from_terms(terms);
        }
        core
    }

    /// Sayings of the story that are of something else than a claim's core, a sample of them.
    fn others(&self, core: &Wording, shared: &[f32]) -> Others {
        let others = self
            .sayings()
            .filter(|at| self.saying(*at).statement.is_some() && self.likeness(core, shared, *at) < ALIKE);
        let mut found = Others { among: vec![false; shared.len()], count: 0 };
        for at in others.take(SAMPLE) {
            found.among[self.numbers[at.0] + at.1] = true;
            found.count += 1;
        }
        found
    }

    /// Share of these sayings that have a term themselves.
    fn elsewhere(&self, term: u64, others: &Others) -> f32 {
        let having = self.having.get(&term).into_iter().flatten();
        let having = having.filter(|having| having.itself && others.among[having.saying as usize]);
        having.count() as f32 / others.count.max(1) as f32
    }

    /// The share of a claim's core that each saying has, by its number.
    fn parts(&self, core: &Wording) -> Vec<f32> {
        let mut parts = vec![0.0; self.count()];
        let whole = core.weight();
        if whole <= 0.0 {
            return parts;
        }
        for (term, weight) in core.terms() {
            let full = self.full.get(term).copied().unwrap_or(1.0);
            for having in self.having.get(term).into_iter().flatten() {
                // A word that only the context brings counts for less.
                parts[having.saying as usize] += weight * (having.weight / full).min(1.0);
            }
        }
        for part in &mut parts {
            *part /= whole;
        }
        parts
    }

    /// The part of a saying among those of all.
    fn part(&self, parts: &[f32], at: At) -> f32 {
        parts[self.numbers[at.0] + at.1]
    }

    /// How many words of a claim's core a saying has itself.
    fn words_of(&self, core: &Wording, at: At) -> usize {
        let own = &self.own[at.0][at.1];
        core.terms().iter().filter(|(term, _)| own.weight_of(*term).is_some()).count()
    }

    /// Share of a claim's core that a saying has in its own words.
    fn itself(&self, core: &Wording, at: At) -> f32 {
        let whole = core.weight();
        if whole > 0.0 { self.own[at.0][at.1].known(core) / whole } else { 0.0 }
    }

    /// Who rejects a claim: by a cue that does, or by saying that it is not so, or the opposite.
    fn denial(&mut self, core: &Wording, seed: At) -> Option<Claim> {
        let mut found: Vec<(At, f32)> = Vec::new();
        let parts = self.parts(core);
        for at in self.sayings() {
            let saying = self.saying(at);
            let attributed = saying.source.is_some() && saying.statement.is_some();
            if !attributed || saying.turns_down {
                continue;
            }
            let part = self.part(&parts, at);
            if part < REJECTS_IT {
                continue;
            }
            let denies = match (saying.denied, self.relation(seed, at)) {
                (Some(Denied::Rejected), Relation::Same | Relation::Alike) => part >= REJECTS_IT,
                (
                    Some(Denied::Rejected),
                    Relation::Unknown | Relation::Unread | Relation::Bare { negated: false },
                ) => part >= REJECTS,
                (Some(Denied::Rejected), _) => false,
                (Some(Denied::Negated), Relation::Unknown | Relation::Unread) => {
                    let own = self.own[at.0][at.1].weight();
                    let about = core.known(&self.own[at.0][at.1]);
                    part >= NEGATES && about >= ABOUT * own && !self.asserts(&parts, seed, at, part)
                }
                (_, Relation::Opposite | Relation::Untrue | Relation::Bare { negated: true }) => {
                    part >= NEGATES && !self.asserts(&parts, seed, at, part)
                }
                _ => false,
            };
            if denies {
                found.push((at, part));
            }
        }
        self.made(&found, &[], Stance::Denies, false)
    }

    /// Whether who says this asserts a claim elsewhere in the same article.
    fn asserts(&self, parts: &[f32], seed: At, at: At, part: f32) -> bool {
        let Some(source) = &self.saying(at).source else { return false };
        self.told[at.0].sayings.iter().enumerate().any(|(j, other)| {
            other.denied.is_none()
                && other.source.as_ref().is_some_and(|s| origins::same_party(&s.name, &source.name))
                && self.part(parts, (at.0, j)) >= part.max(CARRIES)
                && self.relation(seed, (at.0, j)).may_be_same()
        })
    }

    /// A claim with all who carry it.
    fn claim(&mut self, core: &Wording, seed: At, leading: bool) -> Option<Claim> {
        let mut found: Vec<(At, f32)> = Vec::new();
        // What says something else, and comes by way of another outlet.
        let mut passed_on: Vec<(At, f32)> = Vec::new();
        let parts = self.parts(core);
        let least = if leading { CARRIES_IT } else { REPEATS_IT };
        for i in 0..self.told.len() {
            let deniers: Vec<String> = self.told[i]
                .sayings
                .iter()
                .enumerate()
                .filter(|(j, s)| self.taken[i][*j] && s.denied.is_some())
                .filter_map(|(_, s)| s.source.as_ref().map(|s| origins::key(&s.name)))
                .collect();
            for j in 0..self.told[i].sayings.len() {
                let at = (i, j);
                let part = self.part(&parts, at);
                if part < least && at != seed {
                    continue;
                }
                let saying = self.saying(at);
                // Who saw it is no source of what was said before it came.
                let own_voice = saying.statement.is_none();
                let heard = !own_voice
                    || self.saying(seed).statement.is_none() && saying.opening
                    || saying.witness && self.saying(seed).status == Status::Happened;
                if self.taken[i][j]
                    || !heard
                    || at != seed && (saying.denied != self.saying(seed).denied || self.conflict(seed, at))
                    // Who rejects a claim does not assert it with his next sentence.
                    || saying.source.as_ref().is_some_and(|s| deniers.contains(&origins::key(&s.name)))
                {
                    continue;
                }
                // What says nothing of the claim itself is another development of the story.
                let relayed = self.told[i].relayed(j);
                let itself = at == seed || relayed || self.itself(core, at) >= ITSELF;
                if !itself {
                    continue;
                }
                let relation = self.relation(seed, at);
                let enough = part >= if leading { CARRIES } else { REPEATS };
                // One word is not enough for two contents to be about the same matter.
                let about_it = leading || self.words_of(core, at) > 1;
                let says_it = about_it
                    && match relation {
                        Relation::Same => part >= if leading { CARRIES_IT } else { REPEATS_IT },
                        Relation::Unread => enough,
                        Relation::Alike => leading && part >= CARRIES_IT,
                        // "confirmed the report"; what was seen is said behind the seeing: "saw the crane fall".
                        Relation::Unknown | Relation::Part => leading && enough,
                        Relation::Other => leading && enough && saying.witness && own_voice,
                        _ => false,
                    };
                if at == seed || says_it {
                    found.push((at, part));
                } else if leading && enough && relayed && relation == Relation::Other {
                    passed_on.push((at, part));
                }
            }
        }
        self.agree_on_figures(&mut found, seed);
        self.made(&found, &passed_on, Stance::Asserts, leading)
    }

    /// Leaves out what counts otherwise than the first that counts, where the seed of a claim does not count.
    fn agree_on_figures(&self, found: &mut Vec<(At, f32)>, seed: At) {
        if self.saying(seed).figures.is_empty()
            && let Some((first, _)) = found.iter().find(|(at, _)| !self.saying(*at).figures.is_empty())
        {
            let first = *first;
            found.retain(|(at, _)| !self.conflict(first, *at));
        }
    }

    /// Makes a claim of sayings, each with the share of the core that it has. With `whole`, copies that bring no
    /// saying of their own take their original's. Of `passed_on` those count for the way of the claim whose source is an
    /// outlet that carries it.
    fn made(
        &mut self,
        found: &[(At, f32)],
        passed_on: &[(At, f32)],
        stance: Stance,
        whole: bool,
    ) -> Option<Claim> {
        // One carrier for each article and origin: the saying with most of the core, then with the longest chain.
        let mut best: Vec<(At, f32)> = Vec::new();
        let mut sorted = found.to_vec();
        sorted.sort_by(|a, b| {
            let rank = |x: &(At, f32)| {
                let s = self.saying(x.0);
                let known = f32::from(s.source.is_some()) * 0.15;
                x.1 + known + if s.opening { 0.15 } else { 0.0 } + 0.05 * s.chain.len().min(4) as f32
            };
            a.0.0.cmp(&b.0.0).then(rank(b).total_cmp(&rank(a))).then(a.0.cmp(&b.0))
        });
        for (at, part) in sorted {
            let saying = self.saying(at);
            let same = |other: &(At, f32)| {
                other.0.0 == at.0 && origins::same_party(&self.saying(other.0).party(), &saying.party())
            };
            if !best.iter().any(same) {
                best.push((at, part));
            }
        }
        // An outlet that stands as a source beside what it passes on is a relay only.
        let passes_on = |at: &At| {
            let Some(source) = self.saying(*at).source.as_ref().filter(|s| s.kind == PartyKind::Outlet)
            else {
                return false;
            };
            let outlet = Some(origins::key(&source.name));
            best.iter().any(|(other, _)| {
                other.0 == at.0 && other != at && {
                    let chain = &self.saying(*other).chain;
                    let relays = chain.get(1..chain.len().saturating_sub(1)).unwrap_or_default();
                    relays.iter().flatten().any(|link| Some(origins::key(link)) == outlet)
                }
            })
        };
        let keep: Vec<bool> = best.iter().map(|(at, _)| !passes_on(at)).collect();
        let mut keep = keep.into_iter();
        best.retain(|_| keep.next().unwrap_or(true));
        let mut carried: Vec<(Carried, Option<usize>)> = best
            .iter()
            .map(|(at, _)| {
                let saying = self.saying(*at);
                (self.carried(at.0, saying), saying.statement)
            })
            .collect();
        for (at, _) in passed_on {
            let saying = self.saying(*at);
            let Some(source) = &saying.source else { continue };
            let name = origins::key(&source.name);
            let relays = saying.chain.get(1..saying.chain.len().saturating_sub(1)).unwrap_or_default();
            // It has from an outlet what that outlet has, from whom that outlet has it.
            let carries = |(place, j): At| {
                let Some(outlet) = self.told[place].outlet.as_deref().map(origins::key) else { return false };
                let same = || {
                    let other = self.told[place].sayings[j].source.as_ref();
                    other.is_some_and(|o| origins::same_party(&o.name, &source.name))
                };
                source.kind == PartyKind::Outlet && outlet == name
                    || relays.iter().flatten().any(|r| origins::key(r) == outlet) && same()
            };
            if carried.iter().all(|c| c.0.place != at.0) && best.iter().any(|b| carries(b.0)) {
                carried.push((self.carried(at.0, saying), None));
            }
        }
        if whole || stance == Stance::Denies {
            for i in 0..self.articles.len() {
                let Some(o) = self.original[i] else { continue };
                if carried.iter().any(|c| c.0.place == i) {
                    continue;
                }
                let Some((at, _)) = best.iter().find(|b| b.0.0 == o) else { continue };
                let saying = self.saying(*at);
                carried.push((self.carried(i, saying), None));
            }
            carried.sort_by_key(|c| c.0.place);
        }
        let (first, _) = best.first()?;
        // Of what is denied rather what somebody rejects than what he says instead.
        let said = || best.iter().map(|b| self.saying(b.0));
        let rejected = said().find(|s| s.denied == Some(Denied::Rejected));
        let text = rejected.or_else(|| said().find(|s| s.whole)).unwrap_or(self.saying(*first)).text.clone();
        for (at, _) in found {
            self.taken[at.0][at.1] = true;
        }
        // Where anybody is named, only those of the outlets' own people who saw it are origins beside him.
        let named = carried.iter().any(|c| c.0.source.is_some());
        let parties: Vec<Carried> = carried
            .iter()
            .map(|c| c.0.clone())
            .filter(|c| !named || c.witness || c.source.is_some() || c.chain.len() > 1 && !c.is_reprint())
            .collect();
        let origins = origins::of_claim(&parties);
        let origins: Vec<crate::Origin> = origins
            .into_iter()
            .map(|mut o| {
                for a in &mut o.articles {
                    *a = self.articles[*a].article;
                }
                o
            })
            .collect();
        let independent_origins = origins.iter().filter(|o| o.name.is_some()).count();
        let articles = carried
            .into_iter()
            .map(|(c, statement)| Carrier {
                article: self.articles[c.place].article,
                chain: c.chain,
                stance,
                statement,
            })
            .collect();
        Some(Claim { text, articles, origins, independent_origins })
    }

    /// By way of whom an article has a saying, its own or its original's.
    fn carried(&self, article: usize, saying: &Saying) -> Carried {
        let told = &self.told[article];
        let mut chain = saying.chain.clone();
        if chain.is_empty() {
            chain.push(told.outlet.clone());
        }
        chain[0].clone_from(&told.outlet);
        chain.dedup_by(|a, b| a.as_deref().map(origins::key) == b.as_deref().map(origins::key));
        // A text that credits an agency has what it says from there.
        let credit = told.credits.first().cloned().or_else(|| {
            let original = self.original[article]?;
            let name = self.told[original].outlet.clone()?;
            (told.outlet.as_deref().map(origins::key) != Some(origins::key(&name)) && told.credits(&name))
                .then_some(name)
        });
        if let Some(credit) = credit
            && chain.iter().flatten().all(|link| origins::key(link) != origins::key(&credit))
            && (saying.statement.is_some() || self.original[article].is_some() || told.is_reprint())
        {
            chain.insert(1, Some(credit));
        }
        Carried { place: article, chain, source: saying.source.clone(), witness: saying.witness }
    }

    /// The claims besides the leading one that at least two texts carry.
    fn further(&mut self) -> Vec<Claim> {
        let mut claims = Vec::new();
        let mut seeds: Vec<(At, f32)> = self
            .sayings()
            .filter(|at| !self.taken[at.0][at.1] && self.original[at.0].is_none())
            .filter(|at| self.saying(*at).statement.is_some())
            .filter(|at| matches!(self.saying(*at).denied, None | Some(Denied::CalledOff)))
            .map(|at| (at, self.in_titles(at)))
            .collect();
        sort_by_weight(&mut seeds);
        seeds.truncate(SEEDS);
        let mut best: Vec<(At, f32)> = seeds
            .into_iter()
            .filter_map(|(at, titles)| {
                let (support, texts) = self.support(at);
                (texts > 1).then_some((at, support * (0.2 + titles)))
            })
            .collect();
        sort_by_weight(&mut best);
        for (at, _) in best {
            if claims.len() == FURTHER {
                break;
            }
            if self.taken[at.0][at.1] {
                continue;
            }
            let core = self.core(at);
            if let Some(claim) = self.claim(&core, at, false) {
                let texts = claim
                    .articles
                    .iter()
                    .filter(|c| self.articles.iter().any(|m| m.article == c.article && m.copy_of.is_none()));
                let mut texts: Vec<usize> = texts.map(|c| c.article).collect();
                texts.dedup();
                if texts.len() > 1 {
                    claims.push(claim);
                }
            }
        }
        claims
    }
}

fn sort_by_weight(all: &mut [(At, f32)]) {
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
}

#[cfg(test)]
mod sides;
#[cfg(test)]
mod tests;
