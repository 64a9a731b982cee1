//! What is counted of a reading over a whole library: its headline, whom it names, whom it cites. Small enough to be
//! kept for every article ever read, and enough to head a story and to say what it is about.

use crate::{credits, features::Damaged, headline, origins::key, outlets::Outlets};
use reportedly_names::NameKind;
use reportedly_read::Reading;
use reportedly_said::PartyKind;
use reportedly_text::Language;
use rustc_hash::FxHashSet;

/// The form of the bytes, and what is gathered: another number makes all gists again.
pub const VERSION: u8 = 1;

/// Bytes of a headline, a name that are kept.
const LONGEST: usize = 1000;
/// Names of an article that are kept: those that it brings first. Few articles bring more.
const NAMES: usize = 60;
/// Parties of an article that may be outlets.
const CITES: usize = 24;

/// What is counted of a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gist {
    /// Its headline; where it has none, its first sentence.
    pub title: Option<String>,
    /// Whether that is a headline.
    pub is_titled: bool,
    /// Who publishes it.
    pub outlet: Option<String>,
    /// Its language.
    pub language: Option<Language>,
    /// The people, organisations and places that it names, with how often, in order.
    pub names: Vec<(String, usize)>,
    /// Whom it has something by way of, and whom it is credited to.
    pub cites: Vec<Cited>,
}

/// Somebody whom an article cites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The name.
    pub name: String,
    /// Whether that is an outlet or agency by what the text and the tables say; else it is one only if it publishes.
    pub sure: bool,
}

impl Gist {
    /// Of a reading.
    pub fn of(reading: &Reading) -> Self {
        Self { cites: cites(reading), ..Self::without_cites(reading) }
    }

    pub(crate) fn without_cites(reading: &Reading) -> Self {
        let title = headline::plain_title(reading).map(str::to_owned);
        Self {
            is_titled: title.is_some(),
            title: title.or_else(|| headline::first_sentence(reading)),
            outlet: reading.outlet.clone(),
            language: reading.language,
            names: names(reading),
            cites: Vec::new(),
        }
    }

    /// The outlets that it cites, each once by the name that is known, without its own.
    pub fn outlets_cited<'g>(&'g self, outlets: &'g Outlets) -> Vec<&'g str> {
        let own = self.outlet.as_deref();
        let mut seen = FxHashSet::default();
        let named = self.cites.iter().filter_map(|cited| {
            let known = outlets.named(&cited.name);
            known.or_else(|| cited.sure.then_some(cited.name.as_str()))
        });
        named
            .filter(|name| !own.is_some_and(|own| credits::is_same(name, own)))
            .filter(|name| seen.insert(key(name)))
            .collect()
    }

    /// The compact form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, u8::from(self.is_titled)];
        put(&mut bytes, self.title.as_deref());
        put(&mut bytes, self.outlet.as_deref());
        put(&mut bytes, self.language.as_ref().map(Language::code));
        bytes.push(self.names.len().min(NAMES) as u8);
        for (name, times) in self.names.iter().take(NAMES) {
            bytes.push((*times).min(255) as u8);
            put(&mut bytes, Some(name));
        }
        bytes.push(self.cites.len().min(CITES) as u8);
        for cited in self.cites.iter().take(CITES) {
            bytes.push(u8::from(cited.sure));
            put(&mut bytes, Some(&cited.name));
        }
        bytes
    }

    /// The other way; any bytes give a gist or an error.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut bytes = bytes;
        if byte(&mut bytes)? != VERSION {
            return Err(Damaged("a gist of another version"));
        }
        let is_titled = byte(&mut bytes)? == 1;
        let (title, outlet) = (text(&mut bytes)?, text(&mut bytes)?);
        let language = text(&mut bytes)?.and_then(|code| Language::from_tag(&code));
        let mut gist = Self { title, is_titled, outlet, language, ..Self::default() };
        for _ in 0..byte(&mut bytes)? {
            let times = byte(&mut bytes)?.into();
            gist.names.push((text(&mut bytes)?.ok_or(Damaged("a gist without a name"))?, times));
        }
        for _ in 0..byte(&mut bytes)? {
            let sure = byte(&mut bytes)? == 1;
            gist.cites.push(Cited { sure, name: text(&mut bytes)?.ok_or(Damaged("a gist without a name"))? });
        }
        if bytes.is_empty() { Ok(gist) } else { Err(Damaged("a gist with something behind it")) }
    }
}

