//! Tags: how a resource says that it is ours, which tags it gets when it is made, and which a user may add.

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

use crate::dns::Fqdn;
use crate::hash::{hex, sha256};
use crate::name::InstanceName;
use crate::text::plain;

/// The tag that makes a resource ours; its value is the instance name, or `-` where there is none.
pub const ENVIRONMENT: &str = "bky:iac:environment";
/// How the keys of the tags that this tool keeps to itself begin.
pub const OWN_PREFIX: &str = "bky:iac:";
/// The tag that consoles show as the name of a resource.
pub const NAME: &str = "Name";
/// A tag for people, always [`MANAGED_BY_IAC`]; it decides nothing.
pub const MANAGED_BY: &str = "ManagedBy";
/// The value of [`MANAGED_BY`].
pub const MANAGED_BY_IAC: &str = "iac";
/// The tag, on an instance that ends itself, of the time after which it does: a span such as `2h`, set in the launch.
pub const TTL: &str = "bky:iac:ttl";
/// The tag of when it ends, a time in UTC: what its host has told, since that is what counts.
pub const ENDS: &str = "bky:iac:ends";
/// The tag, on an instance, of the name that was made to lead to it.
pub const FQDN: &str = "bky:iac:fqdn";
/// How the keys of the tags begin that tell further names, on instances and security groups: see [`further_name`].
const FURTHER_NAME: &str = "bky:iac:fqdn:";
/// How many tags a user may add: EC2 takes 50, and ten stay free for ours.
pub const MOST_USER_TAGS: usize = 40;
/// The tag, key and value, of what the Python tool before this one made.
pub const OLDER_TOOL: (&str, &str) = ("Deployment", "Sequencer");

const NO_ENVIRONMENT: &str = "-";

/// A tag of a resource, in AWS's own spelling when it is serialised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// The key, compared exactly.
    pub key: String,
    /// The value, data that somebody may have written by hand.
    pub value: String,
}

impl Tag {
    /// Makes a tag.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// Whose a resource is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Owner {
    /// Made by this tool.
    Ours {
        /// The environment it belongs to; `None` for a key pair or group made without one.
        environment: Option<String>,
    },
    /// Made by the Python tool before this one.
    OlderTool,
    /// Made by somebody else.
    Someone,
}

impl Owner {
    /// Tells whether this tool made the resource.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Ours { .. })
    }

    /// Tells whether this tool made the resource for this environment.
    #[must_use]
    pub fn is_of(&self, environment: &str) -> bool {
        matches!(self, Self::Ours { environment: Some(own) } if own == environment)
    }

    /// Says whose the resource is, as lists show it; nothing where it is ours.
    #[must_use]
    pub fn remark(&self) -> &'static str {
        match self {
            Self::Ours { .. } => "",
            Self::OlderTool => "older tool",
            Self::Someone => "not ours",
        }
    }
}

/// Returns the value of a tag.
#[must_use]
pub fn value<'a>(tags: &'a [Tag], key: &str) -> Option<&'a str> {
    tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
}

/// Returns the tag that tells a further name, one that `iac dns create` made.
///
/// A key holds 128 characters and a name more than that, so the key ends with a hash of the name: each name has a key of
/// its own, and two runs that tell two names at once do not overwrite each other.
#[must_use]
pub fn further_name(fqdn: &Fqdn) -> Tag {
    let hash = hex(&sha256(&[fqdn.as_str()])[..8]);
    Tag::new(format!("{FURTHER_NAME}{hash}"), fqdn.as_str())
}

/// Returns the further names that the tags tell; what somebody else wrote under such a key tells none.
pub fn further_names(tags: &[Tag]) -> impl Iterator<Item = Fqdn> {
    let told = tags.iter().filter(|tag| tag.key.starts_with(FURTHER_NAME));
    told.filter_map(|tag| Fqdn::parse(&tag.value).ok().filter(|fqdn| further_name(fqdn) == *tag))
}

