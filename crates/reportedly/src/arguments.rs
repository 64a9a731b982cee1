//! The command line.

use crate::{
    commands::{
        add::Add,
        alerts::Alerts,
        article::ShowArticle,
        backup::{Backup, Restore},
        check::Check,
        completions::Completions,
        config::Show,
        doctor::Doctor,
        export::Export,
        follow::{Begin, End, List},
        forget::Forget,
        history::ShowHistory,
        import::Import,
        man::Manual,
        read::Read,
        rebuild::Rebuild,
        retain::Retain,
        search::Search,
        serve::Serve,
        stories::Stories,
        story::ShowStory,
        subscriptions::Subscriptions,
        timeline::Timeline,
        update::Update,
    },
    config::{Flags, Settings},
    terminal,
};
use clap::{Args, CommandFactory, Parser, Subcommand};
use jiff::Timestamp;
use reportedly_answer::Style;
use std::fmt::Write as _;

/// Reads the news the way a careful analyst does.
#[derive(Debug, Parser)]
#[command(name = "reportedly", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    about = "Reads the news the way a careful analyst does: what happened when, who said so, whom they had it from",
    after_help = "Examples:
  reportedly stories saved-pages/                    the stories that a folder of pages tells
  reportedly stories saved-pages/ --as-of 2031-02-01 … as they stood on that day
  reportedly read page.html                          one page: the article, its date, who said what
  curl -s https://example.org/a | reportedly read -  the same from standard input
  reportedly read --jsonl pages/ | jq .title         one JSON object a page"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub everywhere: Flags,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read pages: the article, when it was published, who said what by way of whom
    #[command(
        long_about = "Reads pages, HTML or already flattened to text (told apart by content), and shows the article, when it was published and what that rests on, who said what by way of whom, and what was left aside.

Folders are walked: .html, .htm, .txt, .mhtml and .gz of these, and archives (.warc, .warc.gz, .warc.zst, .warc.wet.gz), page by page; hidden files and others are passed over and counted. What a saved page itself records of its address and time is used (browsers, SingleFile, HTTrack, MHTML)."
    )]
    Read(Read),
    /// Tell stories, newest first: of the library, or of the pages given
    #[command(
        long_about = "Tells the stories of the library, or of pages that are read as `read` does, newest first: title, dates, outlets, copies, the origins behind what most reports rest on with the chain by which each outlet has it, and the timeline with the status of each development (happened, planned, possible, denied) and the sentence that says it."
    )]
    Stories(Stories),
    /// Tell one story as dated sentences
    #[command(
        long_about = "Takes the articles of one story and tells it as dated sentences, each taken from an article as it stands."
    )]
    Timeline(Timeline),
    /// Add pages to the library: read once, kept, and part of its stories
    #[command(
        long_about = "Reads pages as `read` does and keeps what it reads in the library: every sight of a page, with the page itself unless told otherwise. What is there already is not added twice, so an interrupted run is just run again. Stories are those of everything added, in whatever order it came."
    )]
    Add(Add),
    /// Fetch what is new at the subscriptions
    #[command(
        long_about = "Asks the subscriptions that are due (feeds, sitemaps), reads the pages of what is new in them or has changed, and adds them to the library. What a feed says of an article is used where its page gives less or may not be fetched."
    )]
    Update(Update),
    /// Search the library: words, phrases, who said it, outlets, dates
    #[command(
        long_about = "Searches the articles of the library and shows the best one of each story with the words around what was asked for. With --as-of only what was known by then is searched, and it is ranked as it would have been then."
    )]
    Search(Search),
    /// Tell one story of the library
    #[command(
        long_about = "Tells one story of the library: who reports it, the origins behind it, its timeline; with --as-of as it stood then."
    )]
    Story(ShowStory),
    /// Show one article of the library
    #[command(
        long_about = "Shows one article of the library as it was read: its date, who said what by way of whom."
    )]
    Article(ShowArticle),
    /// Show what changed in an article, word by word, and when
    #[command(
        long_about = "Shows how an article of the library changed from one sight of its page to the next: which words of its title and text went and which came, which paragraphs moved, other authors, dates, captions. Sights that show the same are one."
    )]
    History(ShowHistory),
    /// Make stories, copies and names of the library again
    #[command(
        long_about = "Makes everything again that follows from the observations: stories, copies, names, outlets. The result is the same as before; where it is not, what was there was damaged."
    )]
    Rebuild(Rebuild),
    /// Look whether the library is whole, and say what to do where it is not
    #[command(
        long_about = "Looks through the library: the database file, every reading and page by its hash, every span, the log of stories, the states of the fold. Says of each fault what to do about it. Changes nothing unless told to."
    )]
    Check(Check),
    /// Take an article out of the library for good
    #[command(
        long_about = "Takes down an article, an address or an outlet: text, page, reading and all that was made of them go, on disk as well, and stories are told as if it had never been there."
    )]
    Forget(Forget),
    /// Remove what the retention rules no longer keep, after saying what that is
    #[command(
        long_about = "Says what the retention rules of the configuration would remove: how many articles and pages, how much room they take, the oldest and the newest of them. With --apply it goes, on disk as well. Nothing goes by itself."
    )]
    Retain(Retain),
    /// Write the library for other programs, or for another library
    #[command(
        long_about = "Writes the library as JSON lines (everything), as a table (Parquet), its pages as an archive (WARC), or its subscriptions (OPML). The file is there whole or not at all."
    )]
    Export(Export),
    /// Take in what `export` wrote, or the subscriptions of a feed reader
    #[command(
        long_about = "Takes in the observations that `export` wrote as JSON lines or as a table, or the subscriptions of a feed reader (OPML). The library then answers as the one that they come from did, as of every date."
    )]
    Import(Import),
    /// Follow a search or a story, to be told what is new in it
    #[command(
        long_about = "Follows a search or a story: a new origin of a claim, a denial, a development that is not as it was, a story that the search finds for the first time. Each is told once, to webhooks, ntfy, commands or by mail."
    )]
    Follow(Begin),
    /// List what is followed
    #[command(long_about = "Lists what is followed: since when, who is told, how many alerts there were.")]
    Following(List),
    /// Follow something no more
    #[command(long_about = "Ends following a search or a story.")]
    Unfollow(End),
    /// List what was new in what is followed, and who has been told; send what is due
    #[command(
        long_about = "Lists the alerts and how each delivery stands; looks what is new and sends what is due (--send), or shows exactly what would be sent (--send --dry-run); sends a test (--test)."
    )]
    Alerts(Alerts),
    /// Show how the subscriptions fare; find, pause, resume and remove them
    #[command(
        long_about = "Shows how each subscription fares: its state, when it last answered, what went wrong since, how often it is asked and when next, how many articles it has brought and how many of these are copies of another one's text, how many new items a day. And finds the feeds of a site, pauses subscriptions, resumes and removes them."
    )]
    Subscriptions(Subscriptions),
    /// Copy the library into one file
    #[command(long_about = "Copies the library into one file, as it stands, while pages may be added.")]
    Backup(Backup),
    /// Make a library from a copy
    #[command(
        long_about = "Makes a library from a file that `backup` made; the file is looked through first, and a library that is there is put aside."
    )]
    Restore(Restore),
    /// Show the library as a newsroom in the browser
    #[command(
        long_about = "Serves the library to a browser on this machine: the newest developments, stories with their origins and timelines, articles with what was found in them, search."
    )]
    Serve(Serve),
    /// Show what is set, and where
    #[command(
        long_about = "Shows every setting as it holds and where that comes from: its default, a line of the configuration file, a variable, or a flag."
    )]
    Config(Show),
    /// Look at the set-up, and say what is wrong and what to do
    #[command(
        long_about = "Looks at the configuration, the library's folder and its disk, the clock, the terminal and the limits of the system, and says of each whether it is as it should be, and if not, what to do. Changes nothing."
    )]
    Doctor(Doctor),
    /// Print what a shell needs to complete commands
    Completions(Completions),
    /// Print the manual page of a command, or write all of them
    Man(Manual),
}

