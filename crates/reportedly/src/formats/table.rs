//! Observations as a table (Parquet): columns for analysts, and one that holds each observation whole.

use crate::{destination::Destination, formats::line};
use anyhow::Result;
use jiff::{Timestamp, civil::Date};
use parquet::{
    basic::{Compression, ZstdLevel},
    column::{reader::ColumnReader, writer::ColumnWriter},
    data_type::ByteArray,
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        reader::{FileReader, SerializedFileReader},
        writer::SerializedFileWriter,
    },
    schema::{parser::parse_message_type, types::ColumnPath},
};
use reportedly_answer::{ReadingAnswer, reading, when};
use reportedly_library::Kept;
use reportedly_names::NameKind;
use reportedly_read::When;
use std::{
    collections::VecDeque,
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

/// The columns. `id` names the state of the article that an observation is, as answers do; `observation` is the line
/// that `export --to jsonl` writes, without the page.
const SCHEMA: &str = "message observations {
  required binary id (UTF8);
  required binary article (UTF8);
  required binary kind (UTF8);
  optional binary story (UTF8);
  optional binary family (UTF8);
  optional binary url (UTF8);
  optional binary path (UTF8);
  optional binary outlet (UTF8);
  optional binary title (UTF8);
  required group authors (LIST) { repeated group list { required binary element (UTF8); } }
  required group agencies (LIST) { repeated group list { required binary element (UTF8); } }
  optional binary lang (UTF8);
  optional binary published (UTF8);
  optional int32 published_day (DATE);
  optional int32 published_earliest (DATE);
  optional int32 published_latest (DATE);
  optional int64 first_seen (TIMESTAMP(MICROS, true));
  required int64 known_at (TIMESTAMP(MICROS, true));
  required int64 recorded_at (TIMESTAMP(MICROS, true));
  optional int64 forgotten_at (TIMESTAMP(MICROS, true));
  optional int32 words;
  optional binary text (UTF8);
  required group people (LIST) { repeated group list { required binary element (UTF8); } }
  required group orgs (LIST) { repeated group list { required binary element (UTF8); } }
  required group places (LIST) { repeated group list { required binary element (UTF8); } }
  optional binary names (JSON);
  optional binary statements (JSON);
  optional binary events (JSON);
  optional binary times (JSON);
  required binary observation (JSON);
  optional binary page;
}";
/// Columns in which no value comes twice, so that looking for that is in vain.
const UNIQUE: [&str; 9] =
    ["id", "article", "text", "names", "statements", "events", "times", "observation", "page"];
/// The column that holds an observation whole, and the one of its page.
const WHOLE: &str = "observation";
const PAGE: &str = "page";
/// How hard it is packed.
const LEVEL: i32 = 3;
/// Rows of a group.
const ROWS: usize = 10_000;
/// Bytes that a group has before it is packed, about; so much is in memory, several times over.
const GROUP_BYTES: usize = 32 << 20;
/// Rows that are read at a time.
const READ: usize = 32;

/// The values of one column, of a group's rows.
enum Column {
    Text { values: Vec<ByteArray>, levels: Option<Vec<i16>> },
    List { values: Vec<ByteArray>, levels: Vec<i16>, repeats: Vec<i16> },
    Days { values: Vec<i32>, levels: Vec<i16> },
    Times { values: Vec<i64>, levels: Option<Vec<i16>> },
}

/// A value of one row.
enum Value {
    Text(Option<Vec<u8>>),
    List(Vec<String>),
    Day(Option<i32>),
    Time(Option<i64>),
}

/// A table that is being written.
pub struct TableWriter {
    writer: SerializedFileWriter<Destination>,
    columns: Vec<Column>,
    rows: usize,
    bytes: usize,
}

impl TableWriter {
    /// Begins a table.
    pub fn new(out: Destination) -> Result<Self> {
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
            .set_created_by(concat!("reportedly ", env!("CARGO_PKG_VERSION")).to_owned());
        for name in UNIQUE {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
        }
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?;
        Ok(Self { writer, columns: columns(), rows: 0, bytes: 0 })
    }

    /// Adds an observation.
    pub fn add(&mut self, kept: &Kept) -> Result<()> {
        for (column, value) in self.columns.iter_mut().zip(values(kept)?) {
            self.bytes += column.push(value);
        }
        self.rows += 1;
        if self.rows >= ROWS || self.bytes >= GROUP_BYTES {
            self.write_group()?;
        }
        Ok(())
    }

