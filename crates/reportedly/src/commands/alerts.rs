//! `reportedly alerts`: what was new in what is followed, and who has been told.

use crate::{
    Usage,
    commands::follow::minute,
    config::{Receiver, Settings, nearest},
    indexing::index,
    pages::Tally,
    terminal::{say, style},
};
use anyhow::{Result, bail};
use clap::Args;
use jiff::Timestamp;
use reportedly_answer::count;
use reportedly_follow::{
    Alert, Delivered, Target, deliver, dry_run, raise, shown_test, standing, subject, test, text, would_find,
};
use reportedly_library::{Delivery, KeptAlert, Library, Waiting, Writer};
use serde_json::{Value, json};
use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

/// `alerts`
#[derive(Debug, Args)]
#[command(after_help = "Who is told is set in the configuration:
  targets = [
    { name = \"desk\", webhook = \"https://desk.example/hook\", secret_file = \"desk.secret\" },
    { name = \"phone\", ntfy = \"https://ntfy.sh/your-topic\", token_file = \"ntfy.token\" },
    { name = \"log\", command = [\"logger\", \"-t\", \"news\"] },
    { name = \"mail\", smtp = \"smtps://me@post.example:465\", password_file = \"mail.password\",
      from = \"Reportedly <news@desk.example>\", to = [\"editor@desk.example\"] },
  ]

A webhook is posted the alert as JSON. With a secret it is signed: Reportedly-Signature is
\"t=UNIX,v1=HEX\", HEX being the HMAC-SHA256 of \"UNIX.\" and the body. A command is run without a
shell, with the JSON on standard input and REPORTEDLY_ALERT_ID, _SUBJECT, _TEXT, _URL and others in
its environment; status 0 means that it has it. Mail goes by STARTTLS with smtp://, by TLS with
smtps://; tls = false is for a server on this machine.

What cannot be delivered is tried again after a minute, then later and later up to once a day, for
a week; --retry does not wait. Each alert may come more than once, with the same id (Reportedly-Alert)
and a higher Reportedly-Attempt. Addresses inside one's own network are allowed here. Where a message
is shown (--dry-run), of an address only scheme and host are, and of a command only the program: what
follows may be a secret.

Examples:
  reportedly alerts
  reportedly alerts --test desk
  reportedly alerts --send --dry-run             what would be sent to whom
  reportedly alerts --retry desk                 once it is up again
  reportedly add new-pages/ && reportedly alerts --send

Exit status: 0 when all went well, also where nothing was new; 1 where nothing could be delivered to
one of the targets (it is said to which), or a test was not delivered; 2 for a wrong command line.")]
pub struct Alerts {
    /// One JSON object
    #[arg(long, conflicts_with_all = ["send", "test", "retry"])]
    pub json: bool,
    /// At most so many, the latest ones
    #[arg(long, value_name = "N", default_value_t = 20, conflicts_with_all = ["send", "test", "retry"])]
    pub limit: usize,
    /// Look what is new, and send what is due
    #[arg(long)]
    pub send: bool,
    /// The same, and send at once what waits after a failure or a refusal: to this target, or to all
    #[arg(long, value_name = "TARGET", conflicts_with_all = ["test", "dry_run"])]
    #[expect(clippy::option_option, reason = "absent, without a target, with one")]
    pub retry: Option<Option<String>>,
    /// Send an alert that is marked as a test to this target
    #[arg(long, value_name = "TARGET", conflicts_with = "send")]
    pub test: Option<String>,
    /// Show what would be sent, all but its secrets; nothing is sent or kept
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// No summary; problems are still told
    #[arg(long, short)]
    pub quiet: bool,
}

impl Alerts {
    /// Lists, sends or tests.
    pub fn run(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        if let Some(name) = &self.test {
            return self.test(settings, name);
        }
        let folder = settings.library()?;
        match (self.send || self.retry.is_some(), self.dry_run) {
            (true, false) => {
                let again: Vec<&str> = match &self.retry {
                    Some(Some(name)) => vec![target_named(settings, "--retry", name)?.name.as_str()],
                    Some(None) => settings.targets.value.names().collect(),
                    None => Vec::new(),
                };
                let mut writer = Writer::existing(folder)?;
                for name in again {
                    writer.retry(name, Timestamp::now())?;
                }
                writer.fold()?;
                index(&mut writer, self.quiet)?;
                let told = tell_followers(settings, folder, &mut writer, self.quiet, tally)?;
                tally.problems += told.unreached().count();
                Ok(())
            }
            (true, true) => show_due(settings, &Library::open(folder)?, tally),
            (false, true) => bail!(Usage("--dry-run goes with --send or --test".to_owned())),
            (false, false) => self.list(settings, &Library::open(folder)?),
        }
    }

    fn test(&self, settings: &Settings, name: &str) -> Result<()> {
        let receiver = target_named(settings, "--test", name)?;
        let target = receiver.target().map_err(|e| anyhow::anyhow!("{name}: {e}"))?;
        if self.dry_run {
            let shown = shown_test(&target, Timestamp::now()).map_err(|e| anyhow::anyhow!("{name}: {e}"))?;
            let mut out = io::stdout().lock();
            return Ok(out.write_all(visible_lines(&shown).as_bytes())?);
        }
        test(&target, Timestamp::now()).map_err(|e| anyhow::anyhow!("{name}: {e}"))?;
        if !self.quiet {
            say(&format!("{name}: the test was delivered"));
        }
        Ok(())
    }

    fn list(&self, settings: &Settings, library: &Library) -> Result<()> {
        let alerts = library.alerts(self.limit)?;
        let known: Vec<&str> = settings.targets.value.names().collect();
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            let alerts: Vec<Value> = alerts.iter().map(|alert| as_json(alert, &known)).collect();
            writeln!(out, "{:#}", json!({"alerts": alerts}))?;
            return Ok(out.flush()?);
        }
        if alerts.is_empty() && self.limit > 0 && !self.quiet {
            let nothing = if library.follows()?.is_empty() {
                "nothing is followed: `reportedly follow QUERY` or `reportedly follow --story ID` begins"
            } else {
                "no alerts yet: `reportedly update` looks for news, and so does `reportedly alerts --send`"
            };
            say(nothing);
        }
        let style = style(settings);
        for (i, kept) in alerts.iter().enumerate() {
            let between = if i > 0 { "\n" } else { "" };
            match parsed(kept) {
                Some(alert) => {
                    let line = format!("{}  {}", minute(kept.made_at), subject(&alert));
                    writeln!(out, "{between}{}", style.hanging(&line, 0, 4))?;
                    for line in text(&alert).lines().filter(|line| !line.is_empty()) {
                        writeln!(out, "{}", style.wrapped(line, 4))?;
                    }
                }
                None => {
                    let line = format!(
                        "{}  {}: an article that it quoted was forgotten",
                        minute(kept.made_at),
                        kept.follow
                    );
                    writeln!(out, "{between}{}", style.hanging(&line, 0, 4))?;
                }
            }
            for delivery in &kept.deliveries {
                let line = format!("{}: {}", delivery.target, stands(delivery, &known, kept.body.is_some()));
                writeln!(out, "{}", style.faint(&style.wrapped(&line, 4)))?;
            }
        }
        Ok(out.flush()?)
    }
}

/// The target of this name, which a flag gives.
pub fn target_named<'s>(settings: &'s Settings, flag: &str, name: &str) -> Result<&'s Receiver, Usage> {
    let known = || settings.targets.value.names().map(str::to_owned);
    settings.targets.value.0.iter().find(|r| r.name == name).ok_or_else(|| {
        let hint = match (nearest(name, known()), known().next()) {
            (Some(near), _) => format!("did you mean {near}?"),
            (None, Some(_)) => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
            (None, None) => "there are none; `reportedly alerts --help` says how to set them".to_owned(),
        };
        Usage(format!("{flag} {name}: no target of this name in the configuration: {hint}"))
    })
}

fn parsed(kept: &KeptAlert) -> Option<Alert> {
    serde_json::from_str(kept.body.as_deref()?).ok()
}

/// How a delivery stands, in a sentence.
fn stands(delivery: &Delivery, known: &[&str], has_words: bool) -> String {
    let tries = count(delivery.attempts as usize, "try");
    let failed = delivery.failed.as_deref().unwrap_or("no answer was noted");
    let again = delivery.due_at.map(|at| format!("; tried again {}", minute(at))).unwrap_or_default();
    match standing(delivery, known) {
        "delivered" => {
            let at = delivery.delivered_at.map(minute).unwrap_or_default();
            format!("delivered {at}, {tries}")
        }
        "given up" => format!("given up after {tries}: {failed}"),
        "dropped" if !has_words => "not delivered any more".to_owned(),
        "not configured" => "no target of this name in the configuration".to_owned(),
        word @ ("refused" | "failed") => format!("{word}, {tries}: {failed}{again}"),
        word => word.to_owned(),
    }
}

fn as_json(kept: &KeptAlert, known: &[&str]) -> Value {
    let at = |time: Option<Timestamp>| time.map(|t| t.to_string());
    let deliveries: Vec<Value> = kept
        .deliveries
        .iter()
        .map(|d| {
            json!({
                "target": d.target,
                "state": standing(d, known),
                "attempts": d.attempts,
                "due_at": at(d.due_at),
                "delivered_at": at(d.delivered_at),
                "given_up_at": at(d.given_up_at),
                "failed": d.failed,
            })
        })
        .collect();
    json!({
        "id": kept.id,
        "follow": kept.follow,
        "made_at": kept.made_at.to_string(),
        "alert": parsed(kept),
        "deliveries": deliveries,
    })
}

/// Looks what is new in what is followed, and tells whoever wants to hear of it. The library is folded and indexed.
pub fn tell_followers(
    settings: &Settings,
    folder: &Path,
    writer: &mut Writer,
    quiet: bool,
    tally: &mut Tally,
) -> Result<Delivered> {
    if writer.follows()?.is_empty() {
        return Ok(Delivered::default());
    }
    let library = Library::open(folder)?;
    let alerts = raise(writer, &library, Timestamp::now())?;
    let told = deliver(writer, &targets(settings, tally), Timestamp::now())?;
    for (target, said) in &told.failed {
        say(&format!("{target}: {said}; `reportedly alerts` shows when it is tried again"));
    }
    if !quiet {
        let given_up = match told.given_up {
            0 => String::new(),
            n => format!(", {n} given up"),
        };
        let (new, waits) = (count(alerts.len(), "new alert"), waits(settings, &library)?);
        say(&format!("{new}, {} delivered{given_up}{waits}", told.delivered));
    }
    Ok(told)
}

/// How many messages wait, and until when: ", 3 wait until …"; nothing where none does.
fn waits(settings: &Settings, library: &Library) -> Result<String> {
    let waiting = settings.targets.value.names().map(|name| library.waiting(name));
    let waiting = waiting.collect::<Result<Vec<Waiting>, _>>()?;
    let (alerts, until) =
        (waiting.iter().map(|w| w.alerts).sum::<usize>(), waiting.iter().filter_map(|w| w.until).min());
    Ok(match (alerts, until.filter(|at| *at > Timestamp::now())) {
        (0, _) => String::new(),
        (1, None) => ", 1 waits".to_owned(),
        (1, Some(at)) => format!(", 1 waits until {}", minute(at)),
        (n, None) => format!(", {n} wait"),
        (n, Some(at)) => format!(", {n} wait until {}", minute(at)),
    })
}

/// The targets with their secrets; one whose secret cannot be read is a problem, and the others are told.
fn targets(settings: &Settings, tally: &mut Tally) -> Vec<Target> {
    let target = |receiver: &Receiver| match receiver.target() {
        Ok(target) => Some(target),
        Err(e) => {
            tally.problem(format!("{}: {e}", receiver.name));
            None
        }
    };
    settings.targets.value.0.iter().filter_map(target).collect()
}

/// Shows what would be sent to whom.
fn show_due(settings: &Settings, library: &Library, tally: &mut Tally) -> Result<()> {
    if !library.is_up_to_date()? {
        say("articles that came in just now are not looked at: without --dry-run they are");
    }
    let follows = library.follows()?;
    let new: Vec<(Alert, Vec<String>)> = would_find(library)?
        .into_iter()
        .map(|alert| {
            let to = follows.iter().find(|f| f.name == alert.follow).map(|f| f.targets.clone());
            (alert, to.unwrap_or_default())
        })
        .collect();
    let shown = dry_run(library, &targets(settings, tally), &new, Timestamp::now())?;
    let mut out = BufWriter::new(io::stdout().lock());
    for (i, (target, message)) in shown.iter().enumerate() {
        let between = if i > 0 { "\n" } else { "" };
        write!(out, "{between}# to {target}\n{}", visible_lines(message))?;
    }
    out.flush()?;
    let (new, messages) = (count(new.len(), "new alert"), count(shown.len(), "message"));
    say(&format!("{new}, {messages}; nothing was sent"));
    Ok(())
}

/// Lines of which none steers the terminal.
fn visible_lines(text: &str) -> String {
    text.lines().map(|line| reportedly_answer::visible(line) + "\n").collect()
}
