//! One tool over every page: `reportedly-bench TOOL FOLDER` prints one JSON object.
//!
//! The folder holds the benchmark kit's corpora (`*/pages-*.jsonl.gz`) or pages as files. Pages are read and
//! decoded one archive at a time before the clock runs; peers, who take text, are given text already decoded.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use cpu_time::ThreadTime;
use flate2::read::MultiGzDecoder;
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Page {
    id: String,
    url: Option<String>,
    bytes: Vec<u8>,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(tool), Some(folder)) = (arguments.next(), arguments.next()) else {
        bail!("usage: reportedly-bench TOOL FOLDER");
    };
    // A peer that panics has failed on that page; its message is of no use here.
    std::panic::set_hook(Box::new(|_| {}));
    let (mut pages, mut failed, mut cpu, mut slowest) = (0u64, 0u64, 0.0, (0.0, String::new()));
    for file in files(Path::new(&folder))? {
        for page in load(&file)? {
            let (page, text) = (&page, decoded(&page.bytes));
            let start = ThreadTime::now();
            let read = catch_unwind(AssertUnwindSafe(|| read(&tool, page, &text)));
            let took = start.elapsed().as_secs_f64();
            failed += u64::from(!matches!(read, Ok(Ok(length)) if length > 0));
            if let Ok(Err(unknown)) = read
                && unknown.is::<UnknownTool>()
            {
                return Err(unknown);
            }
            pages += 1;
            cpu += took;
            if took > slowest.0 {
                slowest = (took, page.id.clone());
            }
        }
    }
    println!(
        "{}",
        serde_json::json!({
            "pages": pages, "failed": failed, "cpu_s": cpu,
            "slowest_ms": slowest.0 * 1000.0, "slowest_page": slowest.1, "peak_mb": peak_mb(),
        })
    );
    Ok(())
}

#[derive(Debug)]
struct UnknownTool;

impl std::fmt::Display for UnknownTool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no such tool")
    }
}

impl std::error::Error for UnknownTool {}

/// Reads one page with one tool; the length of the text that it finds.
fn read(tool: &str, page: &Page, text: &str) -> Result<usize> {
    let input = reportedly_page::Input {
        bytes: &page.bytes,
        form: reportedly_page::Form::Html,
        url: page.url.as_deref(),
        ..reportedly_page::Input::default()
    };
    Ok(match tool {
        "article" => reportedly_page::read(&input).text.len(),
        "reading" => reportedly_read::read(&input).text.len(),
        "dom_smoothie" => {
            let mut reader = dom_smoothie::Readability::new(text, page.url.as_deref(), None)
                .or_else(|_| dom_smoothie::Readability::new(text, None, None))?;
            reader.parse()?.text_content.len()
        }
        "libreadability" => libreadability::extract(text, page.url.as_deref())
            .map_err(|e| anyhow::anyhow!("{e:?}"))?
            .text_content
            .len(),
        "trafilatura" => trafilatura::extract(text, &trafilatura::Options::default())?.content_text.len(),
        "rust-trafilatura" => {
            let options = rust_trafilatura::Options {
                original_url: page.url.as_deref().and_then(rust_trafilatura::Url::request),
                exclude_comments: true,
                ..rust_trafilatura::Options::default()
            };
            rust_trafilatura::extract(text.as_bytes(), &options)
                .map_err(|e| anyhow::anyhow!("{e:?}"))?
                .content_text
                .len()
        }
        _ => return Err(UnknownTool.into()),
    })
}

fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut waiting, mut files) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                waiting.push(entry?.path());
            }
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with("pages-") && name.ends_with(".jsonl.gz") || name.ends_with(".html") {
                files.push(path);
            }
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("no pages in {}", folder.display());
    }
    Ok(files)
}

fn load(path: &Path) -> Result<Vec<Page>> {
    if path.extension().is_some_and(|e| e == "html") {
        return Ok(vec![Page { id: path.display().to_string(), url: None, bytes: fs::read(path)? }]);
    }
    let mut pages = Vec::new();
    for line in BufReader::new(MultiGzDecoder::new(File::open(path)?)).lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let text = |name: &str| record[name].as_str().map(str::to_owned);
        let bytes = match text("html_base64") {
            Some(coded) => STANDARD.decode(coded)?,
            None => text("html").context("a record without html")?.into_bytes(),
        };
        pages.push(Page { id: text("id").unwrap_or_default(), url: text("url"), bytes });
    }
    Ok(pages)
}

/// The high-water mark of this process's memory, in MB; 0 where the system does not tell.
fn peak_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok()).map_or(0.0, |kb| kb / 1024.0)
}