    /// Ends the table.
    pub fn finish(mut self) -> Result<Destination> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.writer.into_inner().map_err(failure)
    }

    fn write_group(&mut self) -> Result<()> {
        let full = std::mem::replace(&mut self.columns, columns());
        (self.rows, self.bytes) = (0, 0);
        let write = || -> Result<(), ParquetError> {
            let mut group = self.writer.next_row_group()?;
            for column in full {
                let Some(mut to) = group.next_column()? else { break };
                match (column, to.untyped()) {
                    (Column::Text { values, levels }, ColumnWriter::ByteArrayColumnWriter(to)) => {
                        to.write_batch(&values, levels.as_deref(), None)?;
                    }
                    (Column::List { values, levels, repeats }, ColumnWriter::ByteArrayColumnWriter(to)) => {
                        to.write_batch(&values, Some(&levels), Some(&repeats))?;
                    }
                    (Column::Days { values, levels }, ColumnWriter::Int32ColumnWriter(to)) => {
                        to.write_batch(&values, Some(&levels), None)?;
                    }
                    (Column::Times { values, levels }, ColumnWriter::Int64ColumnWriter(to)) => {
                        to.write_batch(&values, levels.as_deref(), None)?;
                    }
                    _ => return Err(ParquetError::General("a column of another type".to_owned())),
                }
                to.close()?;
            }
            group.close()?;
            Ok(())
        };
        write().map_err(failure)
    }
}

/// What went wrong with the file behind a table is told as what it is.
fn failure(error: ParquetError) -> anyhow::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(io) => (*io).into(),
            Err(other) => anyhow::anyhow!(other),
        },
        other => other.into(),
    }
}

impl Column {
    /// Bytes that it has more.
    fn push(&mut self, value: Value) -> usize {
        match (self, value) {
            (Self::Text { values, levels }, Value::Text(text)) => {
                if let Some(levels) = levels {
                    levels.push(i16::from(text.is_some()));
                }
                let size = text.as_ref().map_or(0, Vec::len);
                values.extend(text.map(ByteArray::from));
                size
            }
            (Self::List { values, levels, repeats }, Value::List(list)) => {
                if list.is_empty() {
                    levels.push(0);
                    repeats.push(0);
                }
                let mut size = 0;
                for (i, text) in list.into_iter().enumerate() {
                    levels.push(1);
                    repeats.push(i16::from(i > 0));
                    size += text.len();
                    values.push(ByteArray::from(text.into_bytes()));
                }
                size
            }
            (Self::Days { values, levels }, Value::Day(day)) => {
                levels.push(i16::from(day.is_some()));
                values.extend(day);
                4
            }
            (Self::Times { values, levels }, Value::Time(time)) => {
                if let Some(levels) = levels {
                    levels.push(i16::from(time.is_some()));
                }
                values.extend(time);
                8
            }
            // The columns and the values stand in the same order.
            _ => 0,
        }
    }
}

/// The columns of [`SCHEMA`], empty.
fn columns() -> Vec<Column> {
    let text = |required: bool| Column::Text { values: Vec::new(), levels: (!required).then(Vec::new) };
    let list = || Column::List { values: Vec::new(), levels: Vec::new(), repeats: Vec::new() };
    let day = || Column::Days { values: Vec::new(), levels: Vec::new() };
    let time = |required: bool| Column::Times { values: Vec::new(), levels: (!required).then(Vec::new) };
    let mut columns: Vec<Column> = Vec::new();
    for line in SCHEMA.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [_, "group", ..] => columns.push(list()),
            [need, "binary", ..] => columns.push(text(*need == "required")),
            [_, "int32", ..] => columns.push(day()),
            [need, "int64", ..] => columns.push(time(*need == "required")),
            _ => {}
        }
    }
    columns
}

/// The values of [`SCHEMA`]'s columns.
fn values(kept: &Kept) -> Result<Vec<Value>> {
    let of = kept.reading.as_ref();
    let answer: Option<ReadingAnswer<'_>> = of.map(|r| reading(&kept.article, kept.path.as_deref(), r));
    let text = |text: Option<&str>| Value::Text(text.map(|t| t.as_bytes().to_vec()));
    let time = |time: Option<Timestamp>| Value::Time(time.map(Timestamp::as_microsecond));
    let parts = answer.as_ref().map(serde_json::to_value).transpose()?;
    let part = |name: &str| -> Result<Value> {
        let part = parts.as_ref().and_then(|p| p.get(name)).map(serde_json::to_vec).transpose()?;
        Ok(Value::Text(part))
    };
    let named = |kind: NameKind| {
        let entities = of.iter().flat_map(|r| &r.names.entities).filter(|e| e.kind == kind);
        let mut names: Vec<String> = entities.map(|e| e.name.clone()).collect();
        names.sort();
        names.dedup();
        Value::List(names)
    };
    let published = of.map(|r| &r.published);
    let best = published.and_then(|p| p.best.as_ref());
    let name = kept.place.as_ref().map_or(&kept.article, |p| &p.name);
    let whole = line::write_without_page(kept)?;
    Ok(vec![
        text(Some(name)),
        text(Some(&kept.article)),
        text(Some(kept.kind.word())),
        text(kept.place.as_ref().map(|p| p.story.as_str())),
        text(kept.place.as_ref().and_then(|p| p.family.as_deref())),
        text(of.and_then(|r| r.url.as_deref())),
        text(kept.path.as_deref()),
        text(of.and_then(|r| r.outlet.as_deref())),
        text(of.and_then(|r| r.title.as_deref())),
        Value::List(of.map(|r| r.authors.clone()).unwrap_or_default()),
        Value::List(of.map(|r| r.agencies.clone()).unwrap_or_default()),
        text(of.and_then(|r| Some(r.language.as_ref()?.code()))),
        text(best.map(when).as_deref()),
        Value::Day(best.map(When::day).map(days)),
        Value::Day(published.and_then(|p| p.earliest).map(days)),
        Value::Day(published.and_then(|p| p.latest).map(days)),
        time(kept.first_seen),
        time(Some(kept.known_at)),
        time(Some(kept.recorded_at)),
        time(kept.forgotten_at),
        Value::Day(of.map(|r| r.text.split_whitespace().count() as i32)),
        text(of.map(|r| r.text.as_str())),
        named(NameKind::Person),
        named(NameKind::Org),
        named(NameKind::Place),
        part("names")?,
        part("statements")?,
        part("events")?,
        part("times")?,
        Value::Text(Some(whole)),
        Value::Text(kept.page.clone()),
    ])
}

