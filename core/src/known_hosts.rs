//! The tool's own `known_hosts` file, edited as text: the lines of one instance come and go, all others stay byte for
//! byte. The file is OpenSSH's to read; see `SSH_KNOWN_HOSTS FILE FORMAT` in `sshd(8)`.
//!
//! A line ends with a comment that says in which account and region its instance is. Without it nobody could tell an
//! instance that is gone from one that is elsewhere: one secrets folder may serve several accounts.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use crate::console::HostKey;
use crate::observed::{Instance, InstanceState};
use crate::text::excerpt;

/// Why the file is not edited.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KnownHostsError {
    /// What should be an instance id could be read as something else in this file.
    #[error("`{}` is no instance id", excerpt(.0, 40))]
    NotAnInstanceId(String),
}

/// Where an instance is, as the comment of its lines says: `iac:123456789012/us-east-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    account: String,
    region: String,
}

impl Place {
    /// Returns the place, where account and region can stand in a comment: letters, digits and `-`.
    #[must_use]
    pub fn new(account: &str, region: &str) -> Option<Self> {
        let is_word =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let place = || Self { account: account.to_owned(), region: region.to_owned() };
        (is_word(account) && is_word(region)).then(place)
    }

    fn parse(comment: &str) -> Option<Self> {
        let (account, region) = comment.strip_prefix("iac:")?.split_once('/')?;
        Self::new(account, region)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "iac:{}/{}", self.account, self.region)
    }
}

/// Returns the text with exactly these keys for the instance, in the place of those it had, each with where the instance
/// is, as far as that is known.
pub fn with_host(
    text: &str,
    instance_id: &str,
    keys: &[HostKey],
    place: Option<&Place>,
) -> Result<String, KnownHostsError> {
    let mut edited = without_host(text, instance_id)?;
    if !edited.is_empty() && !edited.ends_with('\n') {
        edited.push('\n');
    }
    let comment = place.map(|place| format!(" {place}")).unwrap_or_default();
    Ok(keys.iter().fold(edited, |edited, key| format!("{edited}{instance_id} {key}{comment}\n")))
}

/// Returns the ids of the instances that have keys here and may be in a place: whose lines say so, or do not say where they
/// are. What looks like no id of EC2's was written by hand, and is left out.
#[must_use]
pub fn hosts_in(text: &str, place: &Place) -> Vec<String> {
    let hosts = hosts(text);
    let may_be_here = |said: &Option<Place>| said.as_ref().is_none_or(|said| said == place);
    hosts.into_iter().filter(|(_, said)| may_be_here(said)).map(|(id, _)| id).collect()
}

/// Returns the ids of the instances that have keys here and are gone from a place, by what AWS lists there when it is asked
/// for all of [`hosts_in`].
///
/// AWS lists an instance for about an hour after its end. One that it lists no more is gone if its line says that it was
/// here; if its line does not say where it is, it may live elsewhere. A line is only written when AWS has shown the instance
/// as running, so one that is not listed is not merely new.
#[must_use]
pub fn gone(text: &str, place: &Place, listed: &[Instance]) -> Vec<String> {
    let state = |id: &str| listed.iter().find(|instance| instance.id == id).map(|instance| &instance.state);
    let is_gone = |id: &str, said: Option<&Place>| match (state(id), said) {
        (_, Some(said)) if said != place => false,
        (Some(state), _) => *state == InstanceState::Terminated,
        (None, said) => said.is_some(),
    };
    hosts(text).into_iter().filter(|(id, said)| is_gone(id, said.as_ref())).map(|(id, _)| id).collect()
}

/// The instances that have keys here, with where each is by its last line.
fn hosts(text: &str) -> BTreeMap<String, Option<Place>> {
    let host = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let id = words.next().filter(|word| word.starts_with("i-") && is_instance_id(word))?;
        Some((id.to_owned(), words.nth(2).and_then(Place::parse)))
    };
    text.lines().filter_map(host).collect()
}

/// Tells whether the text has a key for the instance.
pub fn has_host(text: &str, instance_id: &str) -> Result<bool, KnownHostsError> {
    Ok(without_host(text, instance_id)? != text)
}

/// Tells whether a text can be an instance id: no other text is a host name for OpenSSH's files and command line.
#[must_use]
pub fn is_instance_id(text: &str) -> bool {
    let is_of_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_of_id)
}

