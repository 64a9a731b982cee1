//! An invented world: outlets with feeds, articles that appear, change and vanish, servers that fail. The same for the
//! same seed.

use std::fmt::Write;

/// Midnight of Monday, 3 March 2031, in seconds since 1970.
pub const START: i64 = 1_930_262_400;
pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// How long before the start articles have appeared, so that feeds are full when they are first asked.
const BEFORE: i64 = 10 * DAY;
/// How long before the end nothing happens any more, so that everything can be known at the end.
const QUIET: i64 = DAY;
/// Items a day of the slowest and of the fastest feed: one in two weeks, twenty an hour.
const SLOWEST: f64 = 1.0 / 14.0;
const FASTEST: f64 = 20.0 * 24.0;

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

    pub fn below(&mut self, n: i64) -> i64 {
        (self.next() % n.max(1) as u64) as i64
    }

    /// True as often as one in so many times.
    pub fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as i64) as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Rss,
    Atom,
    Json,
    Sitemap,
}

/// With what a server marks what it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    Tag,
    Modified,
    Nothing,
}

/// What ails a server for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ailment {
    /// 503, with `Retry-After` or without.
    Down(Option<i64>),
    /// Nobody takes the connection.
    Refused,
    /// It is taken, and nothing comes.
    Hangs,
    /// 429 with `Retry-After`.
    Busy(i64),
}

#[derive(Clone, Debug)]
pub struct Feed {
    pub outlet: usize,
    pub path: String,
    pub format: Format,
    /// Items that it shows.
    pub window: usize,
    /// Minutes of its `ttl`.
    pub ttl: Option<i64>,
    /// Seconds of its `Cache-Control: max-age`.
    pub max_age: Option<i64>,
    /// Hours of the day, from and up to, in which it does not want to be asked.
    pub skipped: Option<(i64, i64)>,
    /// It has whole texts.
    pub whole: bool,
    /// When it moved, and with which status that is said.
    pub moved: Option<(i64, u16)>,
    /// From when on it answers 410.
    pub gone: Option<i64>,
    /// It answers 403 between these times.
    pub refuses: Option<(i64, i64)>,
    /// Now and then it breaks off in the middle.
    pub breaks: bool,
    /// Its articles, in the order in which they appear.
    pub articles: Vec<usize>,
    /// When something in it changes, in order.
    pub changes: Vec<i64>,
}

#[derive(Clone, Debug)]
pub struct Outlet {
    pub host: String,
    pub name: String,
    pub marks: Marks,
    /// It sends packed what may be packed.
    pub packs: bool,
    /// What its robots.txt wants between two pages.
    pub delay: Option<i64>,
    /// Its robots.txt forbids `/closed/`.
    pub has_rules: bool,
    /// Its pages answer 403.
    pub walled: bool,
    /// Its GUIDs are bare numbers.
    pub bare: bool,
    /// When its robots.txt cannot be had.
    pub no_rules: Option<(i64, i64)>,
    pub ailments: Vec<(i64, i64, Ailment)>,
}

impl Outlet {
    pub fn ails(&self, at: i64) -> Option<Ailment> {
        self.ailments.iter().find(|(from, to, _)| (*from..*to).contains(&at)).map(|(.., what)| *what)
    }
}

/// What of an article has changed so far: its title, its text; how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    pub titles: u8,
    pub texts: u8,
}

impl State {
    /// Whether nothing of another state is newer.
    pub fn covers(self, other: Self) -> bool {
        self.titles >= other.titles && self.texts >= other.texts
    }
}

#[derive(Clone, Debug)]
pub struct Article {
    pub number: usize,
    pub outlet: usize,
    pub appears: i64,
    /// When it is edited, and whether that is the title.
    pub edits: Vec<(i64, bool)>,
    /// When its address changes, and whether the old one leads to the new one.
    pub slug: Option<(i64, bool)>,
    /// When its GUID changes.
    pub guid: Option<i64>,
    pub deleted: Option<i64>,
    /// robots.txt forbids its page.
    pub closed: bool,
    /// It has no page.
    pub pageless: bool,
    /// Its feed gives a date ahead of time.
    pub ahead: bool,
    /// Each feed has its own way to the page.
    pub tracked: bool,
    /// The agency's text that it is, by number.
    pub agency: Option<i64>,
}

impl Article {
    pub fn state(&self, at: i64) -> State {
        let mut state = State::default();
        for (when, is_title) in &self.edits {
            if *when <= at {
                *(if *is_title { &mut state.titles } else { &mut state.texts }) += 1;
            }
        }
        state
    }

    pub fn is_deleted(&self, at: i64) -> bool {
        self.deleted.is_some_and(|when| when <= at)
    }