/// Days since 1970.
fn days(day: Date) -> i32 {
    const BEGIN: Date = jiff::civil::date(1970, 1, 1);
    day.since(BEGIN).map_or(0, |span| span.get_days())
}

/// What is read back of a row: the observation, and the page where it stands beside it.
#[derive(Debug)]
pub struct Row {
    /// The observation as a line.
    pub line: Vec<u8>,
    /// The page.
    pub page: Option<Vec<u8>>,
}

impl Row {
    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        self.line.len() + self.page.as_ref().map_or(0, Vec::len)
    }
}

/// A table that is being read.
struct TableReader {
    file: SerializedFileReader<File>,
    whole: usize,
    page: Option<usize>,
    /// The group that is being read, its columns, and how many of its rows are left.
    group: usize,
    open: Option<(ColumnReader, Option<ColumnReader>, usize)>,
    ready: VecDeque<Row>,
    ended: bool,
}

/// The rows of a table. Errors: where it is none, or none of ours.
pub fn rows(path: &Path) -> Result<impl Iterator<Item = Result<Row, String>> + Send + use<>> {
    let open = File::open(path)?;
    let file =
        guarded(|| SerializedFileReader::new(open).map_err(|e| e.to_string())).map_err(anyhow::Error::msg)?;
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    let column = |name: &str| schema.columns().iter().position(|c| c.path().string() == name);
    let Some(whole) = column(WHOLE) else {
        anyhow::bail!("a table without the column {WHOLE:?}, which `reportedly export` writes");
    };
    let page = column(PAGE);
    Ok(TableReader { file, whole, page, group: 0, open: None, ready: VecDeque::new(), ended: false })
}

/// Whatever a file may hold, reading it must not end the program.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("the table is damaged".to_owned()))
}

impl TableReader {
    /// Reads some rows; `false` at the end.
    fn fill(&mut self) -> Result<bool, String> {
        let said = |e: ParquetError| e.to_string();
        loop {
            let Some((whole, page, left)) = &mut self.open else {
                if self.group >= self.file.num_row_groups() {
                    return Ok(false);
                }
                let group = self.file.get_row_group(self.group).map_err(said)?;
                self.group += 1;
                let rows = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
                let page = self.page.map(|i| group.get_column_reader(i)).transpose().map_err(said)?;
                self.open = Some((group.get_column_reader(self.whole).map_err(said)?, page, rows));
                continue;
            };
            let wanted = READ.min(*left);
            let lines = read(whole, wanted).map_err(said)?;
            if lines.is_empty() {
                self.open = None;
                continue;
            }
            let mut pages = match page {
                Some(page) => read(page, lines.len()).map_err(said)?,
                None => Vec::new(),
            };
            pages.resize(lines.len(), None);
            *left -= lines.len();
            self.ready.extend(
                lines.into_iter().zip(pages).map(|(line, page)| Row { line: line.unwrap_or_default(), page }),
            );
            return Ok(true);
        }
    }
}

/// The next values of a column of bytes.
fn read(column: &mut ColumnReader, wanted: usize) -> Result<Vec<Option<Vec<u8>>>, ParquetError> {
    let ColumnReader::ByteArrayColumnReader(column) = column else {
        return Err(ParquetError::General("a column of another type".to_owned()));
    };
    let (mut levels, mut repeats, mut values) = (Vec::new(), Vec::new(), Vec::<ByteArray>::new());
    let mut rows = Vec::with_capacity(wanted);
    if wanted == 0 {
        return Ok(rows);
    }
    let (records, _, _) = column.read_records(wanted, Some(&mut levels), Some(&mut repeats), &mut values)?;
    let mut values = values.into_iter().map(|v| v.data().to_vec());
    if levels.is_empty() {
        rows.extend(values.map(Some));
    } else {
        let most = levels.iter().copied().max().unwrap_or_default().max(1);
        rows.extend(levels.iter().map(|level| if *level == most { values.next() } else { None }));
    }
    rows.truncate(records);
    Ok(rows)
}

impl Iterator for TableReader {
    type Item = Result<Row, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() && !self.ended {
            match guarded(|| self.fill()) {
                Ok(more) => self.ended = !more,
                Err(what) => {
                    self.ended = true;
                    return Some(Err(format!("reading ends here: {what}")));
                }
            }
        }
        self.ready.pop_front().map(Ok)
    }
}
