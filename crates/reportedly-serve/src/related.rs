//! What stands beside a story or an article: other stories about the same, other articles of the same story.

use crate::counting::Counted;
use jiff::Timestamp;
use reportedly_library::{Error, Found, Line, View};

/// Stories that are shown.
const STORIES: usize = 5;
/// Articles of other outlets that are shown.
const ARTICLES: usize = 4;

/// What is related.
#[derive(Debug, Default)]
pub struct Related {
    /// What it is headed by.
    pub heading: &'static str,
    /// Articles of the same story by others.
    pub articles: Vec<Line>,
    /// Stories, each with what both are about.
    pub stories: Vec<RelatedStory>,
}

/// A story about the same.
#[derive(Debug)]
pub struct RelatedStory {
    pub id: String,
    pub title: String,
    pub last: Timestamp,
    pub topics: String,
}

impl Related {
    /// Of a story as it stands. Nothing where the library is not yet counted.
    pub fn to_story(view: &View<'_>, counted: Option<&Counted>, story: &Found) -> Result<Self, Error> {
        Ok(Self {
            heading: "related.stories",
            articles: Vec::new(),
            stories: stories(view, counted, story, STORIES)?,
        })
    }

    /// Of an article of a story.
    pub fn to_article(
        view: &View<'_>,
        counted: Option<&Counted>,
        story: &Found,
        outlet: Option<&str>,
    ) -> Result<Self, Error> {
        Ok(Self {
            heading: "related.articles",
            articles: view.others_of(story, outlet, ARTICLES)?,
            stories: stories(view, counted, story, STORIES)?,
        })
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty() && self.stories.is_empty()
    }
}

fn stories(
    view: &View<'_>,
    counted: Option<&Counted>,
    story: &Found,
    most: usize,
) -> Result<Vec<RelatedStory>, Error> {
    let Some(counted) = counted else { return Ok(Vec::new()) };
    let Some(own) = counted.counts.story(story) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for related in counted.counts.related(own, most) {
        let Some((count, line)) = view.story_lines([related.story])?.pop() else { continue };
        let topics: Vec<&str> = related.topics.iter().map(|t| &**t).collect();
        found.push(RelatedStory {
            id: line.id,
            title: line.title,
            last: count.last(),
            topics: topics.join(", "),
        });
    }
    Ok(found)
}
