//! Reportedly reads the news the way a careful analyst does.

use anyhow::Result;
use rayon::prelude::*;
use reportedly_gather::Record;
use reportedly_story::Observation;
use std::io::{self, BufRead, Write};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    match args.first().map(String::as_str) {
        Some("read") => stream(|observation, out| {
            serde_json::to_writer(
                &mut *out,
                &reportedly_answer::reading(&observation.id, None, &observation.reading),
            )?;
            out.push(b'\n');
            Ok(())
        }),
        Some("stories") => {
            let observations = all()?;
            let mut out = io::stdout().lock();
            for (o, a) in observations.iter().zip(reportedly_story::assign(&observations)) {
                writeln!(out, "{}", serde_json::json!({"id": o.id, "story": a.story, "copy_of": a.copy_of}))?;
            }
            Ok(())
        }
        Some("timeline") => {
            let observations = all()?;
            let number = |name: &str| flag(name).and_then(|n| n.parse().ok()).unwrap_or(10);
            let query: Vec<String> = flag("--query")
                .unwrap_or_default()
                .split(',')
                .filter(|q| !q.is_empty())
                .map(str::to_owned)
                .collect();
            let mut out = io::stdout().lock();
            for d in
                reportedly_story::timeline(&observations, number("--dates"), number("--sentences"), &query)
            {
                writeln!(
                    out,
                    "{}",
                    serde_json::json!({"date": d.date.to_string(), "sentences": d.sentences})
                )?;
            }
            Ok(())
        }
        _ => anyhow::bail!("read, stories or timeline"),
    }
}

fn observe(line: &str) -> Result<Observation> {
    let record = Record::parse(line.as_bytes())?;
    let reading = reportedly_read::read(&record.input());
    Ok(Observation { id: record.id.unwrap_or_default(), path: None, reading })
}

fn all() -> Result<Vec<Observation>> {
    let lines: Vec<String> = io::stdin().lock().lines().collect::<io::Result<_>>()?;
    lines.par_iter().filter(|l| !l.trim().is_empty()).map(|l| observe(l)).collect()
}

fn stream(write: impl Fn(&Observation, &mut Vec<u8>) -> Result<()> + Sync) -> Result<()> {
    let mut lines = io::stdin().lock().lines();
    let mut out = io::stdout().lock();
    loop {
        let batch: Vec<String> = lines.by_ref().take(64).collect::<io::Result<_>>()?;
        if batch.is_empty() {
            return Ok(());
        }
        let answers: Vec<Vec<u8>> = batch
            .par_iter()
            .filter(|l| !l.trim().is_empty())
            .map(|l| {
                let mut buffer = Vec::new();
                write(&observe(l)?, &mut buffer)?;
                Ok(buffer)
            })
            .collect::<Result<_>>()?;
        for a in answers {
            out.write_all(&a)?;
        }
        out.flush()?;
    }
}
