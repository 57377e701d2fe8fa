//! The names a user gives: of key pairs, instances and security groups. A value of these types has been checked against
//! EC2's rules and, for keys, against what a file name can carry, so nobody checks again.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::text::plain;

/// What security group names and rule descriptions may hold besides ASCII letters and digits.
const GROUP_PUNCTUATION: &str = " ._-:/()#,@[]+=&;{}!$*";

/// Tells whether EC2 takes this character in the name or description of a security group and of its rules.
///
/// See `GroupName` in <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html>.
pub(crate) fn allowed_in_group_text(character: char) -> bool {
    character.is_ascii_alphanumeric() || GROUP_PUNCTUATION.contains(character)
}

/// The name of a key pair, which is also the name of its file: `NAME.pem`.
///
/// EC2 takes 255 ASCII characters; 240 leave room for `.pem.deleting` in the 255 bytes of a file name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct KeyName(String);

/// The name of an instance and of its environment: the value of its `Name` and `bky:iac:environment` tags.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct InstanceName(String);

/// The name of a security group by the rules of `CreateSecurityGroup`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct GroupName(String);

/// The setting `security_group`: a group by id or by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum GroupRef {
    /// `sg-` and hexadecimal digits.
    Id(String),
    /// A group by its name.
    Name(GroupName),
}

/// Why a name is refused; the text says what is wrong and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// There is no character in it.
    #[error("the {what} is empty")]
    Empty {
        /// Which name this is.
        what: &'static str,
    },
    /// It is longer than AWS or a file name takes.
    #[error("the {what} has {length} characters, at most {limit} are allowed")]
    TooLong {
        /// Which name this is.
        what: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// It holds a character that is not allowed.
    #[error("the {what} `{}` holds {character:?}, allowed are {allowed}", plain(name))]
    Character {
        /// Which name this is.
        what: &'static str,
        /// The name as given.
        name: String,
        /// The first character that is not allowed.
        character: char,
        /// What is allowed, in words.
        allowed: &'static str,
    },
    /// It begins or ends as no such name may.
    #[error("the {what} `{}` {problem}", plain(name))]
    Shape {
        /// Which name this is.
        what: &'static str,
        /// The name as given.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

const KEY: &str = "key name";
const INSTANCE: &str = "instance name";
const GROUP: &str = "security group name";
const BLANKS: &str = "begins or ends with a blank";

impl KeyName {
    /// Checks the name of a key pair.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check_length(KEY, text, 240)?;
        let allowed = "printable ASCII characters except `/`";
        check_characters(KEY, text, allowed, |c| c != '/' && (c == ' ' || c.is_ascii_graphic()))?;
        if text.starts_with('.') {
            return Err(shape(KEY, text, "begins with `.`, which hides its file"));
        }
        check_blanks(KEY, text)?;
        Ok(Self(text.to_owned()))
    }
}

impl InstanceName {
    /// Checks the name of an instance.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check_length(INSTANCE, text, 256)?;
        check_characters(INSTANCE, text, "all but control characters", |c| !c.is_control())?;
        if text == "-" {
            return Err(shape(INSTANCE, text, "is reserved for resources without an instance"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl GroupName {
    /// Checks the name of a security group.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        check_length(GROUP, text, 255)?;
        let allowed = "a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*";
        check_characters(GROUP, text, allowed, allowed_in_group_text)?;
        if text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("sg-")) {
            return Err(shape(GROUP, text, "begins with `sg-` but is no security group id"));
        }
        check_blanks(GROUP, text)?;
        Ok(Self(text.to_owned()))
    }
}

impl GroupRef {
    /// Reads `sg-` with hexadecimal digits as an id and everything else as a name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let digits = text.strip_prefix("sg-").unwrap_or_default();
        if !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(Self::Id(text.to_owned()));
        }
        GroupName::parse(text).map(Self::Name)
    }

    /// Returns the id or the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Name(name) => name.as_str(),
        }
    }
}

fn check_length(what: &'static str, text: &str, limit: usize) -> Result<(), NameError> {
    match text.chars().count() {
        0 => Err(NameError::Empty { what }),
        length if length > limit => Err(NameError::TooLong { what, length, limit }),
        _ => Ok(()),
    }
}

fn check_characters(
    what: &'static str,
    text: &str,
    allowed: &'static str,
    is_allowed: impl Fn(char) -> bool,
) -> Result<(), NameError> {
    match text.chars().find(|&character| !is_allowed(character)) {
        Some(character) => Err(NameError::Character { what, name: text.to_owned(), character, allowed }),
        None => Ok(()),
    }
}

