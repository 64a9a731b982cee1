//! Who is told what is new, as it stands in the configuration. Secrets are in no answer and no error.

use super::{Value, file, nearest};
use reportedly_follow::{
    Channel, Mail, Secret, Security, Target, is_mail_address, is_web_address, shown_address, shown_command,
};
use serde_json::json;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// The receivers, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets(pub Vec<Receiver>);

/// One receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Its name.
    pub name: String,
    way: Way,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    Webhook { url: Secret, secret: Option<Hidden> },
    Ntfy { url: Secret, token: Option<Hidden> },
    Command(Vec<String>),
    Mail { mail: Mail, password: Option<Hidden> },
}

/// A secret, or the file that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Hidden {
    Here(Secret),
    In(PathBuf),
}

/// The ways there are, each with the keys that go with it.
const WAYS: [(&str, &[&str]); 4] = [
    ("webhook", &["secret", "secret_file"]),
    ("ntfy", &["token", "token_file"]),
    ("command", &[]),
    ("smtp", &["password", "password_file", "from", "to", "tls"]),
];
/// Characters of the longest name.
const NAME: usize = 60;

impl Hidden {
    fn read(&self) -> Result<Secret, String> {
        match self {
            Self::Here(secret) => Ok(secret.clone()),
            Self::In(path) => {
                let text = file::content(path).map_err(|e| format!("{}: {e}", path.display()))?;
                // Whoever writes a file ends its line.
                match text.trim_end_matches(['\r', '\n']) {
                    "" => Err(format!("{}: is empty", path.display())),
                    secret => Ok(Secret(secret.to_owned())),
                }
            }
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Here(_) => "(secret)".to_owned(),
            Self::In(path) => path.display().to_string(),
        }
    }
}

impl Receiver {
    fn parse(value: &toml::Value, file: &Path) -> Result<Self, String> {
        let Some(table) = value.as_table() else {
            return Err("a target is a table: { name = \"desk\", webhook = \"https://desk.example/hook\" }"
                .to_owned());
        };
        let word = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.as_str())),
            Some(_) => Err(format!("{key}: give some words in quotes")),
        };
        let name = word("name")?.ok_or("name: give it a name, by which `reportedly follow --to` knows it")?;
        if name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Err(format!("name: give at most {NAME} characters, all of them to be seen"));
        }
        let ways: Vec<_> = WAYS.iter().filter(|(way, _)| table.contains_key(*way)).collect();
        let [(way, keys)] = ways[..] else {
            return Err(format!("{name}: give one of webhook, ntfy, command and smtp"));
        };
        let known = || ["name", way].into_iter().chain(keys.iter().copied());
        if let Some(unknown) = table.keys().find(|key| !known().any(|k| k == key.as_str())) {
            let hint = match nearest(unknown, known().map(str::to_owned)) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("with {way} there are {}", known().collect::<Vec<_>>().join(", ")),
            };
            return Err(format!("{name}: unknown key {unknown:?}: {hint}"));
        }
        let hidden = |key: &str| {
            let in_file = format!("{key}_file");
            let path = table.get(&in_file).map(|path| {
                let path = <Option<PathBuf> as Value>::from_toml(path, file).flatten();
                path.ok_or_else(|| format!("{name}: {in_file}: give the path of a file"))
            });
            match (word(key)?, path.transpose()?) {
                (Some(_), Some(_)) => {
                    Err(format!("{name}: {key} and {in_file} are both set: keep one of them"))
                }
                (Some(secret), None) => Ok(Some(Hidden::Here(Secret(secret.to_owned())))),
                (None, path) => Ok(path.map(Hidden::In)),
            }
        };
        let address = || match word(way)?.filter(|text| is_web_address(text)) {
            Some(url) => Ok(Secret(url.to_owned())),
            None => Err(format!("{name}: {way}: give an address that begins with https:// or http://")),
        };
        let way = match *way {
            "webhook" => Way::Webhook { url: address()?, secret: hidden("secret")? },
            "ntfy" => Way::Ntfy { url: address()?, token: hidden("token")? },
            "command" => Way::Command(words(table, "command").ok_or_else(|| {
                format!("{name}: command: give a program and its arguments, each in quotes: [\"logger\", \"-t\", \"news\"]")
            })?),
            _ => mail(name, table, word("smtp")?, hidden("password")?)?,
        };
        Ok(Self { name: name.to_owned(), way })
    }

    /// It with its secrets, which are read from their files now. Errors: a file that cannot be read.
    pub fn target(&self) -> Result<Target, String> {
        let read = |hidden: &Option<Hidden>| hidden.as_ref().map(Hidden::read).transpose();
        let channel = match &self.way {
            Way::Webhook { url, secret } => Channel::Webhook { url: url.clone(), secret: read(secret)? },
            Way::Ntfy { url, token } => Channel::Ntfy { url: url.clone(), token: read(token)? },
            Way::Command(command) => Channel::Command(command.clone()),
            Way::Mail { mail, password } => {
                let password = read(password)?.or_else(|| mail.password.clone());
                Channel::Mail(Mail { password, ..mail.clone() })
            }
        };
        Ok(Target { name: self.name.clone(), channel })
    }

    /// As it stands in the configuration, without its secrets.
    pub fn shown(&self) -> serde_json::Value {
        let mut shown = json!({"name": self.name});
        let mut hide = |key: &str, hidden: &Option<Hidden>| match hidden {
            Some(secret @ Hidden::Here(_)) => shown[key] = json!(secret.shown()),
            Some(file @ Hidden::In(_)) => shown[format!("{key}_file")] = json!(file.shown()),
            None => {}
        };
        match &self.way {
            Way::Webhook { url, secret } => {
                hide("secret", secret);
                shown["webhook"] = json!(shown_address(&url.0));
            }
            Way::Ntfy { url, token } => {
                hide("token", token);
                shown["ntfy"] = json!(shown_address(&url.0));
            }
            Way::Command(command) => shown["command"] = json!(shown_command(command)),
            Way::Mail { mail, password } => {
                hide("password", password);
                shown["smtp"] = json!(format!("{}:{}", mail.host, mail.port));
                shown["from"] = json!(mail.from);
                shown["to"] = json!(mail.to);
            }
        }
        shown
    }

    /// What may not be meant, and what to do instead.
    pub fn doubts(&self) -> Option<(String, &'static str)> {
        match &self.way {
            Way::Webhook { secret: None, .. } => Some((
                format!("{}: what is sent is not signed: its receiver cannot tell whose it is", self.name),
                "give it a secret or a secret_file",
            )),
            Way::Webhook { url, .. } | Way::Ntfy { url, token: Some(_) } if url.0.starts_with("http://") => {
                Some((
                    format!("{}: {} is not protected on its way", self.name, shown_address(&url.0)),
                    "use https:// unless it is in your own network",
                ))
            }
            _ => None,
        }
    }

    /// The program that it needs.
    pub fn program(&self) -> Option<&str> {
        match &self.way {
            Way::Command(command) => command.first().map(String::as_str),
            _ => None,
        }
    }
}

