//! Reading files that may be damaged.
//!
//! Tantivy trusts what it reads: postings with a byte flipped can make it panic, on any thread that searches.

use super::SearchError;
use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use tantivy::TantivyError;

thread_local! {
    /// Whether this thread reads what may be damaged.
    static READS: Cell<bool> = const { Cell::new(false) };
}

/// Reads something of the index. Where that panics, the index is damaged, and nothing is said of it on standard error.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, SearchError>) -> Result<T, SearchError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !READS.try_with(Cell::get).unwrap_or(false) {
                usual(info);
            }
        }));
    });
    let before = READS.replace(true);
    // What was read is let go: it cannot be seen in a state in between.
    let done = panic::catch_unwind(AssertUnwindSafe(read));
    READS.set(before);
    done.unwrap_or_else(|panic| Err(damaged(words(&*panic))))
}

/// The error of an index that is damaged.
pub(super) fn damaged(why: &str) -> SearchError {
    SearchError(TantivyError::InternalError(why.to_owned()))
}

fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it cannot be read")
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_is_an_error_and_the_next_one_is_heard() {
        let failed = guarded::<()>(|| panic!("a block of {} postings", 3)).unwrap_err();
        assert!(failed.to_string().contains("a block of 3 postings"), "{failed}");
        assert!(guarded(|| Ok(1)).is_ok());
        assert!(!super::READS.get());
    }
}
