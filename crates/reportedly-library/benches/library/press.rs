//! The press of an invented world: as many articles as are asked for, the same for the same seed.
//!
//! Stories begin, are taken up by a few outlets or by many, are copied, developed and forgotten. Words are drawn as
//! in prose: a few very often, most of them hardly ever; each story has people, places and things of its own.

use jiff::{SignedDuration, Timestamp};
use std::{fmt::Write, sync::Arc};

/// When the first article appears, in seconds since 1970: 1 January 2031.
const BEGIN: i64 = 1_925_000_000;
/// Seconds between two articles: some 2,700 a day.
const PACE: i64 = 32;
/// Stories that are being written about at one time.
const LIVE: usize = 400;
/// Outlets.
const OUTLETS: u64 = 600;
/// Ordinary words.
const WORDS: u64 = 24_000;
/// Share of articles that begin a story, in per cent; and that copy an earlier one of theirs.
const NEW: u64 = 14;
const COPIED: u64 = 12;

/// A source of numbers (splitmix64).
#[derive(Clone, Copy)]
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64, what: u64) -> Self {
        let mut numbers = Self(seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        numbers.next();
        numbers
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// A rank below `n`, as Zipf has it: the first half as likely as the rest.
    fn rank(&mut self, n: u64) -> u64 {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((n as f64).powf(share) - 1.0) as u64
    }
}

/// What an article will be about.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub number: u64,
    pub story: u64,
    /// How far the story has come.
    step: u64,
    /// The article of which this one is a copy.
    original: Option<(u64, u64)>,
}

/// The articles, one after the other.
pub struct Press {
    numbers: Numbers,
    next: u64,
    stories: u64,
    /// Stories with their step and their last article of their own.
    live: Vec<(u64, u64, u64)>,
}

impl Press {
    pub fn new(seed: u64) -> Self {
        Self { numbers: Numbers::new(seed, 1), next: 0, stories: 0, live: Vec::new() }
    }
}

impl Iterator for Press {
    type Item = Plan;

    fn next(&mut self) -> Option<Plan> {
        let number = self.next;
        self.next += 1;
        if self.live.is_empty() || self.numbers.below(100) < NEW {
            self.stories += 1;
            let story = (self.stories, 0, number);
            // The live story that gives way is mostly an old one.
            if self.live.len() < LIVE {
                self.live.push(story);
            } else {
                let place = self.numbers.rank(LIVE as u64) as usize;
                self.live.remove(place);
                self.live.push(story);
            }
            return Some(Plan { number, story: self.stories, step: 0, original: None });
        }
        // What is new is written about most.
        let place = self.live.len() - 1 - self.numbers.rank(self.live.len() as u64) as usize;
        let copied = self.numbers.below(100) < COPIED;
        let (story, step, last) = &mut self.live[place];
        if copied {
            return Some(Plan { number, story: *story, step: *step, original: Some((*last, *step)) });
        }
        *step += 1;
        *last = number;
        Some(Plan { number, story: *story, step: *step, original: None })
    }
}

/// An article as it appears.
#[derive(Clone, Debug)]
pub struct Article {
    pub id: String,
    pub url: String,
    pub outlet: String,
    pub title: String,
    pub published: Timestamp,
    pub fetched: Timestamp,
    pub paragraphs: Vec<String>,
}

impl Article {
    pub fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }
}

/// The people, places and things of a story.
struct Cast {
    people: Vec<Arc<str>>,
    places: Vec<String>,
    body: String,
    things: Vec<String>,
}

impl Cast {
    fn of(seed: u64, story: u64) -> Self {
        let mut n = Numbers::new(seed, story.wrapping_mul(31) + 7);
        let people = (0..4).map(|_| format!("{} {}", name(&mut n, 2), name(&mut n, 3)).into()).collect();
        let places = (0..2).map(|_| name(&mut n, 3)).collect();
        let body = format!("{} {}", name(&mut n, 2), pick(&mut n, BODIES));
        let things = (0..10).map(|_| word(WORDS + n.below(400_000))).collect();
        Self { people, places, body, things }
    }
}

const BODIES: &[&str] =
    &["Harbour Board", "Council", "Steel", "Ministry", "Water Authority", "Union", "Institute", "Bank"];