    pub fn path(&self, at: i64) -> String {
        let folder = if self.closed { "closed" } else { "news" };
        let slug = if self.slug.is_some_and(|(when, _)| when <= at) { "as-it-turned-out" } else { "report" };
        format!("/{folder}/{slug}-{}", self.number)
    }

    pub fn title(&self, seed: u64, state: State) -> String {
        const AFTER: [&str; 4] = ["", ", officials say", ", inquiry hears", ", ministers are told"];
        let (place, thing) = scene(&mut Numbers::new(seed, self.source()));
        format!(
            "{place} {thing} case {} goes to court{}",
            self.number,
            AFTER[usize::from(state.titles).min(3)]
        )
    }

    /// How often the title was edited, by the title.
    pub fn titles(title: &str) -> u8 {
        ["officials say", "inquiry hears", "ministers are told"]
            .iter()
            .position(|end| title.contains(end))
            .map_or(0, |n| n as u8 + 1)
    }

    fn source(&self) -> u64 {
        self.agency.map_or(self.number as u64 * 2, |agency| agency as u64 * 2 + 1)
    }

    /// Its paragraphs. How often the text was edited can be read in it.
    pub fn paragraphs(&self, seed: u64, state: State) -> Vec<String> {
        let mut n = Numbers::new(seed, self.source());
        let (place, thing) = scene(&mut n);
        let [first, second, firm] = [person(&mut n), person(&mut n), name(&mut n, 3)];
        let (body, day, material) = (n.pick(BODIES), n.pick(DAYS), name(&mut n, 2).to_lowercase());
        let mut all = vec![
            format!(
                "The {body} of {place} has taken {firm} Works, which built the {thing}, to court, {first} said on \
                 {day}. The case stands in the register of {place} as file {}, revision {}.",
                self.source(),
                state.texts
            ),
            format!(
                "\"We have waited {} months for {firm} Works, and we will not wait for another one,\" said {first}, \
                 who speaks for the {body}. {firm} Works denies that it knew of the {material} in the {thing}.",
                2 + n.below(40)
            ),
            format!(
                "According to {second} of the engineers' union, {} people worked at the {thing} of {place} when the \
                 first {material} was reported, and none of them was told to leave.",
                10 + n.below(900)
            ),
        ];
        for _ in 0..n.below(5) {
            all.push(format!(
                "{} told reporters in {} that {} {} would cost {} million crowns, {} more than planned.",
                person(&mut n),
                name(&mut n, 2),
                name(&mut n, 3),
                n.pick(THINGS),
                5 + n.below(800),
                1 + n.below(90)
            ));
        }
        for revision in 0..state.texts {
            all.push(format!(
                "Correction {}: the {body} asks {firm} Works for {} million crowns.",
                revision + 1,
                3 + n.below(300)
            ));
        }
        all
    }
}

const THINGS: &[&str] =
    &["harbour crane", "tide bridge", "water tower", "north tunnel", "ferry dock", "mill dam"];
const BODIES: &[&str] = &["harbour board", "council", "water authority", "road office", "ministry of works"];
const DAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const ONSETS: &[&str] =
    &["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "br", "st", "tr", "h"];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ae", "oa"];
const CODAS: &[&str] = &["", "n", "r", "l", "s", "nd", "rk", "m", "th"];

/// A name of so many syllables.
fn name(n: &mut Numbers, syllables: usize) -> String {
    let mut out = String::new();
    for _ in 0..syllables {
        for parts in [ONSETS, VOWELS, CODAS] {
            out.push_str(n.pick(parts));
        }
    }
    out[..1].to_uppercase() + &out[1..]
}

/// Where something is, and what it is about.
fn scene(n: &mut Numbers) -> (String, &'static str) {
    (name(n, 2), n.pick(THINGS))
}

fn person(n: &mut Numbers) -> String {
    format!("{} {}", name(n, 2), name(n, 2))
}

/// All that there is.
pub struct World {
    pub seed: u64,
    pub end: i64,
    pub outlets: Vec<Outlet>,
    pub feeds: Vec<Feed>,
    pub articles: Vec<Article>,
    /// Trouble is made.
    pub rough: bool,
}

impl World {
    /// A busy desk's feeds: of outlets with one to five feeds each, over some days.
    pub fn rough(seed: u64, days: i64, feeds: usize) -> Self {
        let end = START + days * DAY;
        let mut world =
            Self { seed, end, outlets: Vec::new(), feeds: Vec::new(), articles: Vec::new(), rough: true };
        let mut n = Numbers::new(seed, u64::MAX);
        while world.feeds.len() < feeds {
            let of = world.outlets.len();
            let share = of % 4 == 1;
            let many = if share { 5 } else { 1 + n.below(5) as usize };
            let many = many.min(feeds - world.feeds.len());
            let outlet = world.outlet(&mut n, of);
            world.outlets.push(outlet);
            let from = world.feeds.len();
            for place in 0..many {
                let feed = world.feed(&mut n, of, place, many);
                world.feeds.push(feed);
            }
            if share {
                let all: Vec<usize> = (from..from + many).collect();
                world.write(&mut n, of, &all);
            } else {
                for feed in from..from + many {
                    world.write(&mut n, of, &[feed]);
                }
            }
        }
        world.date();
        world
    }