/// The groups in which the help shows the commands: each goes from one command to the next group's.
const GROUPS: [(&str, &str); 3] = [("Pages and stories", "read"), ("Library", "add"), ("Set-up", "config")];
/// What stands before and after a command's name there.
const INDENT: usize = 2;

/// The command line, with help that shows what it is for, then examples, then the commands in groups.
pub fn command_line() -> clap::Command {
    let command = Arguments::command();
    let style = Style { width: terminal::width(), color: false };
    let (header, literal) = (*command.get_styles().get_header(), *command.get_styles().get_literal());
    let longest = command.get_subcommands().map(|c| c.get_name().len()).max().unwrap_or(0);
    let mut groups = String::new();
    for c in command.get_subcommands() {
        let name = c.get_name();
        if let Some((group, _)) = GROUPS.iter().find(|(_, first)| *first == name) {
            let _ = write!(groups, "\n{header}{group}:{header:#}\n");
        }
        let about = c.get_about().map(ToString::to_string).unwrap_or_default();
        let column = 2 * INDENT + longest;
        let line = style.hanging(&format!("{name:longest$}  {about}"), INDENT, column);
        let _ = writeln!(groups, "{}", line.replacen(name, &format!("{literal}{name}{literal:#}"), 1));
    }
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}{{after-help}}\n{groups}\n{header}Options:{header:#}\n{{options}}\n\n`reportedly COMMAND --help` says more of each."
    ))
}

/// What is known about the pages from outside.
#[derive(Debug, Args)]
pub struct Known {
    /// When the pages were fetched: a day (its end, UTC) or an instant. Bounds their dates
    #[arg(long, value_name = "DATE", value_parser = given_time)]
    pub fetched: Option<Timestamp>,
    /// Who publishes them, where the pages do not say so themselves
    #[arg(long, value_name = "NAME")]
    pub outlet: Option<String>,
}

/// How the work is done.
#[derive(Debug, Args)]
pub struct Work {
    /// How many threads read [default: the setting jobs, else one for each core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// No progress, no summary; problems are still told
    #[arg(long, short)]
    pub quiet: bool,
}

impl Work {
    /// How it is done, the settings considered.
    pub fn how(&self, settings: &Settings) -> How {
        How { jobs: self.jobs.map_or_else(|| settings.jobs(), usize::from), quiet: self.quiet }
    }
}

/// How the work is done, in the end.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// How many threads read.
    pub jobs: usize,
    /// No progress, no summary.
    pub quiet: bool,
}

/// A date asked about, as it was given.
#[derive(Clone, Debug)]
pub struct AsOf {
    /// The words.
    pub text: String,
    /// The last instant that counts.
    pub instant: Timestamp,
}

/// A time as it may be given on the command line.
pub fn given_time(text: &str) -> Result<Timestamp, String> {
    reportedly_gather::given_time(text)
        .ok_or_else(|| "give a day (2031-03-04) or an instant (2031-03-04T10:00:00Z)".to_owned())
}

/// An address on the web as people give it: without a scheme it is of a site.
pub fn given_url(text: &str) -> String {
    if text.contains("://") { text.to_owned() } else { format!("https://{text}") }
}

/// A date asked about, as it may be given on the command line.
pub fn given_as_of(text: &str) -> Result<AsOf, String> {
    given_time(text).map(|instant| AsOf { text: text.to_owned(), instant })
}
