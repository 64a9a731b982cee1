//! A server over the example newsroom.

use jiff::Timestamp;
use reportedly_gather::{load, walk};
use reportedly_library::{Followed, Library, Subscription, Writer};
use reportedly_serve::{Options, Upkeep, serve};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{LazyLock, mpsc},
    thread,
};

/// When all pages of the example were fetched.
const FETCHED: &str = "2031-06-01T12:00:00Z";

/// The newsroom that all tests look at.
pub static NEWSROOM: LazyLock<Newsroom> = LazyLock::new(Newsroom::open);

/// A server, as long as the tests run.
pub struct Newsroom {
    address: SocketAddr,
    folder: PathBuf,
}

impl Newsroom {
    fn open() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("newsroom");
        let _ = fs::remove_dir_all(&folder);
        fill(&folder);
        let listen = "127.0.0.1:0".parse().expect("an address");
        let upkeep = Upkeep { updates: false, ..Upkeep::default() };
        let options = Options { listen, upkeep, ..Options::of(folder.clone()) };
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let started = move |address| tell.send(address).expect("told");
            runtime
                .expect("a runtime")
                .block_on(serve(options, started, std::future::pending()))
                .expect("served");
        });
        Self { address: told.recv().expect("an address"), folder }
    }

    /// The whole address of a path. In it, `{article PATH}` and `{story PATH}` stand for the ids of the article at that
    /// path of the example, and of its story.
    pub fn address(&self, path: &str) -> String {
        let Some((before, rest)) = path.split_once('{') else {
            return format!("http://{}{path}", self.address);
        };
        let (wanted, after) = rest.split_once('}').expect("a closing brace");
        let (what, page) = wanted.split_once(' ').expect("what, and where");
        let library = Library::open(&self.folder).expect("the library");
        let view = library.view(None).expect("a view");
        let is_it = |id: &String| {
            let found = view.article(id).expect("read").expect("there");
            found.path.is_some_and(|p| p.ends_with(page))
        };
        let article =
            library.articles().expect("articles").into_iter().find(is_it).expect("the page is there");
        let id = match what {
            "story" => view.story(&article).expect("read").expect("it has a story").id,
            _ => article,
        };
        format!("http://{}{before}{id}{after}", self.address)
    }
}

fn fill(folder: &Path) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/newsroom");
    let fetched: Timestamp = FETCHED.parse().expect("an instant");
    let mut rows = Vec::new();
    for path in walk(&[example]).files {
        let mut record = load(&path).expect("a page");
        record.fetched = Some(fetched);
        let name = path.to_string_lossy().into_owned();
        let (observation, _) = reportedly_follow::read(&mut record, Some(name));
        rows.push(reportedly_follow::row(&record, observation, true).expect("packed"));
    }
    let mut writer = Writer::open(folder).expect("a library");
    writer.add_rows(&rows).expect("added");
    writer.fold().expect("folded");
    writer.index(|_| {}).expect("indexed");
    let feed = |url: &str, title: Option<&str>, paused| Subscription {
        url: url.to_owned(),
        title: title.map(str::to_owned),
        paused,
        ..Subscription::default()
    };
    let feeds = [
        feed(
            "https://wire.example/feeds/all-the-news-from-the-harbour-and-beyond.xml",
            Some("Harbour Wire"),
            false,
        ),
        feed("https://beacon.example/rss", None, true),
    ];
    writer.subscribe(&feeds).expect("subscribed");
    let marigold = Followed::Search("marigold".to_owned());
    writer.follow("Marigold", &marigold, &[], fetched).expect("followed");
}
