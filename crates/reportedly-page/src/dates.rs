//! What on a page speaks of the publication date.

pub(crate) mod printed;
