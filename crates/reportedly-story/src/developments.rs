//! The dated developments of a story.

use crate::{Claim, Development, Member, Observation};

/// The timeline of one story, in order of date.
pub(crate) fn of_story(
    observations: &[Observation],
    articles: &[Member],
    claims: &[Claim],
) -> Vec<Development> {
    let _ = (observations, articles, claims);
    Vec::new()
}
