//! Quality as a gate: the benchmark kit's scorers on the release binary, against the floors in `gate.toml`.

use crate::{release_binary, root};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};
use toml_edit::{DocumentMut, Item};

/// Where the kit lies unless told otherwise, from the workspace's root.
pub const DATA: &str = "../shared/bench";

const TASKS: &[&str] = &["time", "quotes", "names", "stories", "neardup", "timeline"];

/// Every figure of a run, by scorer and name.
type Figures = BTreeMap<String, BTreeMap<String, f64>>;

/// Measures, prints a table, and fails when a figure is on the wrong side of its floor.
///
/// With `raise` the floors move to what was measured where that is better, with `lower` everywhere.
pub fn run(data: &Path, raise: bool, lower: bool) -> Result<()> {
    if !data.join("run.py").is_file() {
        println!("not measured: there is no benchmark kit at {} (give --data DIR)", data.display());
        return Ok(());
    }
    let binary = release_binary()?;
    let figures = measure(data, &binary)?;
    let path = root().join("gate.toml");
    let text = fs::read_to_string(&path).context("gate.toml")?;
    let mut gate: DocumentMut = text.parse().context("gate.toml")?;
    let mut failed = 0;
    println!("{:<28} {:<40} {:>8} {:>8}", "scorer", "figure", "measured", "floor");
    for (side, least) in [("at_least", true), ("at_most", false)] {
        let Some(tables) = gate.get_mut(side).and_then(Item::as_table_mut) else {
            bail!("gate.toml has no table \"{side}\"")
        };
        for (scorer, table) in tables.iter_mut() {
            let scorer = scorer.get().to_owned();
            let Some(table) = table.as_table_mut() else { bail!("gate.toml: \"{scorer}\" is no table") };
            for (figure, floor) in table.iter_mut() {
                let name = figure.get().to_owned();
                let wanted = floor.as_float().or_else(|| floor.as_integer().map(|i| i as f64));
                let Some(wanted) = wanted else { bail!("gate.toml: {scorer}.{name} is no number") };
                // A scorer that says nothing about a figure has not passed it.
                let measured = figures.get(&scorer).and_then(|f| f.get(&name)).copied();
                let good =
                    measured.is_some_and(|m| if least { m >= wanted - 1e-9 } else { m <= wanted + 1e-9 });
                failed += usize::from(!good);
                let shown = measured.map_or("–".to_owned(), |m| format!("{m:.4}"));
                let sign = if least { "≥" } else { "≤" };
                let mark = if good { "" } else { "  BELOW ITS FLOOR" };
                println!("{scorer:<28} {name:<40} {shown:>8} {sign}{wanted:>7}{mark}");
                if let Some(m) = measured {
                    // Floors have three digits, rounded to the side that the measured figure passes.
                    let to = if least { (m * 1000.0).floor() } else { (m * 1000.0).ceil() } / 1000.0;
                    let better = if least { to > wanted } else { to < wanted };
                    if better && raise || (to - wanted).abs() > 1e-9 && lower {
                        *floor = toml_edit::value(to);
                    }
                }
            }
        }
    }
    if raise || lower {
        fs::write(&path, gate.to_string()).context("gate.toml")?;
        println!("gate.toml written");
        if lower {
            return Ok(());
        }
    }
    if failed > 0 {
        bail!("{failed} figures are on the wrong side of their floors");
    }
    Ok(())
}

fn measure(data: &Path, binary: &Path) -> Result<Figures> {
    let mut figures = Figures::new();
    for task in TASKS {
        let run =
            python(&data.join("run.py")).arg(task).arg("--json").arg("--bin").arg(binary).output_json()?;
        let entry = figures.entry(format!("run {task}")).or_default();
        flatten("", &run["metrics"], entry);
        entry.insert("errors".to_owned(), run["errors"].as_f64().unwrap_or(f64::INFINITY));
    }
    let pages = python(&data.join("pages.py")).args(["all", "--json", "--bin"]).arg(binary).output_json()?;
    for (task, corpora) in pages.as_object().into_iter().flatten() {
        for (corpus, found) in corpora.as_object().into_iter().flatten() {
            flatten("", found, figures.entry(format!("pages {task} {corpus}")).or_default());
        }
    }
    let dump = tempfile::NamedTempFile::new()?;
    let own = data.join("own");
    python(&own.join("score_own.py"))
        .arg("--data")
        .arg(&own)
        .arg("--cmd")
        .arg(binary)
        .arg("--dump")
        .arg(dump.path())
        .stdout(Stdio::null())
        .status()?;
    let own: Value = serde_json::from_str(&fs::read_to_string(dump.path())?).unwrap_or(Value::Null);
    for part in ["chains", "status", "stories"] {
        flatten("", &own[part], figures.entry(format!("own {part}")).or_default());
    }
    Ok(figures)
}

fn python(script: &Path) -> Command {
    let mut command = Command::new("python3");
    command.arg(script);
    command
}

trait OutputJson {
    fn output_json(&mut self) -> Result<Value>;
}

impl OutputJson for Command {
    fn output_json(&mut self) -> Result<Value> {
        let output =
            self.stderr(Stdio::inherit()).output().with_context(|| format!("cannot run {self:?}"))?;
        if !output.status.success() {
            bail!("{self:?} failed ({})", output.status);
        }
        serde_json::from_slice(&output.stdout).with_context(|| format!("{self:?} gave no JSON"))
    }
}

/// Numbers of nested objects, under their names joined by full stops.
fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, f64>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.trim();
                let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
                flatten(&name, value, into);
            }
        }
        _ => {
            if let Some(number) = value.as_f64() {
                into.insert(prefix.to_owned(), number);
            }
        }
    }
}
