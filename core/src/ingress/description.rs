//! What a rule for a caller says about itself, `iac: user@host 2026-11-22`, and how that is read back. Writing and
//! reading stand side by side because our own older rules are found by it.

use jiff::civil::Date;

use crate::hash::{hex, sha256};
use crate::name::allowed_in_group_text;

const PREFIX: &str = "iac: ";
/// EC2's limit for a description is 255 characters; the prefix and the date take 16 of them.
const LONGEST_CALLER: usize = 239;

/// A description of ours, read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerRule {
    /// `user@host`, as far as EC2's allowed characters show it.
    pub caller: String,
    /// When the rule was made.
    pub made: Date,
}

impl CallerRule {
    /// Tells whether the rule was made for this user on this host.
    #[must_use]
    pub fn is_of(&self, user: &str, host: &str) -> bool {
        self.caller == caller(user, host)
    }
}

/// Describes the rule of a caller.
#[must_use]
pub fn caller_description(user: &str, host: &str, today: Date) -> String {
    format!("{PREFIX}{} {today}", caller(user, host))
}

/// Reads a description that [`caller_description`] wrote; anything else is somebody else's.
#[must_use]
pub fn read_description(description: &str) -> Option<CallerRule> {
    let (caller, date) = description.strip_prefix(PREFIX)?.rsplit_once(' ')?;
    let made: Date = date.parse().ok()?;
    // Of a caller too long for the limit the `@` may be cut off; then there is the mark.
    let is_ours = caller.contains(['@', '#']) && !caller.contains(' ') && made.to_string() == date;
    is_ours.then(|| CallerRule { caller: caller.to_owned(), made })
}

/// Returns `user@host` in characters that EC2 allows.
///
/// Where that loses something, a piece of the names' SHA-256 is added: two people must not be taken for one, or each
/// would remove the other's rule.
fn caller(user: &str, host: &str) -> String {
    let exact = format!("{user}@{host}");
    let shown = format!("{}@{}", shown(user), shown(host));
    if shown == exact && shown.len() <= LONGEST_CALLER {
        return shown;
    }
    let mark = format!("#{}", &hex(&sha256(&[user, host]))[..12]);
    let length = shown.len().min(LONGEST_CALLER - mark.len());
    format!("{}{mark}", &shown[..length])
}

/// Replaces what EC2 refuses and what separates the parts of a description; the result is ASCII.
fn shown(text: &str) -> String {
    let is_kept = |c: char| allowed_in_group_text(c) && !matches!(c, '@' | ' ' | '#');
    text.chars().map(|c| if is_kept(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day() -> Date {
        "2026-11-22".parse().expect("a day")
    }

    #[test]
    fn a_description_reads_well() {
        assert_eq!(caller_description("ann", "laptop.local", day()), "iac: ann@laptop.local 2026-11-22");
        insta::assert_snapshot!(caller_description("DOMAIN\\zoë b", "l'ordi", day()), @"iac: DOMAIN_zo__b@l_ordi#1ed030eef8f8 2026-11-22");
    }

    #[test]
    fn callers_that_look_alike_are_told_apart() {
        let long = "a".repeat(300);
        let pairs = [
            [("a@b", "c"), ("a", "b@c")],
            [("a b", "c"), ("a_b", "c")],
            [("zoë", "c"), ("zoé", "c")],
            [(&*long, "b"), (&*long, "c")],
        ];
        for [(user, host), (other_user, other_host)] in pairs {
            let rule = read_description(&caller_description(user, host, day())).expect("ours");
            assert!(rule.is_of(user, host) && !rule.is_of(other_user, other_host), "{rule:?}");
        }
    }

    #[test]
    fn what_others_wrote_is_not_read_as_ours() {
        let others = [
            "",
            "iac: ssh_from",
            "iac: ann@laptop",
            "iac: ann@laptop 22.11.2026",
            "iac: ann@laptop 2026-13-01",
            "iac: ann@laptop 2026-11-22T10:00",
            "iac: ann 2026-11-22",
            "iac: ann from@laptop 2026-11-22",
            "Iac: ann@laptop 2026-11-22",
            "for iac: ann@laptop 2026-11-22",
        ];
        for text in others {
            assert_eq!(read_description(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_caller_is_found_again_and_taken_for_nobody_else(
            (user, host) in ("\\PC{0,200}", ".{0,200}"),
            (other_user, other_host) in ("[a@_ ]{0,2}", "[a@_ ]{0,2}"),
            (near_user, near_host) in ("[a@_ ]{0,2}", "[a@_ ]{0,2}"),
        ) {
            let description = caller_description(&user, &host, day());
            prop_assert!(description.len() <= 255);
            prop_assert!(description.chars().all(allowed_in_group_text));
            let read = read_description(&description).expect("ours");
            prop_assert!(read.is_of(&user, &host) && read.made == day());
            let same = (&other_user, &other_host) == (&near_user, &near_host);
            let near = read_description(&caller_description(&near_user, &near_host, day())).expect("ours");
            prop_assert_eq!(near.is_of(&other_user, &other_host), same);
        }
    }
}
