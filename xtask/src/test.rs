//! Everything that must pass before a change lands.

use crate::{cargo, fuzz, gate, release_binary, root, run as succeed};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

/// Runs all checks, the cheap ones first; stops at the first that fails.
pub fn run(data: &Path) -> Result<()> {
    step("format");
    succeed(cargo().args(["fmt", "--all", "--check"]))?;
    step("lints");
    succeed(cargo().args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    step("a browser for the newsroom's pages");
    let browser = browser();
    step("tests, documentation tests and command-line transcripts");
    let mut tests = cargo();
    tests.args(["test", "--quiet", "--workspace"]);
    if browser {
        // Where there is one, pages that were not looked at are a failure.
        tests.env("BROWSER_TESTS", "required");
    }
    succeed(&mut tests)?;
    step("the fuzz targets compile");
    fuzz::compile()?;
    step("the README's commands");
    readme()?;
    step("licences and sources of dependencies");
    deny()?;
    step("quality gate");
    gate::run(data, false, false)?;
    if browser {
        println!("\nAll passed. Pictures of the newsroom's pages are in target/newsroom.");
    } else {
        println!(
            "\nAll passed, but the newsroom's pages were NOT tested in a browser: install chromium and chromedriver."
        );
    }
    Ok(())
}

/// Whether there is a browser to test with. Where there is none it is installed, if that can be done without asking.
fn browser() -> bool {
    let quietly = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let is_there = || quietly("chromedriver", &["--version"]);
    if is_there() {
        return true;
    }
    // As root, or as whoever may become root without a password.
    let as_root = ["env", "sudo"].into_iter().find(|through| {
        let ask: &[&str] = if *through == "sudo" { &["-n", "id", "-u"] } else { &["id", "-u"] };
        Command::new(through).args(ask).output().is_ok_and(|said| said.stdout.trim_ascii() == b"0")
    });
    let Some(as_root) = as_root.filter(|_| quietly("apt-get", &["--version"])) else {
        println!("not there, and cannot be installed from here: chromium, chromium-driver");
        return false;
    };
    println!("installing chromium and chromium-driver");
    let silent: &[&str] = if as_root == "sudo" { &["-n"] } else { &["DEBIAN_FRONTEND=noninteractive"] };
    let apt = |arguments: &[&str]| quietly(as_root, &[silent, &["apt-get", "--yes"], arguments].concat());
    let install = ["install", "--no-install-recommends", "chromium", "chromium-driver"];
    (apt(&install) || (apt(&["update"]) && apt(&install))) && is_there()
}

fn step(what: &str) {
    println!("\n==> {what}");
}

/// Runs every `cargo run …` line of the README's shell blocks as it stands there, in a shell, from the root.
/// (What `reportedly …` prints is compared with the README by the transcript tests.)
fn readme() -> Result<()> {
    let text = fs::read_to_string(root().join("README.md")).context("README.md")?;
    let mut in_block = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            let command = line.trim_start_matches("$ ").trim();
            if command.starts_with("cargo run ") {
                commands.push(command.to_owned());
            }
        }
    }
    if commands.is_empty() {
        bail!("the README shows no `cargo run` command");
    }
    release_binary()?;
    for command in commands {
        println!("{command}");
        if command.contains(" serve") {
            served(&command)?;
            continue;
        }
        let output = Command::new("sh").args(["-c", &command]).stderr(Stdio::inherit()).output()?;
        if !output.status.success() || output.stdout.is_empty() {
            bail!(
                "the README's `{command}` failed ({}, {} bytes of output)",
                output.status,
                output.stdout.len()
            );
        }
    }
    Ok(())
}

/// A server comes up with this command, shows its news and ends when it is told to. It listens where there is room.
fn served(command: &str) -> Result<()> {
    let command = format!("exec {command} --listen 127.0.0.1:0");
    let mut server =
        Command::new("sh").args(["-c", &command]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    // Open until the server has ended: it goes on writing.
    let mut lines = BufReader::new(server.stderr.take().context("no standard error")?).lines();
    let mut news = || {
        let said = lines.by_ref().map_while(std::io::Result::ok).find_map(|line| {
            let (_, address) = line.split_once("http://")?;
            let end = address.find(|c: char| !c.is_ascii_digit() && !".:".contains(c));
            Some(address[..end.unwrap_or(address.len())].to_owned())
        });
        let address = said.context("it does not say where it listens")?;
        let mut stream = TcpStream::connect(&address)?;
        write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut news = String::new();
        stream.read_to_string(&mut news)?;
        anyhow::Ok(news)
    };
    let news = news();
    let told = Command::new("kill").arg(server.id().to_string()).status();
    let ended = server.wait()?;
    let news = news.with_context(|| command.clone())?;
    if !news.starts_with("HTTP/1.1 200")
        || !news.contains("/stories/")
        || !told?.success()
        || !ended.success()
    {
        bail!("the README's `{command}` failed ({ended}): {}", news.lines().next().unwrap_or_default());
    }
    Ok(())
}

/// `cargo deny`, offline parts, where it is installed.
fn deny() -> Result<()> {
    let installed = cargo()
        .args(["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    if !installed {
        println!("not checked: cargo-deny is not installed (cargo install cargo-deny)");
        return Ok(());
    }
    succeed(cargo().args(["deny", "--log-level", "error", "check", "licenses", "bans", "sources"]))
}
