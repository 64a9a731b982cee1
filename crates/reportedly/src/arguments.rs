//! The command line.

use clap::{ArgGroup, Args, Parser, Subcommand};
use jiff::Timestamp;
use std::path::PathBuf;

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
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read pages: the article, when it was published, who said what by way of whom
    #[command(
        long_about = "Reads pages, HTML or already flattened to text (told apart by content), and shows the article, when it was published and what that rests on, who said what by way of whom, and what was left aside.

Folders are walked: .html, .htm, .txt, .mhtml and .gz of these; hidden files and others are passed over and counted. What a saved page itself records of its address and time is used (browsers, SingleFile, HTTrack, MHTML)."
    )]
    Read(Read),
    /// Read pages and tell the stories in them, newest first
    #[command(
        long_about = "Reads pages as `read` does and tells the stories in them, newest first: title, dates, outlets, copies, the origins behind what most reports rest on with the chain by which each outlet has it, and the timeline with the status of each development (happened, planned, possible, denied) and the sentence that says it."
    )]
    Stories(Stories),
    /// Tell one story as dated sentences
    #[command(
        long_about = "Takes the articles of one story and tells it as dated sentences, each taken from an article as it stands."
    )]
    Timeline(Timeline),
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
    /// How many threads read [default: one for each core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// No progress, no summary; problems are still told
    #[arg(long, short)]
    pub quiet: bool,
}

/// `read`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("form").args(["json", "jsonl", "markdown"]),
    after_help = "With --jsonl and - as the path, standard input is NDJSON, one record a page: \"html\",
\"html_base64\", \"flat\" or \"text\", and optionally \"id\", \"url\", \"content_type\", \"title\",
\"outlet\", \"published\", \"fetched\".

Examples:
  reportedly read page.html --fetched 2031-03-04
  reportedly read --json page.txt --outlet \"Harbour Wire\" | jq .statements
  reportedly read --jsonl - < records.jsonl > readings.jsonl

Exit status: 0 when all was read, 1 when something was not (and it is said what),
2 for a wrong command line."
)]
pub struct Read {
    /// Pages, folders of pages, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// One JSON object, for one page
    #[arg(long)]
    pub json: bool,
    /// One JSON object a line, for any number of pages
    #[arg(long)]
    pub jsonl: bool,
    /// The article as Markdown
    #[arg(long)]
    pub markdown: bool,
    /// The page's address, for one page
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// What is known from outside.
    #[command(flatten)]
    pub known: Known,
    /// How it is done.
    #[command(flatten)]
    pub work: Work,
}

/// `stories`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("form").args(["json", "jsonl"]),
    after_help = "With --jsonl and - as the path, standard input is NDJSON as for `read`, and one
{\"id\",\"story\",\"copy_of\"} comes back for each record.

Examples:
  reportedly stories examples/newsroom
  reportedly stories examples/newsroom --as-of 2031-02-01
  reportedly stories pages/ --json | jq '.stories[] | [.title, .independent_origins]'"
)]
pub struct Stories {
    /// Pages, folders of pages, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only what was known by then: a day (its end, UTC) or an instant
    #[arg(long, value_name = "DATE", value_parser = given_as_of)]
    pub as_of: Option<AsOf>,
    /// Take a page as known only from the last day on which it can have been published
    #[arg(long)]
    pub strict: bool,
    /// Everything, as one JSON object
    #[arg(long)]
    pub json: bool,
    /// The story of each record, one JSON object a line
    #[arg(long)]
    pub jsonl: bool,
    /// Show at most so many stories [default: 10; JSON is whole unless asked]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// What is known from outside.
    #[command(flatten)]
    pub known: Known,
    /// How it is done.
    #[command(flatten)]
    pub work: Work,
}

/// `timeline`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly timeline pages/ruddock-mill/ --dates 8
  reportedly timeline --jsonl - --dates 20 --sentences 2 --query \"mill,sale\" < articles.jsonl")]
pub struct Timeline {
    /// Pages, folders of pages, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// One JSON object a day; with - as the path, NDJSON in as well
    #[arg(long)]
    pub jsonl: bool,
    /// At most so many days
    #[arg(long, value_name = "L", default_value_t = 10)]
    pub dates: usize,
    /// At most so many sentences a day
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub sentences: usize,
    /// What it is about, words separated by commas. Of files, what speaks of none of them is left out; of records
    /// (-), which are one story's, what speaks of them comes first
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub query: Vec<String>,
    /// What is known from outside.
    #[command(flatten)]
    pub known: Known,
    /// How it is done.
    #[command(flatten)]
    pub work: Work,
}

/// A date asked about, as it was given.
#[derive(Clone, Debug)]
pub struct AsOf {
    /// The words.
    pub text: String,
    /// The last instant that counts.
    pub instant: Timestamp,
}

fn given_time(text: &str) -> Result<Timestamp, String> {
    reportedly_gather::given_time(text)
        .ok_or_else(|| "give a day (2031-03-04) or an instant (2031-03-04T10:00:00Z)".to_owned())
}

fn given_as_of(text: &str) -> Result<AsOf, String> {
    given_time(text).map(|instant| AsOf { text: text.to_owned(), instant })
}