/// A length of two bytes, then the text; a length that no text has stands for none.
fn put(bytes: &mut Vec<u8>, text: Option<&str>) {
    let Some(text) = text.map(cut) else { return bytes.extend(u16::MAX.to_le_bytes()) };
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn byte(bytes: &mut &[u8]) -> Result<u8, Damaged> {
    let (first, rest) = bytes.split_first().ok_or(Damaged("a gist cut short"))?;
    *bytes = rest;
    Ok(*first)
}

fn text(bytes: &mut &[u8]) -> Result<Option<String>, Damaged> {
    let (length, rest) = bytes.split_first_chunk::<2>().ok_or(Damaged("a gist cut short"))?;
    *bytes = rest;
    let length = u16::from_le_bytes(*length);
    if length == u16::MAX {
        return Ok(None);
    }
    let (text, rest) = bytes.split_at_checked(length.into()).ok_or(Damaged("a gist cut short"))?;
    *bytes = rest;
    let text = std::str::from_utf8(text).map_err(|_| Damaged("a gist that is no text"))?;
    Ok(Some(text.to_owned()))
}

/// At most [`LONGEST`] bytes of a text.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text)
}

/// Whom a reading names that a story may be about.
fn names(reading: &Reading) -> Vec<(String, usize)> {
    let told = reading.names.entities.iter().filter(|entity| {
        let own = reading.outlet.as_deref().is_some_and(|o| o.eq_ignore_ascii_case(&entity.name));
        let kind = matches!(entity.kind, NameKind::Person | NameKind::Org | NameKind::Place);
        kind && !own && !reading.authors.contains(&entity.name)
    });
    told.take(NAMES).map(|e| (cut(&e.name).to_owned(), e.mentions.len().min(255))).collect()
}

/// Whom a reading has something by way of, and whom it is credited to.
fn cites(reading: &Reading) -> Vec<Cited> {
    let parties = reading.statements.iter().flat_map(|s| s.relays.iter().chain(&s.source));
    let parties = parties
        .filter(|p| matches!(p.kind, PartyKind::Outlet | PartyKind::Org))
        .map(|p| (p.name.as_str(), p.kind == PartyKind::Outlet));
    let agencies = reading.agencies.iter().map(|name| (name.as_str(), true));
    let lines = credits::of(reading);
    let lines = lines.iter().map(|credit| (credit.name(), credit.is_outlet()));
    let mut cites: Vec<Cited> = Vec::new();
    for (name, sure) in agencies.chain(parties).chain(lines) {
        let name = cut(name);
        if let Some(cited) = cites.iter_mut().find(|c| c.name == name) {
            cited.sure |= sure;
        } else if cites.len() < CITES && !key(name).is_empty() {
            cites.push(Cited { name: name.to_owned(), sure });
        }
    }
    cites
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{article, story};
    use proptest::prelude::*;
    use reportedly_said::Status;

    const TEXT: &str = "The ferry sank off Velm in fog, the coastguard told the Osprey Wire. The Skarn Weekly asks why the Velm Post did.";

    /// The outlets that a page of the Velm Post cites.
    fn check(agency: Option<&str>, parties: &[(PartyKind, &str)], want: &[&str]) {
        let page =
            article("Velm Post", 6, "Ferry sinks", TEXT).says(parties, "The ferry sank", Status::Happened);
        let mut reading = story(vec![page]).0.remove(0).reading;
        reading.agencies = agency.map(str::to_owned).into_iter().collect();
        let gist = Gist::of(&reading);
        let outlets = Outlets::of(["Velm Post", "Osprey Wire", "Skarn Weekly"]);
        assert_eq!(gist.outlets_cited(&outlets), want, "{agency:?} {parties:?}");
    }

    #[test]
    fn an_article_cites_whom_it_has_something_by_way_of_and_whom_it_credits() {
        check(None, &[(PartyKind::Org, "the coastguard")], &[]);
        check(
            None,
            &[(PartyKind::Outlet, "Osprey Wire"), (PartyKind::Org, "the coastguard")],
            &["Osprey Wire"],
        );
        check(None, &[(PartyKind::Org, "The Skarn Weekly")], &["Skarn Weekly"]);
        check(Some("Osprey Wire"), &[(PartyKind::Outlet, "the Osprey Wire")], &["Osprey Wire"]);
        check(Some("Tern News Agency"), &[(PartyKind::Outlet, "Velm Post")], &["Tern News Agency"]);
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_gist_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = bytes;
            let _ = Gist::from_bytes(&bytes);
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            if let Ok(gist) = Gist::from_bytes(&bytes) {
                prop_assert_eq!(Gist::from_bytes(&gist.to_bytes()), Ok(gist));
            }
        }

        #[test]
        fn a_gist_survives(title in prop::option::of("\\PC{0,1100}"), names in prop::collection::vec(("\\PC{0,90}", 0_usize..9), 0..9)) {
            let cites = names.iter().map(|(name, n)| Cited { name: name.clone(), sure: n % 2 == 0 }).collect();
            let gist = Gist { title: title.map(|t| cut(&t).to_owned()), is_titled: true, names, cites, ..Gist::default() };
            prop_assert_eq!(Gist::from_bytes(&gist.to_bytes()), Ok(gist));
        }
    }
}
