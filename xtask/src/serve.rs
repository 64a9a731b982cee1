//! What the newsroom's pages cost over a large library: each room by itself, then story pages under load.

use crate::bench;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What a page says while the library is being counted.
const COUNTING: &[u8] = b"The library is being counted";
/// Stories that are asked for as of each of these days before the newest, so that old ones are asked for too.
const BEFORE: [i64; 6] = [0, 7, 30, 90, 180, 300];
const STORIES: usize = 250;
/// Addresses of each kind.
const ADDRESSES: usize = 200;
/// How long the load lasts, in seconds.
const LOAD: u64 = 20;
/// Connections that ask at the same time.
const CONNECTIONS: u64 = 32;
/// Requests a second that are aimed at, in turn: somewhat more than is asked of the server, for who asks waits for the
/// answer before the pause, and all that it can do.
const AIMS: [Option<u64>; 2] = [Some(550), None];
/// Who ask at the same time for what nobody asked for before.
const FIRST: usize = 8;
const SCRIPT: &str = include_str!("serve.lua");

/// The server, which ends with the value.
struct Newsroom {
    child: Child,
    address: String,
}

impl Drop for Newsroom {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer: its status, its bytes as they came over the line, and how long it took.
struct Answer {
    status: u16,
    body: Vec<u8>,
    took: Duration,
}

impl Newsroom {
    fn open(binary: &Path, library: &Path) -> Result<Self> {
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "none", "--library"])
            .arg(library)
            .stderr(Stdio::piped())
            .spawn()
            .context("the program cannot be started")?;
        let stderr = child.stderr.take().context("a pipe")?;
        // What has no address yet is ended all the same.
        let mut newsroom = Self { child, address: String::new() };
        let mut line = String::new();
        BufReader::new(stderr).read_line(&mut line)?;
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.with_context(|| format!("the newsroom did not open: {line}"))?.to_owned();
        newsroom.address = address;
        Ok(newsroom)
    }

    /// Asks as a browser does that has nothing yet.
    fn get(&self, path: &str) -> Result<Answer> {
        self.ask(path, "Accept-Encoding: gzip\r\n")
    }

    /// Whether what is counted over the whole library can be shown.
    fn has_counted(&self) -> Result<bool> {
        let page = self.ask("/hot", "")?.body;
        Ok(!page.windows(COUNTING.len()).any(|w| w == COUNTING))
    }

    fn ask(&self, path: &str, header: &str) -> Result<Answer> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        let began = Instant::now();
        let host = &self.address;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let took = began.elapsed();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").context("no answer")?;
        let status = answer.get(9..12).and_then(|s| std::str::from_utf8(s).ok()?.parse().ok());
        Ok(Answer { status: status.context("no status")?, body: answer.split_off(end + 4), took })
    }

    /// A line of what the system says of the server's memory, in megabytes.
    fn memory(&self, line: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let found =
            status.lines().find_map(|l| l.strip_prefix(line)?.split_whitespace().next()?.parse::<f64>().ok());
        found.map_or(f64::NAN, |kilobytes| kilobytes / 1024.0)
    }
}

/// What is asked for: stories of all ages with their articles, titles and days.
#[derive(Default)]
struct Asked {
    stories: Vec<String>,
    articles: Vec<String>,
    words: Vec<String>,
    days: Vec<String>,
}