const SPOKEN: &[&str] = &["said", "told reporters", "announced", "warned", "confirmed", "denied"];
const DAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DONE: &[&str] =
    &["closed", "opened", "sold", "rebuilt", "approved", "rejected", "delayed", "signed", "inspected"];

fn pick<'a>(n: &mut Numbers, of: &[&'a str]) -> &'a str {
    of[n.below(of.len() as u64) as usize]
}

const ONSETS: &[&str] = &[
    "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "br", "st", "tr", "gl", "h", "w", "sk",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ae", "oa", "ea"];
const CODAS: &[&str] = &["", "", "n", "r", "l", "s", "nd", "rk", "m", "th"];

fn syllable(mut of: u64, out: &mut String) -> u64 {
    for parts in [ONSETS, VOWELS, CODAS] {
        out.push_str(parts[(of % parts.len() as u64) as usize]);
        of /= parts.len() as u64;
    }
    of
}

/// A name of so many syllables.
fn name(n: &mut Numbers, syllables: usize) -> String {
    let mut out = String::new();
    for _ in 0..syllables.min(2) {
        syllable(n.next(), &mut out);
    }
    if syllables > 2 {
        out.push_str(pick(n, &["ton", "berg", "mouth", "ley", "sund", "vik", "worth", "dale"]));
    }
    out[..1].to_uppercase() + &out[1..]
}

/// An ordinary word by its rank.
fn word(rank: u64) -> String {
    let mut out = String::new();
    let mut left = syllable(rank.wrapping_mul(2_654_435_761) % (1 << 40), &mut out);
    if rank > 60 {
        left = syllable(left, &mut out);
    }
    if rank > 3_000 {
        syllable(left ^ rank, &mut out);
    }
    out
}

fn outlet(number: u64) -> String {
    let mut n = Numbers::new(number, 99);
    let kind = pick(&mut n, &["Courier", "Gazette", "Herald", "Wire", "Post", "Ledger", "Tribune", "Mail"]);
    format!("The {} {kind}", name(&mut n, 3))
}

/// Writes an article.
pub fn write(seed: u64, plan: &Plan) -> Article {
    let mut n = Numbers::new(seed, plan.number.wrapping_mul(17) + 3);
    let published = BEGIN + plan.number as i64 * PACE;
    let outlet_number = n.rank(OUTLETS);
    let outlet = outlet(outlet_number);
    let (written, step) = plan.original.unwrap_or((plan.number, plan.step));
    let (title, mut paragraphs) = text(seed, plan.story, written, step);
    if let Some((original, _)) = plan.original {
        let mut before = Numbers::new(seed, original.wrapping_mul(17) + 3);
        let credited = self::outlet(before.rank(OUTLETS));
        paragraphs.truncate(paragraphs.len() - paragraphs.len() / 5);
        paragraphs.push(format!("This report first appeared in {credited}."));
    }
    let host = outlet.to_lowercase().replace("the ", "").replace(' ', "-");
    let instant = |s: i64| Timestamp::from_second(s).unwrap_or_default();
    Article {
        id: format!("{:016x}", Numbers::new(seed, plan.number).next()),
        url: format!("https://{host}.example/{}/{}", published / 86_400, plan.number),
        outlet,
        title,
        published: instant(published),
        fetched: instant(published) + SignedDuration::from_secs(60 + n.below(7_200) as i64),
        paragraphs,
    }
}