/// Reads from its tags whose a resource is. `ManagedBy` and `Name` prove nothing: anybody writes those.
#[must_use]
pub fn owner(tags: &[Tag]) -> Owner {
    match value(tags, ENVIRONMENT) {
        Some(NO_ENVIRONMENT) => Owner::Ours { environment: None },
        Some(environment) => Owner::Ours { environment: Some(environment.to_owned()) },
        None if value(tags, OLDER_TOOL.0) == Some(OLDER_TOOL.1) => Owner::OlderTool,
        None => Owner::Someone,
    }
}

/// Returns the tags that go into the call that makes a resource: ours first, then the user's in the order of their keys.
///
/// A reserved key among the user's tags is left out, so that no such map can change whose the resource is;
/// [`check_user_tags`] refuses it earlier and with words.
#[must_use]
pub fn creation_tags(name: &str, environment: Option<&InstanceName>, user: &BTreeMap<String, String>) -> Vec<Tag> {
    let environment = environment.map_or(NO_ENVIRONMENT, InstanceName::as_str);
    let ours = [Tag::new(NAME, name), Tag::new(MANAGED_BY, MANAGED_BY_IAC), Tag::new(ENVIRONMENT, environment)];
    let users = user.iter().filter(|(key, _)| !is_reserved(key)).map(|(key, value)| Tag::new(key, value));
    ours.into_iter().chain(users).collect()
}

/// Why a tag of the user is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TagError {
    /// The key is set by this tool or by AWS.
    #[error("the tag key `{}` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`", plain(.0))]
    Reserved(String),
    /// The key is empty or too long.
    #[error("the tag key `{}` has {} characters, allowed are 1 to 128", plain(.0), .0.chars().count())]
    KeyLength(String),
    /// The value is too long.
    #[error("the value of the tag `{}` has {length} characters, at most 256 are allowed", plain(key))]
    ValueLength {
        /// The key of the tag.
        key: String,
        /// How many characters the value has.
        length: usize,
    },
    /// The key or value holds a control character.
    #[error("the tag `{}` holds a control character", plain(.0))]
    Control(String),
    /// There are more tags than fit beside ours.
    #[error("there are {0} tags, at most {MOST_USER_TAGS} are allowed")]
    TooMany(usize),
}

/// Checks a tag that the user wants on everything.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>.
pub fn check_user_tag(key: &str, value: &str) -> Result<(), TagError> {
    if is_reserved(key) {
        return Err(TagError::Reserved(key.to_owned()));
    }
    if key.is_empty() || key.chars().count() > 128 {
        return Err(TagError::KeyLength(key.to_owned()));
    }
    let length = value.chars().count();
    if length > 256 {
        return Err(TagError::ValueLength { key: key.to_owned(), length });
    }
    if key.chars().chain(value.chars()).any(char::is_control) {
        return Err(TagError::Control(key.to_owned()));
    }
    Ok(())
}

/// Checks all tags of the user and their number, and returns everything that is wrong.
#[must_use]
pub fn check_user_tags(tags: &BTreeMap<String, String>) -> Vec<TagError> {
    let mut errors: Vec<_> = tags.iter().filter_map(|(key, value)| check_user_tag(key, value).err()).collect();
    if tags.len() > MOST_USER_TAGS {
        errors.push(TagError::TooMany(tags.len()));
    }
    errors
}

