//! A large archive as crawlers leave it: every whole page is added, what is broken is named by its place, nothing is
//! added twice, and an import that was killed goes on.

mod common;
#[path = "../../reportedly-library/benches/library/press.rs"]
#[allow(dead_code, reason = "the benchmark needs all of it")]
mod press;

use common::{ask, folder, lines, reportedly, run, text};
use flate2::{Compression, write::GzEncoder};
use press::{Numbers, Plan, Press};
use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const SEED: u64 = 4;
/// One record in so many is followed by one that is broken; and by one that is no page.
const BROKEN: u64 = 40;
const OTHER: u64 = 5;

/// What an archive holds, by the places of its records.
#[derive(Default)]
struct Contents {
    pages: BTreeSet<u64>,
    broken: BTreeSet<u64>,
    others: usize,
    bytes: u64,
}

/// An archive that is being written.
struct Crawl {
    out: BufWriter<File>,
    packed: bool,
    at: u64,
    contents: Contents,
    numbers: Numbers,
    /// Scripts and styles, of which each page has another stretch.
    bulk: String,
}

impl Crawl {
    fn new(path: &Path, packed: bool) -> Self {
        let mut numbers = Numbers::new(SEED, 9);
        let mut bulk = String::new();
        while bulk.len() < 6_000_000 {
            let (a, b, c) = (numbers.below(5_000), numbers.below(900), numbers.below(70));
            let pieces = [
                format!("function f{a}(e,t){{return e.n{b}?t(e,{c}):void 0}}"),
                format!(".card-{b} .title--{c}{{margin:{c}px 0 {b}px;color:#{a:03x}}}"),
                format!("window.q{b}=window.q{b}||[];q{b}.push(['id{a}',{{'w':{c}}}]);"),
            ];
            bulk.push_str(&pieces[numbers.below(3) as usize]);
        }
        let out = BufWriter::with_capacity(1 << 20, File::create(path).expect("a file"));
        Self { out, packed, at: 0, contents: Contents::default(), numbers, bulk }
    }

    /// Writes bytes as they are.
    fn put(&mut self, bytes: &[u8]) {
        self.out.write_all(bytes).expect("written");
        self.at += bytes.len() as u64;
    }

    /// Writes a record, packed where the archive is, and gives its place.
    fn record(&mut self, record: &[u8]) -> u64 {
        let at = self.at;
        self.contents.bytes += record.len() as u64;
        if self.packed {
            self.put(&zipped(record));
        } else {
            self.put(record);
        }
        at
    }

    /// A page of about so many bytes.
    fn page(&mut self, plan: &Plan, size: usize) -> (String, Vec<u8>) {
        let article = press::write(SEED, plan);
        let page = press::page(SEED, plan, &article);
        let bulk = size.saturating_sub(page.len());
        let from = self.numbers.below((self.bulk.len() - bulk) as u64) as usize;
        let (head, rest) = page.split_once("<script>").expect("a page has a script");
        let page = format!("{head}<script>/*{}*/</script><script>{rest}", &self.bulk[from..from + bulk]);
        let head = format!(
            "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {}\r\nWARC-Date: {}\r\n\
             WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{:012x}>\r\n\
             Content-Type: application/http; msgtype=response\r\n",
            article.url, article.fetched, plan.number
        );
        let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
        (head, http.into_bytes())
    }

    fn other(&mut self, which: u64) {
        let (kind, content, block): (_, _, &[u8]) = match which % 6 {
            0 => (
                "request",
                "application/http; msgtype=request",
                b"GET / HTTP/1.1\r\nHost: velm.example\r\n\r\n",
            ),
            1 => ("metadata", "application/warc-fields", b"fetchTimeMs: 31\r\n"),
            2 => ("revisit", "application/http; msgtype=response", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
            3 => (
                "response",
                "application/http; msgtype=response",
                b"HTTP/1.1 404 Gone\r\nContent-Type: text/html\r\n\r\n<p>Gone",
            ),
            4 => (
                "response",
                "application/http; msgtype=response",
                b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG WARC/1.0\r\n",
            ),
            _ => ("resource", "application/pdf", b"%PDF-1.7"),
        };
        let head = format!(
            "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://velm.example/\r\nContent-Type: {content}\r\n"
        );
        self.record(&whole(&head, block, block.len()));
        self.contents.others += 1;
    }

    /// A record that cannot be read, or bytes that are none.
    fn broken(&mut self, which: u64, plan: &Plan) {
        let (head, http) = self.page(plan, 60_000);
        let length = http.len();
        let at = self.at;
        match which % 6 {
            0 => drop(self.record(&whole(&head, &http, length - 7))),
            1 => drop(self.record(&whole(&head, &http, length + 90))),
            2 => {
                let unsaid = [head.as_bytes(), b"\r\n", &http, b"\r\n\r\n"].concat();
                self.record(&unsaid);
            }
            3 => drop(self.record(&whole(&head, &http[17..], length - 17))),
            4 => self.put(&b"<html> the crawler fell over here \r\n".repeat(40)),
            _ => {
                // Half of it is missing.
                let record = whole(&head, &http, length);
                let record = if self.packed { zipped(&record) } else { record };
                self.put(&record[..record.len() / 2]);
            }
        }
        self.contents.broken.insert(at);
    }

    /// Writes an archive of so many pages.
    fn write(path: &Path, packed: bool, pages: usize, size: usize) -> Contents {
        let mut crawl = Self::new(path, packed);
        let mut press = Press::new(SEED);
        for (i, plan) in press.by_ref().take(pages).enumerate() {
            let i = i as u64;
            let (head, http) = crawl.page(&plan, size);
            let at = crawl.record(&whole(&head, &http, http.len()));
            crawl.contents.pages.insert(at);
            if i % OTHER == 1 {
                crawl.other(i / OTHER);
            }
            if i % BROKEN == 7 {
                let plan = press_plan(pages as u64 + i);
                crawl.broken(i / BROKEN, &plan);
            }
        }
        // The crawler was cut off in the middle of a page.
        let (head, http) = crawl.page(&press_plan(2 * pages as u64), 60_000);
        let record = whole(&head, &http, http.len());
        let record = if packed { zipped(&record) } else { record };
        crawl.contents.broken.insert(crawl.at);
        crawl.put(&record[..record.len() - 300]);
        crawl.out.flush().expect("written");
        crawl.contents
    }
}

/// A page of no other story.
fn press_plan(number: u64) -> Plan {
    let mut plan = Press::new(SEED + 1).next().expect("a plan");
    plan.number = number;
    plan
}

fn whole(head: &str, block: &[u8], length: usize) -> Vec<u8> {
    [head.as_bytes(), format!("Content-Length: {length}\r\n\r\n").as_bytes(), block, b"\r\n\r\n"].concat()
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    zip.write_all(bytes).expect("to memory");
    zip.finish().expect("to memory")
}

/// The places of the pages that were added, as lines of `add --jsonl` tell.
fn places(lines: &[serde_json::Value]) -> Vec<u64> {
    let place = |line: &serde_json::Value| line["path"].as_str()?.rsplit_once('@')?.1.parse().ok();
    lines.iter().filter(|l| l["added"] == true).map(|l| place(l).expect("a place")).collect()
}

/// The places from which on an archive is said to be broken.
fn said_broken(said: &str) -> BTreeSet<u64> {
    let broken = |line: &str| line.split_once("broken from byte ")?.1.split_once(' ')?.0.parse().ok();
    said.lines().filter_map(broken).collect()
}

fn add(archive: &Path, library: &Path) -> (Vec<u64>, String) {
    let output = run(library, &["add", "--jsonl", archive.to_str().expect("UTF-8")], b"");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "what is broken is a problem: {said}");
    (places(&lines(&output)), said)
}