    /// As many feeds as are wanted on a hundred hosts, each with ten items, and nothing goes wrong.
    pub fn calm(seed: u64, feeds: usize) -> Self {
        let mut world = Self {
            seed,
            end: START,
            outlets: Vec::new(),
            feeds: Vec::new(),
            articles: Vec::new(),
            rough: false,
        };
        for of in 0..100 {
            world.outlets.push(Outlet {
                host: format!("host{of}"),
                name: format!("The {of} Gazette"),
                marks: Marks::Tag,
                packs: of % 2 == 0,
                delay: None,
                has_rules: true,
                walled: false,
                bare: false,
                no_rules: None,
                ailments: Vec::new(),
            });
        }
        for place in 0..feeds {
            let outlet = place % 100;
            let articles: Vec<usize> = (0..10)
                .map(|item| {
                    let number = world.articles.len();
                    world.articles.push(Article {
                        number,
                        outlet,
                        appears: START - 10 * HOUR + item * HOUR,
                        edits: Vec::new(),
                        slug: None,
                        guid: None,
                        deleted: None,
                        closed: false,
                        pageless: false,
                        ahead: false,
                        tracked: false,
                        agency: None,
                    });
                    number
                })
                .collect();
            world.feeds.push(Feed {
                outlet,
                path: format!("/feed-{place}"),
                format: [Format::Rss, Format::Atom, Format::Json][place % 3],
                window: 10,
                ttl: None,
                max_age: None,
                skipped: None,
                whole: false,
                moved: None,
                gone: None,
                refuses: None,
                breaks: false,
                articles,
                changes: Vec::new(),
            });
        }
        world.date();
        world
    }

    /// Some hours within the time that is played, not near its ends.
    fn hours(&self, n: &mut Numbers, from: i64, up_to: i64) -> (i64, i64) {
        let room = (self.end - START - 2 * QUIET).max(HOUR);
        let begin = START + HOUR + n.below(room);
        (begin, (begin + (from + n.below((up_to - from).max(1))) * HOUR).min(self.end - QUIET))
    }

    fn outlet(&self, n: &mut Numbers, of: usize) -> Outlet {
        let mut ailments = Vec::new();
        for _ in 0..n.below(3) {
            let (from, to) = self.hours(n, 1, 10);
            let wait = 10 * MINUTE + n.below(4 * 60) * MINUTE + n.below(60);
            let what = match n.below(8) {
                0 | 1 => Ailment::Down(None),
                2 => Ailment::Down(Some(wait)),
                3 | 4 => Ailment::Refused,
                // It costs real seconds.
                5 if of.is_multiple_of(3) => Ailment::Hangs,
                _ => Ailment::Busy(wait),
            };
            ailments.push((from, to, what));
        }
        Outlet {
            host: format!("outlet{of}"),
            name: format!("The {} {}", name(n, 2), n.pick(&["Courier", "Post", "Ledger", "Mail"])),
            marks: n.pick(&[Marks::Tag, Marks::Tag, Marks::Modified, Marks::Nothing]),
            packs: n.one_in(2),
            delay: n.one_in(4).then(|| n.pick(&[2, 5, 10, 30])),
            has_rules: !n.one_in(5),
            walled: of > 0 && n.one_in(15),
            bare: n.one_in(2),
            no_rules: n.one_in(8).then(|| self.hours(n, 1, 12)),
            ailments,
        }
    }

