//! What is asked and what is answered: the JSON shapes and their rendering for people.

mod reading;

pub use reading::{ReadingAnswer, reading};
