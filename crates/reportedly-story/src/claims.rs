//! The claims of a story: the same content across its articles, and who stands behind it.

use crate::{Claim, Member, Observation};

/// A chain: publisher, relays, origin, by name.
type Chain = Vec<Option<String>>;

/// The claims of one story, the leading one first, and for each of its articles the chain by which it has the
/// leading claim (empty where it does not carry it). `articles` are the story's, in order of becoming known.
pub(crate) fn of_story(observations: &[Observation], articles: &[Member]) -> (Vec<Claim>, Vec<Chain>) {
    let _ = observations;
    (Vec::new(), vec![Vec::new(); articles.len()])
}