fn mail(
    name: &str,
    table: &toml::Table,
    server: Option<&str>,
    password: Option<Hidden>,
) -> Result<Way, String> {
    let mut mail = Mail::by(server.unwrap_or_default()).map_err(|e| format!("{name}: smtp: {e}"))?;
    match table.get("tls") {
        None | Some(toml::Value::Boolean(true)) => {}
        Some(toml::Value::Boolean(false)) if mail.is_here() => mail.security = Security::None,
        Some(toml::Value::Boolean(false)) => {
            return Err(format!("{name}: tls = false: only for a mail server on this machine"));
        }
        Some(_) => return Err(format!("{name}: tls: give true or false")),
    }
    let one = |key: &str| words(table, key).or_else(|| Some(vec![table.get(key)?.as_str()?.to_owned()]));
    let addresses = |key: &str| {
        let all = one(key).filter(|all| !all.is_empty() && all.iter().all(|a| is_mail_address(a)));
        all.ok_or_else(|| format!("{name}: {key}: give an address of mail: \"Desk <desk@news.example>\""))
    };
    mail.from = addresses("from")?.swap_remove(0);
    mail.to = addresses("to")?;
    Ok(Way::Mail { mail, password })
}

/// A list of words, the first of which is one.
fn words(table: &toml::Table, key: &str) -> Option<Vec<String>> {
    let words = table.get(key)?.as_array()?.iter().map(|word| word.as_str().map(str::to_owned));
    let words: Option<Vec<String>> = words.collect();
    words.filter(|words| words.first().is_some_and(|first| !first.trim().is_empty()))
}

impl Targets {
    fn parse(value: &toml::Value, file: &Path) -> Result<Self, (usize, String)> {
        let Some(targets) = value.as_array() else { return Err((0, "give a list of targets".to_owned())) };
        let mut all: Vec<Receiver> = Vec::with_capacity(targets.len());
        for (i, target) in targets.iter().enumerate() {
            let receiver = Receiver::parse(target, file).map_err(|what| (i, what))?;
            if all.iter().any(|other| other.name == receiver.name) {
                return Err((i, format!("{}: there are two of this name", receiver.name)));
            }
            all.push(receiver);
        }
        Ok(Self(all))
    }

    /// As they stand in the configuration, without their secrets.
    pub fn shown(&self) -> serde_json::Value {
        self.0.iter().map(Receiver::shown).collect()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|receiver| receiver.name.as_str())
    }
}

