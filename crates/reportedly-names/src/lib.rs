//! People, organisations, places and outlets, joined within the article.

mod draft;
pub mod gazetteer;
mod join;
pub mod label;

use reportedly_text::{Analysis, Rule, Span};
use serde::{Deserialize, Serialize};

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameKind {
    /// A person.
    Person,
    /// An organisation that is no outlet.
    Org,
    /// A place.
    Place,
    /// A news outlet or agency.
    Outlet,
    /// Something else with a name: a work, a product, an event, a law.
    Other,
}

impl NameKind {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Org => "org",
            Self::Place => "place",
            Self::Outlet => "outlet",
            Self::Other => "other",
        }
    }
}

/// How the text speaks of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gender {
    /// he, Mr, a name given to women rarely.
    Male,
    /// she, Mrs, a name given to men rarely.
    Female,
}

/// One mention of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Where it stands, without titles ("Dr", "President"), article or possessive.
    pub span: Span,
    /// Its kind.
    pub kind: NameKind,
    /// Who or what it names, as an index into [`Names::entities`].
    pub entity: usize,
    /// What found it.
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    pub rule: Rule,
}

/// Somebody or something that a text names, with all its mentions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// The longest form of the name that the text gives.
    pub name: String,
    /// Its kind.
    pub kind: NameKind,
    /// For people, how the text speaks of them.
    pub gender: Option<Gender>,
    /// Its mentions, as indices into [`Names::mentions`], in order.
    pub mentions: Vec<usize>,
}

/// The names of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// Every mention, in order of the text, none overlapping.
    pub mentions: Vec<Name>,
    /// What they name, in order of the first mention.
    pub entities: Vec<Entity>,
}

impl Names {
    /// The mention that begins at or covers this byte.
    pub fn at(&self, offset: usize) -> Option<&Name> {
        let i = self.mentions.partition_point(|n| n.span.end <= offset);
        self.mentions.get(i).filter(|n| n.span.start <= offset)
    }

    /// The mentions that lie inside a span.
    pub fn within(&self, span: Span) -> impl Iterator<Item = &Name> {
        let i = self.mentions.partition_point(|n| n.span.start < span.start);
        self.mentions[i..].iter().take_while(move |n| n.span.end <= span.end)
    }

    /// What a mention names.
    pub fn entity(&self, name: &Name) -> &Entity {
        &self.entities[name.entity]
    }
}

/// Finds the names of a text.
pub fn read(analysis: &Analysis<'_>) -> Names {
    let Some(gazetteer) = gazetteer::Gazetteer::of(analysis.language) else { return Names::default() };
    join::join(analysis, gazetteer, &draft::find(analysis, gazetteer))
}
