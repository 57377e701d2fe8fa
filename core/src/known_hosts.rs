//! The tool's own `known_hosts` file, edited as text: the lines of one instance come and go, all others stay byte for
//! byte. The file is OpenSSH's to read; see `SSH_KNOWN_HOSTS FILE FORMAT` in `sshd(8)`.

use thiserror::Error;

use crate::console::{HostKey, known_hosts_lines};
use crate::text::excerpt;

/// Why the file is not edited.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KnownHostsError {
    /// What should be an instance id could be read as something else in this file.
    #[error("`{}` is no instance id", excerpt(.0, 40))]
    NotAnInstanceId(String),
}

/// Returns the text with exactly these keys for the instance, in the place of those it had.
pub fn with_host(text: &str, instance_id: &str, keys: &[HostKey]) -> Result<String, KnownHostsError> {
    let mut edited = without_host(text, instance_id)?;
    if !edited.is_empty() && !edited.ends_with('\n') {
        edited.push('\n');
    }
    Ok(edited + &known_hosts_lines(instance_id, keys))
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

    const OTHERS: &str = "# mine\r\n\ni-0ab ssh-rsa AAAA\n@revoked i-0a ssh-rsa AAAA\ni-0,i-0a x y\n  i-00a a b";

    #[test]
    fn an_instance_comes_and_goes_and_others_stay() {
        let one = with_host(OTHERS, "i-0a", &[key("AAAA"), key("BBBB")]).expect("an id");
        assert_eq!(one, format!("{OTHERS}\ni-0a ssh-ed25519 AAAA\ni-0a ssh-ed25519 BBBB\n"));
        let again = with_host(&one, "i-0a", &[key("CCCC")]).expect("an id");
        assert_eq!(again, format!("{OTHERS}\ni-0a ssh-ed25519 CCCC\n"));
        assert_eq!(without_host(&again, "i-0a"), Ok(format!("{OTHERS}\n")));
        assert_eq!(without_host(OTHERS, "i-0a").as_deref(), Ok(OTHERS));
        assert_eq!(with_host("", "i-0a", &[key("A")]).as_deref(), Ok("i-0a ssh-ed25519 A\n"));
        assert_eq!([OTHERS, &one].map(|text| has_host(text, "i-0a")), [Ok(false), Ok(true)]);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for id in ["", "*", "i-0a,i-0b", "i-0a *", "I-0A", "i-0a\n", "-f", "#", "[i-0a]:22", "i-\u{1b}"] {
            assert_eq!(without_host(OTHERS, id), Err(KnownHostsError::NotAnInstanceId(id.to_owned())));
            assert!(with_host(OTHERS, id, &[key("A")]).is_err());
        }
    }

    proptest! {
        #[test]
        fn removing_what_was_added_gives_the_file_back(text in "([ #a-c0-1,@\r-]{0,8}\n){0,4}") {
            let without = without_host(&text, "a-0").expect("an id");
            let added = with_host(&text, "a-0", &[key("A")]).expect("an id");
            prop_assert_eq!(&added, &format!("{without}a-0 ssh-ed25519 A\n"));
            prop_assert_eq!(without_host(&added, "a-0"), Ok(without));
        }
    }
}