    fn feed(&self, n: &mut Numbers, outlet: usize, place: usize, many: usize) -> Feed {
        let format = match n.below(10) {
            0..5 => Format::Rss,
            5..8 => Format::Atom,
            8 => Format::Json,
            _ if many == 1 => Format::Sitemap,
            _ => Format::Rss,
        };
        Feed {
            outlet,
            path: format!("/feed-{place}"),
            format,
            window: 10 + n.below(41) as usize,
            ttl: (format == Format::Rss && n.one_in(5)).then(|| n.pick(&[5, 20, 60, 120])),
            max_age: n.one_in(4).then(|| n.pick(&[0, 300, 1800, 3600])),
            skipped: (format == Format::Rss && n.one_in(8)).then(|| (1, 1 + n.below(4))),
            whole: n.one_in(4),
            moved: n.one_in(12).then(|| (self.hours(n, 1, 2).0, n.pick(&[301, 302, 308]))),
            gone: n.one_in(40).then(|| self.hours(n, 1, 2).0),
            refuses: n.one_in(30).then(|| self.hours(n, 3, 20)),
            breaks: n.one_in(6),
            articles: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Writes what appears in feeds that share their articles: all of it in the first, half of it in each other.
    fn write(&mut self, n: &mut Numbers, outlet: usize, feeds: &[usize]) {
        // Most feeds are slow.
        let a_day = SLOWEST * (FASTEST / SLOWEST).powf(n.share().powi(3));
        let sitemap = feeds.iter().any(|feed| self.feeds[*feed].format == Format::Sitemap);
        let last = self.end - QUIET;
        let mut at = START - BEFORE;
        loop {
            let wait = -(1.0 - n.share()).ln() / a_day * DAY as f64;
            at += (wait as i64).clamp(1, 60 * DAY);
            if at >= last {
                return;
            }
            // Of what is long past, only so much as a feed can show.
            if at < START && a_day * ((START - at) as f64 / DAY as f64) > 60.0 {
                continue;
            }
            let number = self.articles.len();
            let pageless = !sitemap && n.one_in(60);
            let mut edits: Vec<(i64, bool)> = Vec::new();
            while edits.len() < 3 && n.one_in(6) {
                let within = n.pick(&[2 * HOUR, DAY, 5 * DAY]);
                let when = at + 10 * MINUTE + n.below(within);
                edits.push((when, n.one_in(2)));
            }
            edits.retain(|(when, _)| *when < last);
            edits.sort_unstable();
            let later = |n: &mut Numbers| Some(at + HOUR + n.below(3 * DAY)).filter(|when| *when < last);
            let slug = (!sitemap && !pageless && n.one_in(40)).then(|| later(n)).flatten();
            let guid = (slug.is_none() && !pageless && n.one_in(25)).then(|| later(n)).flatten();
            let deleted = n.one_in(50).then(|| later(n)).flatten();
            self.articles.push(Article {
                number,
                outlet,
                appears: at,
                edits,
                slug: slug.map(|when| (when, n.one_in(2))),
                guid,
                deleted,
                closed: !pageless && n.one_in(40),
                pageless,
                ahead: n.one_in(50),
                tracked: n.one_in(10),
                agency: (!pageless && n.one_in(8)).then(|| at.div_euclid(6 * HOUR)),
            });
            for (i, feed) in feeds.iter().enumerate() {
                if i == 0 || n.one_in(2) {
                    self.feeds[*feed].articles.push(number);
                }
            }
        }
    }

    /// Notes when each feed changes.
    fn date(&mut self) {
        for feed in &mut self.feeds {
            for number in &feed.articles {
                let a = &self.articles[*number];
                feed.changes.push(a.appears);
                feed.changes.extend(a.edits.iter().map(|(when, _)| *when));
                feed.changes.extend(a.slug.map(|(when, _)| when).into_iter().chain(a.guid).chain(a.deleted));
            }
            feed.changes.sort_unstable();
        }
    }

    /// What a feed shows at a time, the latest first.
    pub fn shown(&self, feed: &Feed, at: i64) -> impl Iterator<Item = &Article> {
        let until = feed.articles.partition_point(|number| self.articles[*number].appears <= at);
        let all = feed.articles[..until].iter().rev().map(|number| &self.articles[*number]);
        all.filter(move |article| !article.is_deleted(at)).take(feed.window)
    }

    /// When a feed last changed.
    pub fn changed(feed: &Feed, at: i64) -> i64 {
        let until = feed.changes.partition_point(|when| *when <= at);
        until.checked_sub(1).map_or(START - BEFORE, |last| feed.changes[last])
    }

    /// The page of an article.
    pub fn page(&self, article: &Article, at: i64) -> String {
        let state = article.state(at);
        let title = article.title(self.seed, state);
        let outlet = &self.outlets[article.outlet].name;
        let mut text = String::new();
        for paragraph in article.paragraphs(self.seed, state) {
            let _ = write!(text, "<p>{paragraph}</p>");
        }
        let credit = if article.agency.is_some() { "<p class='byline'>By Northline Wire</p>" } else { "" };
        let published = stamp(article.appears);
        format!(
            "<!doctype html><html lang='en'><head><title>{title} - {outlet}</title>\
             <meta property='og:site_name' content='{outlet}'></head><body><nav><a href='/'>Home</a></nav><article>\
             <h1>{title}</h1><time datetime='{published}'>{published}</time>{credit}{text}</article>\
             <footer>{outlet}</footer></body></html>"
        )
    }
}

/// A time as RFC 3339 has it.
pub fn stamp(at: i64) -> String {
    jiff::Timestamp::from_second(at).map(|at| at.to_string()).unwrap_or_default()
}

/// A time as HTTP and RSS have it.
pub fn http_date(at: i64) -> String {
    let at = jiff::Timestamp::from_second(at).unwrap_or_default();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