/// Adds, and kills it once so many pages are on disk.
fn add_and_kill(archive: &Path, library: &Path, pages: usize) -> Vec<u64> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_reportedly"))
        .args(["add", "--jsonl", "--quiet"])
        .args([archive, Path::new("--library"), library])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut heard = Vec::new();
    for line in stdout.lines().map_while(Result::ok) {
        heard.extend(serde_json::from_str::<serde_json::Value>(&line).ok());
        if heard.len() >= pages {
            // What it has said meanwhile is heard as well.
            let _ = child.kill();
        }
    }
    assert!(!child.wait().expect("ended").success(), "it was killed");
    places(&heard)
}

/// Adds an archive in two goes and once more; gives where the library is.
fn interrupted(archive: &Path, library: &Path, contents: &Contents) {
    let before = add_and_kill(archive, library, contents.pages.len() / 2);
    let (after, said) = add(archive, library);
    let all: BTreeSet<u64> = before.iter().chain(&after).copied().collect();
    assert_eq!(all.len(), before.len() + after.len(), "nothing is added twice");
    // What was on disk when it was killed may not have been told.
    let untold = contents.pages.len() - all.len();
    assert!(all.is_subset(&contents.pages) && untold <= 1_000, "{untold}");
    assert!(said.contains(&format!("{} of other kinds", contents.others)), "{said}");
    assert_eq!(said_broken(&said), contents.broken, "{said}");
    let (again, said) = add(archive, library);
    assert!(again.is_empty());
    assert!(said.contains(&format!("added 0, {} already there", contents.pages.len())), "{said}");
    assert!(ask(library, &["check", "--deep"]).contains("whole"));
}

#[test]
fn a_gigabyte_with_broken_records_is_added_whole_once_and_in_two_goes() {
    let folder = folder();
    let archive = folder.path().join("crawl.warc");
    let contents = Crawl::write(&archive, false, 2_160, 500_000);
    assert!(contents.bytes >= 1 << 30, "{}", contents.bytes);
    interrupted(&archive, &folder.path().join("library"), &contents);
}

#[test]
fn an_import_that_was_killed_ends_as_one_that_was_not() {
    let folder = folder();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let archive = path("crawl.warc.gz");
    let contents = Crawl::write(&archive, true, 1_100, 60_000);
    interrupted(&archive, &path("interrupted"), &contents);
    let (pages, said) = add(&archive, &path("undisturbed"));
    assert_eq!(pages.iter().copied().collect::<BTreeSet<_>>(), contents.pages);
    assert_eq!(said_broken(&said), contents.broken, "{said}");
    for when in [&[][..], &["--as-of", "2031-01-01T06:00:00Z"]] {
        let stories = [&["stories", "--json", "--quiet"][..], when].concat();
        assert!(ask(&path("interrupted"), &stories) == ask(&path("undisturbed"), &stories), "{when:?}");
    }
}

#[test]
fn an_archive_on_standard_input_is_said_to_need_a_name() {
    let folder = folder();
    let library = folder.path().to_str().expect("UTF-8");
    let archive = whole("WARC/1.1\r\nWARC-Type: warcinfo\r\n", b"", 0);
    for archive in [zipped(&archive), archive] {
        let output = reportedly(&["add", "-", "--library", library], &archive);
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains("name in .warc or .warc.gz"), "{said}");
    }
}