/// Headline and paragraphs.
fn text(seed: u64, story: u64, number: u64, step: u64) -> (String, Vec<String>) {
    let cast = Cast::of(seed, story);
    let mut n = Numbers::new(seed, number.wrapping_mul(13) + 5);
    let common = |n: &mut Numbers| word(n.rank(WORDS));
    let thing = &cast.things[(step as usize) % cast.things.len()];
    let done = pick(&mut n, DONE);
    let title =
        format!("{} {thing} {done} as {} speaks of {}", cast.places[0], cast.people[0], common(&mut n));
    // Lengths around 400 words, some much shorter, some much longer.
    let sentences = 8 + n.below(16) + n.below(16) + if n.below(20) == 0 { 60 } else { 0 };
    let mut paragraphs = Vec::new();
    let mut paragraph = String::new();
    for i in 0..sentences {
        let person = &cast.people[n.rank(4) as usize];
        let own = cast.things[n.below(cast.things.len() as u64) as usize].clone();
        let place = &cast.places[n.below(2) as usize];
        let [some, more, other, last] = [(); 4].map(|()| common(&mut n));
        let day = pick(&mut n, DAYS);
        let done = pick(&mut n, DONE);
        let spoken = pick(&mut n, SPOKEN);
        let figure = n.below(900) + 2;
        let body = &cast.body;
        let _ = match n.below(8) {
            0 => write!(paragraph, "The {own} in {place} was {done} on {day}, {person} of {body} {spoken}. "),
            1 => write!(
                paragraph,
                "\"We have seen {figure} of the {some} and none of the {own},\" {person} {spoken}. "
            ),
            2 => write!(
                paragraph,
                "According to {body}, the {some} of the {own} would cost {figure} million crowns and take until {day}. "
            ),
            3 => write!(
                paragraph,
                "Nobody had {done} the {some} before the {more}, and the {other} was left to the {last} of {place}. "
            ),
            4 => write!(
                paragraph,
                "{body} {spoken} that the {own} would be {done} next week if the {some} allowed it. "
            ),
            5 => write!(
                paragraph,
                "It was the {more} that brought the {some} and the {other} to {place}, with {figure} people in the {last}. "
            ),
            6 => write!(
                paragraph,
                "A {other} with the {some} {spoken} on {day} that {person} had {done} the {own} and the {more}. "
            ),
            _ => write!(
                paragraph,
                "The {some} and the {more} of the {last} had little to do with the {own}, and less with the {other}. "
            ),
        };
        if i % 3 == 2 || i + 1 == sentences {
            paragraphs.push(paragraph.trim_end().to_owned());
            paragraph.clear();
        }
    }
    (title, paragraphs)
}

/// The article as a page of about 30 KB, most of it furniture.
pub fn page(seed: u64, plan: &Plan, article: &Article) -> String {
    let mut n = Numbers::new(seed, plan.number.wrapping_mul(19) + 11);
    let mut out = String::with_capacity(34_000);
    let Article { title, outlet, url, published, .. } = article;
    let _ = write!(
        out,
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{title} | {outlet}</title>\
         <link rel=canonical href=\"{url}\"><meta property=\"og:site_name\" content=\"{outlet}\">\
         <meta property=\"og:title\" content=\"{title}\"><meta property=\"article:published_time\" content=\"{published}\">\
         <script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\
         \"headline\":\"{title}\",\"datePublished\":\"{published}\",\"publisher\":{{\"@type\":\"Organization\",\
         \"name\":\"{outlet}\"}}}}</script><script>window.settings={{"
    );
    for i in 0..220 {
        let _ = write!(out, "\"{}{i}\":{},", word(n.rank(WORDS)), n.below(99_999));
    }
    out.push_str("\"end\":0};</script></head><body><header class=masthead><nav><ul>");
    for _ in 0..30 {
        let section = word(n.rank(WORDS));
        let _ = write!(
            out,
            "<li class=\"nav-item nav-item--level-1\"><a class=\"nav-link\" href=\"/{section}\">{section}</a></li>"
        );
    }
    let _ = write!(
        out,
        "</ul></nav></header><main><article class=\"story story--news\"><h1 class=\"story__headline\">{title}</h1>\
         <p class=byline>By <a rel=author href=/staff>{} {}</a></p><time datetime=\"{published}\">{published}</time>",
        name(&mut n, 2),
        name(&mut n, 3)
    );
    for p in &article.paragraphs {
        let _ = write!(out, "<p class=\"story__text\">{p}</p>");
    }
    out.push_str("</article><aside class=related><h2>More stories</h2>");
    while out.len() < 29_000 {
        let number = n.next();
        let _ = write!(
            out,
            "<div class=\"card card--teaser card--small\"><a class=\"card__link\" href=\"/{number}\"><img class=\"card__image\" \
             src=\"/images/{number}.jpg\" alt=\"\" loading=lazy width=320 height=180><h3 class=\"card__title\">{} {} {} the {}</h3></a></div>",
            name(&mut n, 3),
            pick(&mut n, DONE),
            word(n.rank(WORDS)),
            word(n.rank(WORDS))
        );
    }
    let _ =
        write!(out, "</aside></main><footer><p>© {outlet}. All rights reserved.</p></footer></body></html>");
    out
}
