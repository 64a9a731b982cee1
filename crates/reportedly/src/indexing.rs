//! The search index of a library, brought up to date where somebody waits for it.

use crate::terminal::{progress, say};
use anyhow::Result;
use reportedly_answer::count;
use reportedly_library::{Again, Error, Indexed, Writer};

/// Brings the index up to date, and says so where that means to make it again.
pub fn index(writer: &mut Writer, quiet: bool) -> Result<()> {
    bring(quiet, |tell| writer.index(tell))
}

/// Makes the index again, whatever it is like.
pub fn index_again(writer: &mut Writer, quiet: bool) -> Result<()> {
    bring(quiet, |tell| writer.index_again(tell))
}

/// Makes the index again after it turned out to be damaged, and says so.
pub fn mend(writer: &mut Writer, quiet: bool) -> Result<()> {
    bring(quiet, |tell| writer.index_again(tell).map(|i| Indexed { again: Some(Again::Damaged), ..i }))
}

fn bring(quiet: bool, work: impl FnOnce(&dyn Fn(Indexed)) -> Result<Indexed, Error>) -> Result<()> {
    let bar = progress(!quiet, None, "{bar:30} {pos}/{len} articles into the search index {eta} left");
    let indexed = work(&|indexed| {
        bar.set_length(indexed.of as u64);
        bar.set_position(indexed.done as u64);
    });
    bar.finish_and_clear();
    let indexed = indexed?;
    if !quiet {
        let why = match indexed.again {
            Some(Again::Other) => "another version had made it",
            Some(Again::Damaged) => "it was damaged or of another library",
            Some(Again::Missing) | None => "",
        };
        if !why.is_empty() {
            say(&format!("the search index was made again, since {why}: {}", count(indexed.done, "article")));
        }
    }
    if indexed.damaged > 0 {
        say(&format!(
            "stored readings are damaged, and no search finds them: {}; `reportedly check` names them",
            count(indexed.damaged, "article")
        ));
    }
    Ok(())
}