impl Value for Targets {
    fn from_text(text: &OsStr) -> Option<Self> {
        let table: toml::Table = toml::from_str(&format!("targets = {}", text.to_str()?)).ok()?;
        Self::parse(table.get("targets").filter(|_| table.len() == 1)?, Path::new("")).ok()
    }

    fn from_toml(value: &toml::Value, file: &Path) -> Option<Self> {
        Self::parse(value, file).ok()
    }

    fn wrong(value: &toml::Value) -> Option<(usize, String)> {
        value.is_array().then(|| Self::parse(value, Path::new("")).err()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::Targets;
    use crate::config::Value;
    use std::path::Path;

    fn targets(text: &str) -> Result<Targets, String> {
        let table: toml::Table = toml::from_str(&format!("targets = [{text}]")).expect("TOML");
        Targets::parse(&table["targets"], Path::new("/etc/reportedly.toml")).map_err(|(_, what)| what)
    }

    #[test]
    fn targets_are_shown_without_their_secrets() {
        let check = |text: &str, expected: &str| {
            let targets = targets(text).expect(text);
            assert_eq!(targets.shown()[0].to_string(), expected);
            let debug = format!("{targets:?}");
            assert!(!debug.contains("s3cret"), "{debug}");
        };
        check(
            "{ name = 'desk', webhook = 'https://hooks.example/s3cret', secret = 's3cret' }",
            r#"{"name":"desk","secret":"(secret)","webhook":"https://hooks.example/…"}"#,
        );
        check(
            "{ name = 'phone', ntfy = 'https://ntfy.example/s3cret', token_file = 'token' }",
            r#"{"name":"phone","token_file":"/etc/token","ntfy":"https://ntfy.example/…"}"#,
        );
        check("{ name = 'log', command = ['logger', '-t'] }", r#"{"name":"log","command":["logger","…"]}"#);
        check(
            "{ name = 'mail', smtp = 'smtps://me:s3cret@post.example', from = 'a@desk.example', to = ['b@desk.example'] }",
            r#"{"name":"mail","smtp":"post.example:465","from":"a@desk.example","to":["b@desk.example"]}"#,
        );
    }

    #[test]
    fn what_is_not_understood_is_said_without_secrets() {
        let check = |text: &str, expected: &str| {
            let error = targets(text).expect_err(text);
            assert!(error.contains(expected) && !error.contains("s3cret"), "{text}: {error}");
        };
        check("'https://s3cret.example'", "a target is a table");
        check("{ webhook = 'https://s3cret.example' }", "give it a name");
        check("{ name = 'a' }", "a: give one of webhook, ntfy, command and smtp");
        check("{ name = 'a', ntfy = 'https://a.example', command = ['b'] }", "a: give one of");
        check("{ name = 'a', webhook = 's3cret.example' }", "begins with https:// or http://");
        check("{ name = 'a', webhook = 'https://a.example', token = 's3cret' }", "unknown key \"token\"");
        check(
            "{ name = 'a', webhook = 'https://a.example', secret = 3 }",
            "secret: give some words in quotes",
        );
        check(
            "{ name = 'a', webhook = 'https://a.example', secret = 's3cret', secret_file = 'b' }",
            "keep one of them",
        );
        check("{ name = 'a', command = 'logger' }", "a program and its arguments");
        check("{ name = 'a', command = [] }", "a program and its arguments");
        check("{ name = 'a', smtp = 'post.example', from = 'a@b.example', to = 'c@d.example' }", "smtps://");
        check(
            "{ name = 'a', smtp = 'smtp://post.example', to = 'c@d.example' }",
            "from: give an address of mail",
        );
        check(
            "{ name = 'a', smtp = 'smtp://post.example', from = 'a@b.example', to = ['c'] }",
            "to: give an address",
        );
        check(
            "{ name = 'a', smtp = 'smtp://post.example', tls = false, from = 'a@b.example', to = 'c@d.example' }",
            "only for a mail server on this machine",
        );
        check("{ name = 'a', command = ['b'] }, { name = 'a', command = ['c'] }", "two of this name");
        assert!(Targets::from_text(std::ffi::OsStr::new("[{ name = 'a', command = ['b'] }]")).is_some());
    }

    #[test]
    fn a_secret_is_read_from_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let text =
            format!("{{ name = 'a', webhook = 'https://a.example', secret_file = '{}' }}", path.display());
        let targets = targets(&text).expect("a target");
        assert!(targets.0[0].target().expect_err("no file").contains("secret"));
        std::fs::write(&path, "s3cret\n").expect("written");
        assert!(targets.0[0].target().is_ok());
        std::fs::write(&path, "\n").expect("written");
        assert!(targets.0[0].target().expect_err("an empty file").contains("is empty"));
    }
}