/// Tells whether the user may not set this key. AWS reserves its prefix in any case; ours follows it.
fn is_reserved(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    key == NAME || key == MANAGED_BY || lower.starts_with("aws:") || lower.starts_with(OWN_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_environment_tag_makes_a_resource_ours() {
        let ours = |environment: Option<&str>| Owner::Ours { environment: environment.map(str::to_owned) };
        let cases = [
            (vec![], Owner::Someone),
            (vec![("ManagedBy", "iac"), ("Name", "dev")], Owner::Someone),
            (vec![("BKY:IAC:environment", "dev")], Owner::Someone),
            (vec![("Deployment", "Sequencer")], Owner::OlderTool),
            (vec![("Deployment", "Other")], Owner::Someone),
            (vec![("bky:iac:environment", "dev")], ours(Some("dev"))),
            (vec![("bky:iac:environment", "-")], ours(None)),
            (vec![("Deployment", "Sequencer"), ("bky:iac:environment", "dev")], ours(Some("dev"))),
        ];
        for (tags, expected) in cases {
            let tags: Vec<_> = tags.into_iter().map(|(key, value)| Tag::new(key, value)).collect();
            assert_eq!(owner(&tags), expected, "{tags:?}");
        }
    }

    #[test]
    fn a_new_resource_is_ours_whatever_the_user_adds() {
        let user = [("team", "a"), ("bky:iac:environment", "b"), ("Name", "c")];
        let user = user.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let environment = InstanceName::parse("dev").expect("a name");
        let tags = creation_tags("the key", Some(&environment), &user);
        insta::assert_snapshot!(serde_json::to_string(&tags).expect("tags"), @r#"[{"Key":"Name","Value":"the key"},{"Key":"ManagedBy","Value":"iac"},{"Key":"bky:iac:environment","Value":"dev"},{"Key":"team","Value":"a"}]"#);
        let tags = creation_tags("the key", None, &BTreeMap::new());
        assert_eq!(owner(&tags), Owner::Ours { environment: None });
    }

    #[test]
    fn every_further_name_has_a_tag_of_its_own() {
        let names = ["a.example.org".to_owned(), "b.example.org".to_owned(), ["a"; 120].join(".")];
        let names = names.map(|name| Fqdn::parse(&name).expect("a name"));
        let tags = names.each_ref().map(further_name);
        insta::assert_snapshot!(tags[0].key, @"bky:iac:fqdn:4ed5537568529d13");
        assert!(tags.iter().all(|tag| tag.key.len() <= 128 && tag.value.len() <= 256));
        let others =
            [Tag::new(FQDN, "c.example.org"), Tag::new(&tags[0].key, "c.example.org"), Tag::new(&tags[1].key, "")];
        assert_eq!(further_names(&[&tags[..], &others].concat()).collect::<Vec<_>>(), names);
    }

    #[test]
    fn refused_tags_say_why() {
        let long = "k".repeat(129);
        let refused = [
            ("Name", ""),
            ("ManagedBy", "me"),
            ("bky:iac:environment", "x"),
            ("Bky:Iac:New", "x"),
            ("AWS:thing", "x"),
            ("", "x"),
            (&long, "x"),
            ("team", &"v".repeat(257)),
            ("team", "a\u{1b}b"),
        ];
        let messages: Vec<_> = refused
            .iter()
            .map(|(key, value)| check_user_tag(key, value).expect_err("refused").to_string().replace(&long, "kkk"))
            .collect();
        insta::assert_snapshot!(messages.join("\n"), @"
        the tag key `Name` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        the tag key `ManagedBy` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        the tag key `bky:iac:environment` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        the tag key `Bky:Iac:New` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        the tag key `AWS:thing` is reserved, as are `Name`, `ManagedBy`, `bky:iac:…` and `aws:…`
        the tag key `` has 0 characters, allowed are 1 to 128
        the tag key `kkk` has 129 characters, allowed are 1 to 128
        the value of the tag `team` has 257 characters, at most 256 are allowed
        the tag `team` holds a control character
        ");
    }

    #[test]
    fn ordinary_tags_are_taken_up_to_their_limit() {
        for (key, value) in [("name", "x"), (&"k".repeat(128), &*"é".repeat(256)), ("a b", ""), ("awsome", "1")] {
            assert_eq!(check_user_tag(key, value), Ok(()), "{key}");
        }
        let tags = |count: usize| (0..count).map(|i| (format!("key-{i}"), String::new())).collect();
        assert_eq!(check_user_tags(&tags(40)), vec![]);
        assert_eq!(check_user_tags(&tags(41)), vec![TagError::TooMany(41)]);
    }
}