/// Returns the text without the instance.
pub fn without_host(text: &str, instance_id: &str) -> Result<String, KnownHostsError> {
    if !is_instance_id(instance_id) {
        return Err(KnownHostsError::NotAnInstanceId(instance_id.to_owned()));
    }
    let stays = |line: &&str| line.split_ascii_whitespace().next() != Some(instance_id);
    Ok(text.split_inclusive('\n').filter(stays).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(base64: &str) -> HostKey {
        HostKey { algorithm: "ssh-ed25519".to_owned(), base64: base64.to_owned() }
    }

    fn place(region: &str) -> Place {
        Place::new("123456789012", region).expect("words")
    }

    fn with(text: &str, id: &str, keys: &[HostKey]) -> Result<String, KnownHostsError> {
        with_host(text, id, keys, None)
    }

    const OTHERS: &str = "# mine\r\n\ni-0ab ssh-rsa AAAA\n@revoked i-0a ssh-rsa AAAA\ni-0,i-0a x y\n  i-00a a b";

    #[test]
    fn an_instance_comes_and_goes_and_others_stay() {
        let one = with(OTHERS, "i-0a", &[key("AAAA"), key("BBBB")]).expect("an id");
        assert_eq!(one, format!("{OTHERS}\ni-0a ssh-ed25519 AAAA\ni-0a ssh-ed25519 BBBB\n"));
        let again = with(&one, "i-0a", &[key("CCCC")]).expect("an id");
        assert_eq!(again, format!("{OTHERS}\ni-0a ssh-ed25519 CCCC\n"));
        assert_eq!(without_host(&again, "i-0a"), Ok(format!("{OTHERS}\n")));
        assert_eq!(without_host(OTHERS, "i-0a").as_deref(), Ok(OTHERS));
        assert_eq!(with("", "i-0a", &[key("A")]).as_deref(), Ok("i-0a ssh-ed25519 A\n"));
        assert_eq!([OTHERS, &one].map(|text| has_host(text, "i-0a")), [Ok(false), Ok(true)]);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for id in ["", "*", "i-0a,i-0b", "i-0a *", "I-0A", "i-0a\n", "-f", "#", "[i-0a]:22", "i-\u{1b}"] {
            assert_eq!(without_host(OTHERS, id), Err(KnownHostsError::NotAnInstanceId(id.to_owned())));
            assert!(with(OTHERS, id, &[key("A")]).is_err());
        }
    }

    #[test]
    fn a_line_says_where_its_instance_is_if_that_is_known() {
        let here = with_host(OTHERS, "i-0a", &[key("A"), key("B")], Some(&place("eu-west-1"))).expect("an id");
        let lines = "i-0a ssh-ed25519 A iac:123456789012/eu-west-1\ni-0a ssh-ed25519 B iac:123456789012/eu-west-1\n";
        assert_eq!(here, format!("{OTHERS}\n{lines}"));
        for (account, region) in [("", "eu-west-1"), ("1", ""), ("1", "eu west"), ("1", "eu\n"), ("1/2", "eu")] {
            assert_eq!(Place::new(account, region), None, "{account}/{region}");
        }
    }

    #[test]
    fn only_what_aws_lists_no_more_where_it_was_is_gone() {
        let lines = [
            ("i-0e", "us-east-1", None, "gone"),
            ("i-0d", "us-east-1", Some("stopped"), "stays"),
            ("i-0c", "us-east-1", Some("terminated"), "gone"),
            ("i-0b", "us-east-1", Some("shutting-down"), "stays"),
            ("i-0f", "eu-west-1", None, "stays"),
            ("i-04", "eu-west-1", Some("terminated"), "stays"),
            ("i-01", "", None, "stays"),
            ("i-02", "", Some("terminated"), "gone"),
            ("i-03", "", Some("running"), "stays"),
        ];
        let text = lines.iter().fold(format!("{OTHERS}\nhost ssh-rsa A\n* ssh-rsa B\n"), |text, (id, region, ..)| {
            with_host(&text, id, &[key("A")], Place::new("123456789012", region).as_ref()).expect("an id")
        });
        let listed =
            lines.iter().filter_map(|(id, _, state, _)| Some(Instance::new(id, InstanceState::from((*state)?))));
        let listed: Vec<_> = listed.collect();
        let wanted =
            |fate: &str| lines.iter().filter(move |line| line.3 == fate).map(|line| line.0).collect::<Vec<_>>();
        let mut expected = wanted("gone");
        expected.sort_unstable();
        assert_eq!(gone(&text, &place("us-east-1"), &listed), expected);
        assert_eq!(hosts_in(&text, &place("eu-west-1")), ["i-00a", "i-01", "i-02", "i-03", "i-04", "i-0ab", "i-0f"]);
        assert_eq!(gone(&text, &Place::new("1", "us-east-1").expect("words"), &[]), [""; 0]);
    }

    proptest! {
        #[test]
        fn removing_what_was_added_gives_the_file_back(text in "([ #a-c0-1,@\r-]{0,8}\n){0,4}") {
            let without = without_host(&text, "a-0").expect("an id");
            let added = with(&text, "a-0", &[key("A")]).expect("an id");
            prop_assert_eq!(&added, &format!("{without}a-0 ssh-ed25519 A\n"));
            prop_assert_eq!(without_host(&added, "a-0"), Ok(without));
        }
    }
}