/// Measures every room over a library, which is made where there is none.
pub fn run(articles: usize, folder: Option<&Path>, binary: &Path) -> Result<()> {
    let temporary = tempfile::tempdir()?;
    let library = folder.map_or_else(|| temporary.path().join("library"), Path::to_path_buf);
    if !library.join("library.db").exists() {
        bench::library(articles, 0, Some(&library), binary)?;
    }
    let asked = asked(binary, &library)?;
    println!("{} stories, {} articles to ask for", asked.stories.len(), asked.articles.len());
    let began = Instant::now();
    let newsroom = Newsroom::open(binary, &library)?;
    println!("open after {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
    let began = Instant::now();
    newsroom.get("/")?;
    println!("the first news of all after {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
    // What is hot, topics and outlets are counted in the background; until then their pages say so, which is no measure.
    while !newsroom.has_counted()? {
        thread::sleep(Duration::from_millis(100));
    }
    println!("counted {:.1} s after that", began.elapsed().as_secs_f64());
    println!(
        "{:<26} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7}",
        "room", "addresses", "p50 ms", "p95 ms", "max ms", "KB, most", "failed"
    );
    for (room, addresses) in rooms(&newsroom, &asked)? {
        measure(&newsroom, room, &addresses)?;
    }
    drop(newsroom);
    first_time(&Newsroom::open(binary, &library)?, &asked)?;
    let newsroom = Newsroom::open(binary, &library)?;
    load(&newsroom, &asked, temporary.path())?;
    println!(
        "memory: {:.0} MB at the most; now {:.0} MB, of which {:.0} MB are files of the library that are mapped",
        newsroom.memory("VmHWM:"),
        newsroom.memory("VmRSS:"),
        newsroom.memory("RssFile:")
    );
    Ok(())
}

/// Asks the program for stories as of several days.
fn asked(binary: &Path, library: &Path) -> Result<Asked> {
    let stories = |as_of: Option<&str>| -> Result<Vec<Value>> {
        let mut command = Command::new(binary);
        command
            .args(["stories", "--json", "--quiet", "--limit", &STORIES.to_string(), "--library"])
            .arg(library);
        if let Some(day) = as_of {
            command.args(["--as-of", day]);
        }
        let output = command.output()?;
        if !output.status.success() {
            bail!("stories: {}", String::from_utf8_lossy(&output.stderr));
        }
        let mut told: Value = serde_json::from_slice(&output.stdout)?;
        Ok(told["stories"].as_array_mut().map(std::mem::take).unwrap_or_default())
    };
    let newest = stories(None)?;
    let last = newest.iter().filter_map(|s| s["last"].as_str()).max().and_then(|day| day.get(..10));
    let last: i64 = number_of(last.context("the library has no story with a day")?)?;
    let mut asked = Asked::default();
    let mut seen = BTreeSet::new();
    for before in BEFORE {
        let day = day_of(last - before);
        for story in if before == 0 { newest.clone() } else { stories(Some(&day))? } {
            let text = |v: &Value| v.as_str().map(str::to_owned);
            let Some(id) = text(&story["id"]).filter(|id| seen.insert(id.clone())) else { continue };
            asked.stories.push(id);
            asked.days.push(day.clone());
            asked
                .words
                .extend(text(&story["title"]).iter().flat_map(|t| t.split_whitespace().map(str::to_owned)));
            let articles = story["articles"].as_array().map(Vec::as_slice).unwrap_or_default();
            asked.articles.extend(articles.iter().filter_map(|a| text(&a["id"])));
        }
    }
    asked.words.retain(|word| word.len() > 3 && word.chars().all(char::is_alphanumeric));
    Ok(asked)
}

/// Days since 1 January 1970 of a day, and back (Howard Hinnant's algorithms).
fn number_of(day: &str) -> Result<i64> {
    let mut parts = day.split('-').map(str::parse::<i64>);
    let mut part = || parts.next().context("no day")?.context("no day");
    let (y, m, d) = (part()?, part()?, part()?);
    let y = if m <= 2 { y - 1 } else { y };
    let day_of_year = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    let of_era = (y % 400) * 365 + (y % 400) / 4 - (y % 400) / 100 + day_of_year;
    Ok(y / 400 * 146_097 + of_era - 719_468)
}

fn day_of(number: i64) -> String {
    let z = number + 719_468;
    let (era, of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + i64::from(month <= 2))
}

/// Some of many, evenly.
fn some(all: &[String]) -> impl Iterator<Item = &String> {
    all.iter().step_by((all.len() / ADDRESSES).max(1)).take(ADDRESSES)
}

/// The addresses of each room. Rooms within rooms are found by their links.
fn rooms(newsroom: &Newsroom, asked: &Asked) -> Result<Vec<(&'static str, Vec<String>)>> {
    let of = |room: &str, all: &[String]| some(all).map(|id| format!("/{room}/{id}")).collect::<Vec<_>>();
    let words: Vec<&String> = some(&asked.words).collect();
    let search = words.iter().enumerate().map(|(i, word)| match (i % 3, words.get(i + 1)) {
        (1, Some(next)) => format!("/search?q={word}+{next}"),
        (2, Some(next)) => format!("/search?q=%22{word}+{next}%22"),
        _ => format!("/search?q={word}"),
    });
    let as_of = asked.stories.iter().zip(&asked.days).map(|(id, day)| format!("/stories/{id}?as_of={day}"));
    let as_of: Vec<String> = as_of.collect();
    let front = String::from_utf8_lossy(&unpacked(&newsroom.get("/")?.body)).into_owned();
    let options = |name: &str| -> Vec<String> {
        let select =
            front.split(&format!("name=\"{name}\"")).nth(1).and_then(|rest| rest.split("</select>").next());
        let options = select.unwrap_or_default().split("<option").skip(2);
        let texts = options.filter_map(|o| o.split('>').nth(1)?.split('<').next().map(encoded));
        texts.take(ADDRESSES).map(|value| format!("/?{name}={value}")).collect()
    };
    let inner = |room: &str| -> Result<Vec<String>> {
        let page = newsroom.get(&format!("/{room}"))?;
        let text = String::from_utf8_lossy(&unpacked(&page.body)).into_owned();
        let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let links = links.filter(|link| link.starts_with(&format!("/{room}/"))).map(str::to_owned);
        Ok(links.collect::<BTreeSet<_>>().into_iter().take(ADDRESSES).collect())
    };
    let one = |path: &str| vec![path.to_owned(); 20];
    let mut rooms = vec![
        ("news", one("/")),
        ("news, filtered", ["outlet", "topic", "language"].iter().flat_map(|name| options(name)).collect()),
        ("stories", of("stories", &asked.stories)),
        ("stories, as of a day", some(&as_of).cloned().collect()),
        ("stories, asked again", of("stories", &asked.stories)),
        ("articles", of("articles", &asked.articles)),
        ("search", search.collect()),
        ("topics/…", inner("topics")?),
        ("outlets/…", inner("outlets")?),
    ];
    for (name, path) in [
        ("hot", "/hot"),
        ("topics", "/topics"),
        ("outlets", "/outlets"),
        ("video", "/video"),
        ("subscriptions", "/subscriptions"),
        ("alerts", "/alerts"),
        ("settings", "/settings"),
    ] {
        rooms.push((name, one(path)));
    }
    rooms.retain(|(_, addresses)| !addresses.is_empty());
    Ok(rooms)
}

/// A word of a page as it stands in an address.
fn encoded(text: &str) -> String {
    let text = text.trim().replace("&#38;", "&").replace("&#39;", "'").replace("&amp;", "&");
    let byte = |b: u8| match b {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    match flate2::read::GzDecoder::new(bytes).read_to_end(&mut text) {
        Ok(_) => text,
        Err(_) => bytes.to_vec(),
    }
}

fn measure(newsroom: &Newsroom, room: &str, addresses: &[String]) -> Result<()> {
    let (mut took, mut largest, mut failed) = (Vec::new(), 0, 0);
    for address in addresses {
        let answer = newsroom.get(address)?;
        took.push(answer.took.as_secs_f64() * 1000.0);
        largest = largest.max(answer.body.len());
        failed += usize::from(answer.status != 200);
    }
    took.sort_by(f64::total_cmp);
    let at =
        |share: usize| took.get((took.len() * share / 100).min(took.len() - 1)).copied().unwrap_or(f64::NAN);
    println!(
        "{room:<26} {:>9} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {failed:>7}",
        took.len(),
        at(50),
        at(95),
        at(100),
        largest as f64 / 1024.0
    );
    Ok(())
}

/// Story pages that are all made for the first time, each asked for once.
fn first_time(newsroom: &Newsroom, asked: &Asked) -> Result<()> {
    newsroom.get("/")?;
    let began = Instant::now();
    let taken = thread::scope(|scope| {
        let askers: Vec<_> = (0..FIRST)
            .map(|i| {
                let stories = asked.stories.iter().skip(i).step_by(FIRST);
                scope.spawn(move || {
                    let took = |id: &String| {
                        let answer = newsroom.get(&format!("/stories/{id}"))?;
                        if answer.status != 200 {
                            bail!("story {id}: {}", answer.status);
                        }
                        Ok(answer.took)
                    };
                    stories.map(took).collect::<Result<Vec<Duration>>>()
                })
            })
            .collect();
        askers.into_iter().map(|a| a.join().map_err(|_| anyhow!("it broke off"))?).collect::<Result<Vec<_>>>()
    });
    let mut taken = taken?.concat();
    let all = began.elapsed().as_secs_f64();
    taken.sort_unstable();
    let at =
        |percent: usize| taken[(taken.len() * percent / 100).min(taken.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "{} stories, each for the first time, {FIRST} at once: {:.1} requests/s, p50 {:.1} ms, p99 {:.1} ms",
        taken.len(),
        taken.len() as f64 / all,
        at(50),
        at(99)
    );
    Ok(())
}

/// Story pages under load, by wrk: at first most of them were not asked for before.
fn load(newsroom: &Newsroom, asked: &Asked, folder: &Path) -> Result<()> {
    let (script, list) = (folder.join("serve.lua"), folder.join("addresses"));
    fs::write(&script, SCRIPT)?;
    let addresses: Vec<String> = asked.stories.iter().map(|id| format!("/stories/{id}")).collect();
    fs::write(&list, addresses.join("\n"))?;
    for aim in AIMS {
        let wrk = Command::new("wrk")
            .args([
                "--threads",
                "1",
                "--connections",
                &CONNECTIONS.to_string(),
                "--duration",
                &format!("{LOAD}s"),
            ])
            .args(["--header", "Accept-Encoding: gzip", "--script"])
            .arg(&script)
            .arg(format!("http://{}", newsroom.address))
            .env("ADDRESSES", &list)
            .env("PAUSE", aim.map_or(0, |aim| 1000 * CONNECTIONS / aim).to_string())
            .output();
        let Ok(wrk) = wrk else {
            println!("no load: wrk is missing (apt-get install wrk)");
            return Ok(());
        };
        let said = String::from_utf8_lossy(&wrk.stdout).into_owned();
        let measured = said.lines().find_map(|line| line.strip_prefix("measured "));
        let figures: Vec<&str> = measured.with_context(|| format!("wrk: {said}"))?.split(' ').collect();
        let [requests, middle, most, wrong, broken] = figures[..] else { bail!("wrk: {said}") };
        println!(
            "load for {LOAD} s, {} stories, {}: {requests} requests/s, p50 {middle} ms, p99 {most} ms, {wrong} \
             answers not 200, {broken} connections failed",
            addresses.len(),
            aim.map_or_else(
                || "as many as it takes".to_owned(),
                |aim| format!("{aim} requests/s at the most")
            ),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_and_named() {
        for (day, number) in
            [("1970-01-01", 0), ("2000-02-29", 11_016), ("2031-06-16", 22_446), ("2100-03-01", 47_541)]
        {
            assert_eq!(number_of(day).expect("a day"), number, "{day}");
            assert_eq!(day_of(number), day);
        }
        assert!(number_of("soon").is_err());
    }
}