fn check_blanks(what: &'static str, text: &str) -> Result<(), NameError> {
    if text.trim() == text { Ok(()) } else { Err(shape(what, text, BLANKS)) }
}

fn shape(what: &'static str, text: &str, problem: &'static str) -> NameError {
    NameError::Shape { what, name: text.to_owned(), problem }
}

macro_rules! shown_as_text {
    ($($name:ident),*) => {$(
        impl $name {
            /// Returns the name as given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        shown_as_text!(@display $name);
    )*};
    (@display $name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    };
}
shown_as_text!(KeyName, InstanceName, GroupName);
shown_as_text!(@display GroupRef);

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T: fmt::Debug>(result: Result<T, NameError>) -> String {
        result.expect_err("the name should be refused").to_string()
    }

    #[test]
    fn key_names_that_a_file_can_carry_are_taken() {
        for name in ["k", "nitro-dev", "two words", "a'b\"c", "*?\\", "-k", &"k".repeat(240)] {
            assert_eq!(KeyName::parse(name).map(|key| key.to_string()).as_deref(), Ok(name));
        }
    }

    #[test]
    fn refused_key_names_say_why() {
        let refused = ["", "a/b", "../k", ".k", " k", "k ", "a\nb", "kä", &"k".repeat(241)];
        let messages: Vec<_> = refused.iter().map(|name| message(KeyName::parse(name))).collect();
        insta::assert_snapshot!(messages.join("\n"), @r"
        the key name is empty
        the key name `a/b` holds '/', allowed are printable ASCII characters except `/`
        the key name `../k` holds '/', allowed are printable ASCII characters except `/`
        the key name `.k` begins with `.`, which hides its file
        the key name ` k` begins or ends with a blank
        the key name `k ` begins or ends with a blank
        the key name `a\nb` holds '\n', allowed are printable ASCII characters except `/`
        the key name `kä` holds 'ä', allowed are printable ASCII characters except `/`
        the key name has 241 characters, at most 240 are allowed
        ");
    }

    #[test]
    fn instance_names_are_any_tag_value() {
        for name in ["a b", "it's \"x\"", "dev*", "dev?", "a\\b", "größe 日本", "a/b", "--", &"é".repeat(256)] {
            assert_eq!(InstanceName::parse(name).map(|name| name.to_string()).as_deref(), Ok(name));
        }
        let refused = ["", "-", "a\u{1b}[2Jb", &"é".repeat(257)];
        let messages: Vec<_> = refused.iter().map(|name| message(InstanceName::parse(name))).collect();
        insta::assert_snapshot!(messages.join("\n"), @r"
        the instance name is empty
        the instance name `-` is reserved for resources without an instance
        the instance name `a\u{1b}[2Jb` holds '\u{1b}', allowed are all but control characters
        the instance name has 257 characters, at most 256 are allowed
        ");
    }

    #[test]
    fn group_names_follow_ec2() {
        for name in ["nitro-dev", "a b", "._-:/()#,@[]+=&;{}!$*", "sg", "asg-1", &"g".repeat(255)] {
            assert_eq!(GroupName::parse(name).map(|name| name.to_string()).as_deref(), Ok(name));
        }
        let refused = ["", "ä", "a'b", "SG-dev", "sg-dev", " a", &"g".repeat(256)];
        let messages: Vec<_> = refused.iter().map(|name| message(GroupName::parse(name))).collect();
        insta::assert_snapshot!(messages.join("\n"), @r"
        the security group name is empty
        the security group name `ä` holds 'ä', allowed are a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*
        the security group name `a'b` holds '\'', allowed are a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*
        the security group name `SG-dev` begins with `sg-` but is no security group id
        the security group name `sg-dev` begins with `sg-` but is no security group id
        the security group name ` a` begins or ends with a blank
        the security group name has 256 characters, at most 255 are allowed
        ");
    }

    #[test]
    fn a_group_is_given_by_id_or_name() {
        assert_eq!(GroupRef::parse("sg-0a1b2c3d"), Ok(GroupRef::Id("sg-0a1b2c3d".to_owned())));
        let named = GroupRef::parse("dev").expect("a name");
        assert_eq!(named, GroupRef::Name(GroupName::parse("dev").expect("a name")));
        assert_eq!(serde_json::to_string(&named).expect("text"), r#""dev""#);
        for refused in ["sg-", "sg-xyz", "sg-0A", ""] {
            assert!(GroupRef::parse(refused).is_err(), "{refused:?}");
        }
    }
}
