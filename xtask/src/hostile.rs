//! Pages that nobody would write, each read by the release binary in a process of its own: what they cost beside
//! what a page may cost. They are made in the run; nothing of them is kept.
//!
//! Nothing here may hold much memory: on Linux a child's peak includes what its parent held when it was begun.

use anyhow::{Context, Result, bail};
use base64::{engine::general_purpose::STANDARD, write::EncoderWriter};
use flate2::{Compression, write::GzEncoder};
use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// What a page may take: seconds of wall clock, and megabytes.
const SECONDS: f64 = 2.0;
const MEGABYTES: f64 = 200.0;

const KB: usize = 1_000;
const MB: usize = 1_000_000;

/// How a page is handed over.
#[derive(Clone, Copy, PartialEq)]
enum Given {
    /// On standard input, as the field of a record.
    Record(&'static str),
    /// On standard input, as several records at once.
    Records(&'static str, usize),
    /// As a file of this name.
    File(&'static str),
}
use Given::{File as AsFile, Record, Records};

type Make = fn(&mut dyn Write) -> io::Result<()>;

const CASES: &[(&str, Given, Make)] = &[
    ("nothing, a file", AsFile("page.html"), |_| Ok(())),
    ("nothing, a record", Record("text"), |_| Ok(())),
    ("random bytes, 50 MB", AsFile("page"), |w| random(w, 50 * MB)),
    ("random bytes as html_base64, 50 MB", Record("html_base64"), |w| random(w, 50 * MB)),
    ("random bytes named .html, 50 MB", AsFile("page.html"), |w| {
        w.write_all(b"<html><p>")?;
        random(w, 50 * MB)
    }),
    ("NUL bytes, 50 MB", AsFile("page.html"), |w| {
        w.write_all(b"<html><p>")?;
        repeat(w, "\0", 50 * MB)
    }),
    ("NUL bytes in a record, 20 MB", Record("flat"), |w| repeat(w, "a\0", 20 * MB)),
    ("mixed encodings, 20 MB", AsFile("page.html"), |w| {
        w.write_all(b"<html><meta charset=utf-8><p>")?;
        cycle(w, &["grün ".as_bytes(), b"gr\xfcn ", b"g\0r\0\xfc\0n\0", b"\x83\x4a\x83\x5e "], 20 * MB)
    }),
    ("one line, flat, 50 MB", Record("flat"), |w| repeat(w, "the harbour was quiet and ", 50 * MB)),
    ("one sentence of news, flat, 50 MB", Record("flat"), |w| {
        repeat(w, "and the minister said on Monday that Kestrel Bay would reopen, ", 50 * MB)
    }),
    ("paragraphs, flat, 50 MB", Record("flat"), |w| repeat(w, PARAGRAPH, 50 * MB)),
    ("lines of one word, flat, 50 MB", Record("flat"), |w| repeat(w, "quay\n", 50 * MB)),
    ("one line, HTML, 50 MB", Record("html"), |w| {
        w.write_all(b"<p>")?;
        repeat(w, "the harbour was quiet and ", 50 * MB)
    }),
    ("paragraphs, HTML, 50 MB", Record("html"), |w| {
        repeat(w, &format!("<p>{}</p>", PARAGRAPH.trim()), 50 * MB)
    }),
    ("paragraphs, HTML, a file of 50 MB", AsFile("page.html"), |w| {
        repeat(w, &format!("<p>{}</p>", PARAGRAPH.trim()), 50 * MB)
    }),
    ("clean text, 50 MB", Record("text"), |w| repeat(w, PARAGRAPH, 50 * MB)),
    ("clean text, a line a letter, 50 MB", Record("text"), |w| repeat(w, "a\n", 50 * MB)),
    ("clean text, one word of 50 MB", Record("text"), |w| repeat(w, "a", 50 * MB)),
    ("white space, 50 MB", Record("html"), |w| repeat(w, " \n\t", 50 * MB)),
    ("no spaces (Japanese), 20 MB", Record("flat"), |w| repeat(w, "港は静かだった。", 20 * MB)),
    ("combining marks, 20 MB", Record("flat"), |w| repeat(w, "a\u{301}\u{302}\u{200d}", 20 * MB)),
    ("a line of 300 MB", Record("flat"), |w| repeat(w, "the harbour was quiet and ", 300 * MB)),
    ("eight records of 50 MB, two at once", Records("html", 8), |w| {
        repeat(w, &format!("<p>{}</p>", PARAGRAPH.trim()), 50 * MB)
    }),
    ("100,000 nested tags", Record("html"), |w| repeat(w, "<div>", 500 * KB)),
    ("100,000 nested tags, closed", Record("html"), |w| {
        repeat(w, "<div>", 500 * KB)?;
        w.write_all(b"Fog over the bay.")?;
        repeat(w, "</div>", 600 * KB)
    }),
    ("100,000 unclosed tags, all different", Record("html"), |w| {
        numbered(w, 100 * KB, |i| format!("<x{i}>a"))
    }),
    ("100,000 unclosed formatting tags", Record("html"), |w| {
        numbered(w, 100 * KB, |i| format!("<b id={i}>a"))
    }),
    ("100,000 paragraphs in unclosed tags", Record("html"), |w| repeat(w, "<p><b><i>a", MB)),
    ("tags of all kinds, unclosed, 20 MB", Record("html"), |w| {
        cycle(
            w,
            &[b"<table><tr><td>a", b"<ul><li>b", b"<select><option>", b"<svg><g>", b"<a href=x>c"],
            20 * MB,
        )
    }),
    ("opening brackets, 20 MB", Record("html"), |w| repeat(w, "<", 20 * MB)),
    ("a comment that does not end, 50 MB", Record("html"), |w| {
        w.write_all(b"<p>One.<!--")?;
        repeat(w, "- ", 50 * MB)
    }),
    ("a script that does not end, 50 MB", Record("html"), |w| {
        w.write_all(b"<p>One.<script>")?;
        repeat(w, "</scrip", 50 * MB)
    }),
    ("one attribute, 50 MB", Record("html"), |w| {
        w.write_all(b"<p>One.<img alt=\"")?;
        repeat(w, "the harbour was quiet and ", 50 * MB)
    }),
    ("one title, 50 MB", Record("html"), |w| {
        w.write_all(b"<title>")?;
        repeat(w, "the harbour was quiet and ", 50 * MB)
    }),
    ("100,000 attributes in one tag", Record("html"), |w| {
        w.write_all(b"<p ")?;
        numbered(w, 100 * KB, |i| format!("a{i}=1 "))
    }),
    ("300 attributes in every tag, 10 MB", Record("html"), |w| {
        let mut tag = Vec::from(*b"<p");
        numbered(&mut tag, 300, |i| format!(" {}", letters(i)))?;
        tag.push(b'>');
        cycle(w, &[&tag], 10 * MB)
    }),
    ("brackets within attributes, 10 MB", Record("html"), |w| {
        (0..5_000).try_for_each(|_| {
            w.write_all(b"<p")?;
            numbered(w, 200, |i| format!(" {}='>'", letters(i)))
        })
    }),
    ("character references, 20 MB", Record("html"), |w| repeat(w, "&notin;&#x26;&amp", 20 * MB)),
    ("100,000 scripts", Record("html"), |w| repeat(w, "<script>var a;</script>", 100 * KB * 23)),
    ("100,000 meta elements", Record("html"), |w| {
        numbered(w, 100 * KB, |i| format!("<meta property='article:tag' content='{i}'>"))
    }),
    ("100,000 pictures", Record("html"), |w| {
        numbered(w, 100 * KB, |i| {
            format!(
                "<figure><img src=/{i}.jpg alt='Quay {i}'><figcaption>The quay {i}.</figcaption></figure>"
            )
        })
    }),
    ("100,000 list items with links", Record("html"), |w| {
        numbered(w, 100 * KB, |i| {
            format!("<ul><li><a href=/{i}>The harbour reopens after storm {i}</a></ul>")
        })
    }),
    ("100,000 cells of a table", Record("html"), |w| {
        w.write_all(b"<table>")?;
        numbered(w, 100 * KB, |i| format!("<tr><td>Quay {i}"))
    }),
    ("100,000 time elements", Record("html"), |w| {
        numbered(w, 100 * KB, |i| format!("<time datetime=2031-03-04>4 March 2031</time> Quay {i}. "))
    }),
    ("100,000 short paragraphs", Record("html"), |w| {
        numbered(w, 100 * KB, |i| format!("<p>The quay {i} reopened, Anna Marsh said."))
    }),
    ("100,000 news paragraphs", Record("html"), |w| {
        numbered(w, 100 * KB, |i| {
            format!(
                "<p>Councillor Petra Lomax told The Norvale Courier on 3 March 2031 that berth {i} would reopen, according to the Harbour Board.</p>"
            )
        })
    }),
    ("100,000 news paragraphs, flat", Record("flat"), |w| {
        numbered(w, 100 * KB, |i| {
            format!(
                "Councillor Petra Lomax told The Norvale Courier on 3 March 2031 that berth {i} would reopen, according to the Harbour Board.\n\n"
            )
        })
    }),
    ("a relay flood, 1 MB", Record("flat"), |w| repeat(w, "Reuters told CNN reported ", MB)),
    ("a relay flood, 10 MB", Record("flat"), |w| repeat(w, "Reuters told CNN reported ", 10 * MB)),
    ("a relay flood in sentences, 10 MB", Record("text"), |w| {
        repeat(w, "Reuters reported, citing CNN, that the BBC was told by sources that it rains. ", 10 * MB)
    }),
    ("quotation marks, 10 MB", Record("flat"), |w| repeat(w, "\"No,\" he said. “It is so. ", 10 * MB)),
    ("different names, 10 MB", Record("text"), |w| {
        numbered(w, 300 * KB, |i| {
            let (a, b) = (letters(i), letters(i * 7 + 3));
            format!("Anna {a} told {b} Marsh of {a} Ltd. ")
        })
    }),
    ("different speakers, 10 MB", Record("text"), |w| {
        numbered(w, 300 * KB, |i| format!("Mr {} said so. She agreed. ", letters(i)))
    }),
    ("dates, 10 MB", Record("text"), |w| {
        numbered(w, 500 * KB, |i| format!("on {} March {} ", i % 28 + 1, 1900 + i % 200))
    }),
    ("numbers and signs, 10 MB", Record("text"), |w| repeat(w, "1.2:3-4/5,$ % ( ) — … ", 10 * MB)),
    ("events, 10 MB", Record("text"), |w| {
        repeat(w, "It opened, closed, burned and was rebuilt after the fire and the flood. ", 10 * MB)
    }),
    ("deep JSON-LD", Record("html"), |w| {
        w.write_all(b"<script type='application/ld+json'>")?;
        repeat(w, "{\"a\":[", 6 * 100 * KB)?;
        w.write_all(b"</script><p>One.")
    }),
    ("wide JSON-LD, 20 MB", Record("html"), |w| {
        w.write_all(b"<script type='application/ld+json'>[{}")?;
        numbered(w, 300 * KB, |i| format!(",{{\"@type\":\"NewsArticle\",\"headline\":\"Quay {i}\"}}"))?;
        w.write_all(b"]</script><p>One.")
    }),
    ("JSON-LD a hundred thousand times", Record("html"), |w| {
        repeat(w, "<script type='application/ld+json'>{\"@type\":\"NewsArticle\"}</script>", 67 * 100 * KB)
    }),
    ("small values of JSON-LD, 8 MB", Record("html"), |w| {
        w.write_all(b"<script type='application/ld+json'>[0")?;
        repeat(w, ",[]", 8 * MB)?;
        w.write_all(b"]</script><p>One.")
    }),
    ("100,000 authors and pictures in JSON-LD", Record("html"), |w| {
        w.write_all(b"<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"author\":[\"A B\"")?;
        numbered(w, 20 * KB, |i| format!(",{{\"name\":\"Anna {}\"}}", letters(i)))?;
        w.write_all(b"],\"image\":[\"/0\"")?;
        numbered(w, 40 * KB, |i| format!(",\"/{i}.jpg\""))?;
        w.write_all(b"]}</script><p>One.")
    }),
    ("100,000 dates in the data", Record("html"), |w| {
        numbered(w, 100 * KB, |i| {
            let (year, day) = (1990 + i % 40, i % 28 + 1);
            format!("<meta property='article:published_time' content='{year}-03-{day:02}'>")
        })
    }),
    ("100,000 authors in the markup", Record("html"), |w| {
        numbered(w, 100 * KB, |i| format!("<p itemprop=author><b itemprop=name>Anna {}</b>", letters(i)))
    }),
    ("dates in nested headers", Record("html"), |w| {
        numbered(w, 20 * KB, |i| format!("<header><p>{} March 2031</p>", i % 28 + 1))?;
        w.write_all(b"<h1>Quay</h1>")
    }),
    ("nested bylines around nothing", Record("html"), |w| {
        repeat(w, "<div class='author byline date'>", 13 * KB)?;
        repeat(w, "<i></i>", 700 * KB)
    }),
    ("an archive of beginnings", AsFile("page.warc"), |w| {
        repeat(w, "WARC/1.0\r\n", 20 * MB)?;
        repeat(w, " ", 200 * KB)?;
        w.write_all(RECORD.as_bytes())
    }),
    ("an archive of broken members", AsFile("page.warc.gz"), |w| {
        cycle(w, &[b"\x1f\x8b\x08x"], 20 * MB)?;
        repeat(w, " ", 200 * KB)?;
        let mut member = GzEncoder::new(w, Compression::fast());
        member.write_all(RECORD.as_bytes())
    }),
    ("a gzip file of 10 GB unpacked", AsFile("page.html.gz"), |w| {
        // Members of a gzip file may stand one after the other.
        let mut member = GzEncoder::new(Vec::new(), Compression::best());
        repeat(&mut member, "<p>It rains. ", 10 * MB)?;
        let member = member.finish()?;
        (0..1_000).try_for_each(|_| w.write_all(&member))
    }),
    ("a gzip file cut in the middle", AsFile("page.html.gz"), |w| {
        let mut member = GzEncoder::new(Vec::new(), Compression::best());
        random(&mut member, MB)?;
        let member = member.finish()?;
        w.write_all(&member[..member.len() / 2])
    }),
    ("MHTML of 50 MB", AsFile("page.mhtml"), |w| {
        w.write_all(MHTML.as_bytes())?;
        w.write_all(b"Content-Type: text/html\r\n\r\n<p>")?;
        repeat(w, "the harbour was quiet and ", 50 * MB)
    }),
    ("MHTML of 100,000 parts", AsFile("page.mhtml"), |w| {
        w.write_all(MHTML.as_bytes())?;
        repeat(w, "Content-Type: text/plain\r\n\r\nquay\r\n--b\r\n", 41 * 100 * KB)
    }),
    ("MHTML within MHTML, 100,000 deep", AsFile("page.mhtml"), |w| {
        numbered(w, 100 * KB, |i| {
            format!("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b{i}\r\n\r\n--b{i}\r\n")
        })
    }),
];

const PARAGRAPH: &str = "The harbour master of Kestrel Bay said on Monday that the quay would reopen within a \
    week, and that two ferries had been hired for the time until then. Nobody was hurt.\n\n";
const RECORD: &str = "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: https://tern.example/1\r\nContent-Type: \
    text/html\r\nContent-Length: 28\r\n\r\n<p>Fog over Kestrel Bay.</p>\r\n\r\n";
const MHTML: &str = "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n";

/// Lets the binary read every page (of those whose name holds `only`), and prints what each took.
pub fn run(binary: &Path, only: &str) -> Result<()> {
    if !CASES.iter().any(|(name, ..)| name.contains(only)) {
        bail!("no hostile page has \"{only}\" in its name");
    }
    let folder = tempfile::tempdir()?;
    println!(
        "hostile pages: at most {SECONDS} s of wall clock and {MEGABYTES} MB each, on two threads; * marks what is over"
    );
    println!("{:<40} {:>9} {:>8} {:>8} {:>9}  said", "page", "input MB", "wall s", "CPU s", "peak MB");
    let mut over = 0;
    let chosen = CASES.iter().filter(|(name, ..)| name.contains(only));
    for (name, given, make) in chosen {
        let path = folder.path().join(match given {
            AsFile(name) => name,
            Record(_) | Records(..) => "records.jsonl",
        });
        let size = write(&path, *given, *make).with_context(|| format!("making {name}"))?;
        let answer = folder.path().join("answer");
        let cost = cost(binary, &path, *given, &answer).with_context(|| format!("reading {name}"))?;
        std::fs::remove_file(&path)?;
        let pages = if let Records(_, n) = given { *n as f64 } else { 1.0 };
        let wall = cost.wall.as_secs_f64();
        let slow = wall > SECONDS * pages;
        let large = cost.peak_mb.is_some_and(|mb| mb > MEGABYTES);
        over += usize::from(slow || large || !cost.answered);
        let mark = |over| if over { "*" } else { " " };
        println!(
            "{name:<40} {:>9.1} {wall:>7.2}{} {:>8.2} {:>8}{}  {}",
            size as f64 / MB as f64,
            mark(slow),
            cost.cpu.as_secs_f64(),
            cost.peak_mb.map_or("–".to_owned(), |mb| format!("{mb:.0}")),
            mark(large),
            cost.said
        );
    }
    if over > 0 {
        println!("{over} over the limit");
    }
    Ok(())
}

/// Writes a page to where the binary takes it from; how many bytes that are.
fn write(path: &Path, given: Given, make: Make) -> Result<u64> {
    let mut file = BufWriter::new(File::create(path)?);
    match given {
        AsFile(_) => make(&mut file)?,
        Record(field) | Records(field, _) => {
            let n = if let Records(_, n) = given { n } else { 1 };
            for i in 0..n {
                write!(file, "{{\"id\":\"{i}\",\"{field}\":\"")?;
                if field == "html_base64" {
                    make(&mut EncoderWriter::new(&mut file, &STANDARD))?;
                } else {
                    make(&mut Escaped(&mut file))?;
                }
                file.write_all(b"\"}\n")?;
            }
        }
    }
    let file = file.into_inner()?;
    Ok(file.metadata()?.len())
}

/// What reading took.
struct Cost {
    wall: Duration,
    cpu: Duration,
    /// `None` where the system does not tell.
    peak_mb: Option<f64>,
    /// Whether every page has its answer.
    answered: bool,
    /// The diagnostics, or what went wrong.
    said: String,
}

fn cost(binary: &Path, page: &Path, given: Given, answer: &Path) -> Result<Cost> {
    use wait4::Wait4;
    let (path, stdin) = match given {
        AsFile(_) => (page, Stdio::null()),
        Record(_) | Records(..) => (Path::new("-"), File::open(page)?.into()),
    };
    let start = Instant::now();
    let mut child = Command::new(binary)
        .args(["read", "--jsonl", "--quiet", "--jobs", "2"])
        .arg(path)
        .stdin(stdin)
        .stdout(File::create(answer)?)
        .stderr(Stdio::null())
        .spawn()?;
    let used = child.wait4()?;
    let wall = start.elapsed();
    // The tail is enough, and holds no memory: diagnostics close a record.
    let mut file = File::open(answer)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(4_000)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let tail = String::from_utf8_lossy(&tail).into_owned();
    let said =
        tail.rsplit_once("\"diagnostics\":[").map(|(_, d)| d.trim_end().trim_end_matches("]}").to_owned());
    // What could not be read of a file is said, and ends in a status of 1.
    let ended = matches!(used.status.code(), Some(0 | 1));
    let answered = ended && said.is_some() && tail.ends_with("]}\n");
    Ok(Cost {
        wall,
        cpu: used.rusage.utime + used.rusage.stime,
        peak_mb: cfg!(target_os = "linux").then_some(used.rusage.maxrss as f64 / 1024.0 / 1024.0),
        answered,
        said: if answered { said.unwrap_or_default() } else { format!("NO ANSWER ({})", used.status) },
    })
}

/// A piece again and again, so many bytes in all.
fn repeat(w: &mut dyn Write, piece: &str, bytes: usize) -> io::Result<()> {
    let chunk = piece.repeat((64 * KB).div_ceil(piece.len()));
    for _ in 0..bytes / chunk.len() {
        w.write_all(chunk.as_bytes())?;
    }
    w.write_all(&chunk.as_bytes()[..bytes % chunk.len() / piece.len() * piece.len()])
}

/// Pieces in turn, so many bytes in all.
fn cycle(w: &mut dyn Write, pieces: &[&[u8]], bytes: usize) -> io::Result<()> {
    let once = pieces.concat();
    (0..bytes / once.len()).try_for_each(|_| w.write_all(&once))
}

/// A piece for each number.
fn numbered(w: &mut dyn Write, n: usize, piece: impl Fn(usize) -> String) -> io::Result<()> {
    (0..n).try_for_each(|i| w.write_all(piece(i).as_bytes()))
}

/// A number as a word with a capital: one letter for each of its digits.
fn letters(n: usize) -> String {
    "N".chars().chain(n.to_string().chars().map(|digit| char::from(b'a' + digit as u8 - b'0'))).collect()
}

/// Bytes without order (xorshift), the same in every run.
fn random(w: &mut dyn Write, bytes: usize) -> io::Result<()> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..bytes / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        w.write_all(&state.to_le_bytes())?;
    }
    Ok(())
}

/// Bytes as they stand within a JSON string. What is not ASCII passes: pieces are whole.
struct Escaped<W>(W);

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
        for b in bytes {
            match b {
                b'"' | b'\\' => out.extend([b'\\', *b]),
                0..0x20 => out.extend(format!("\\u{b:04x}").bytes()),
                _ => out.push(*b),
            }
        }
        self.0.write_all(&out)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
