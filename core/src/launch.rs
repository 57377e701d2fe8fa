//! How a launch stays one launch: the token and the order of zones are computed from what is launched, never remembered,
//! and what is found afterwards decides whether to launch, to adopt or to refuse.

mod decision;
mod refusal;

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;

pub use decision::{Create, create_decision};
pub use refusal::Refusal;

use crate::hash::{hex, sha256};
use crate::name::InstanceName;
use crate::observed::Instance;

/// The `ClientToken` of a launch: 64 lower-case hexadecimal digits, as many characters as EC2 takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct LaunchToken(String);

impl LaunchToken {
    /// Reads a token back, for instance from the file that marks a launch under way.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let is_token = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_token.then(|| Self(text.to_owned()))
    }

    /// Returns the token as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LaunchToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Computes the token of a launch. The same environment has the same token on every laptop, so that EC2 answers a second
/// launch with the first instance.
///
/// The generation is 0, and one more each time EC2 answers `IdempotentInstanceTerminated`: the token was used up by an
/// instance that is gone.
#[must_use]
pub fn launch_token(account: &str, region: &str, environment: &InstanceName, generation: u32) -> LaunchToken {
    LaunchToken(hex(&sha256(&[account, region, environment.as_str(), &generation.to_string()])))
}

/// How many launches of one environment are told apart; AWS forgets a token long before.
pub const GENERATIONS: u32 = 1000;

/// The tokens that launches of an environment can have, one for each generation. Each is computed when it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchTokens {
    account: String,
    region: String,
    environment: InstanceName,
}

impl LaunchTokens {
    /// The tokens of launches in an account and a region.
    #[must_use]
    pub fn new(account: &str, region: &str, environment: &InstanceName) -> Self {
        Self { account: account.to_owned(), region: region.to_owned(), environment: environment.clone() }
    }

    /// Tells whether a launch of this environment made the instance.
    #[must_use]
    pub fn launched(&self, instance: &Instance) -> bool {
        self.generation(instance).is_some()
    }

    /// Returns the tokens after all those that an instance shows, also one that has ended; AWS would refuse the others.
    pub fn unused(&self, instances: &[Instance]) -> impl Iterator<Item = LaunchToken> {
        let last = instances.iter().filter_map(|instance| self.generation(instance)).max();
        (last.map_or(0, |last| last + 1)..GENERATIONS).map(|generation| self.nth(generation))
    }

    fn generation(&self, instance: &Instance) -> Option<u32> {
        let token = instance.client_token.as_deref()?;
        (0..GENERATIONS).find(|&generation| self.nth(generation).as_str() == token)
    }

    fn nth(&self, generation: u32) -> LaunchToken {
        launch_token(&self.account, &self.region, &self.environment, generation)
    }
}

/// Returns the name of the file, beside the key, that marks a launch under way: `NAME.launch`.
///
/// An instance name may hold what a file name cannot (`/`, 256 characters); then its SHA-256 stands for it.
#[must_use]
pub fn launch_marker_name(environment: &InstanceName) -> String {
    let name = environment.as_str();
    if name.len() > 240 || name.contains('/') || name.starts_with('.') {
        format!("{}.launch", hex(&sha256(&[name])))
    } else {
        format!("{name}.launch")
    }
}

/// Returns the zones in the order in which to try them.
///
/// The order depends on the environment's name and each zone alone (rendezvous hashing): whatever order AWS lists them
/// in, and when one is missing the others keep theirs. A token's scope is a zone, so two runs have to begin in the same.
#[must_use]
pub fn zone_order(environment: &InstanceName, mut zones: Vec<String>) -> Vec<String> {
    zones.sort_by_cached_key(|zone| (sha256(&[environment.as_str(), zone]), zone.clone()));
    zones.dedup();
    zones
}

/// Orders instances by launch time, then id; one without a launch time comes last.
#[must_use]
pub fn launch_order(a: &Instance, b: &Instance) -> Ordering {
    let key = |instance: &Instance| (instance.launch_time.is_none(), instance.launch_time);
    key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
}

/// Returns the one of two instances that was launched later: the one to give up when both carry one environment.
#[must_use]
pub fn later<'a>(a: &'a Instance, b: &'a Instance) -> &'a Instance {
    std::cmp::max_by(a, b, |a, b| launch_order(a, b))
}

/// Returns, of the live instances of one environment, all but the earliest, in the order of their launch.
#[must_use]
pub fn surplus(live: &[Instance]) -> Vec<&Instance> {
    let mut instances: Vec<_> = live.iter().collect();
    instances.sort_by(|a, b| launch_order(a, b));
    instances.into_iter().skip(1).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::launch::decision::tests::instance;

    fn name(text: &str) -> InstanceName {
        InstanceName::parse(text).expect("a name")
    }

    #[test]
    fn the_first_unused_token_is_the_one_after_all_that_instances_show() {
        let tokens = LaunchTokens::new("123456789012", "us-east-1", &name("dev"));
        let shown: Vec<_> = tokens.unused(&[]).take(5).map(|token| instance("i-1", None, token.as_str())).collect();
        let first = |shown: &[Instance]| tokens.unused(shown).next();
        assert_eq!(first(&[]), Some(tokens.nth(0)));
        assert_eq!(first(&shown[..1]), Some(tokens.nth(1)));
        assert_eq!(first(&[shown[3].clone(), shown[1].clone()]), Some(tokens.nth(4)));
        assert_eq!(
            first(&[instance("i-1", None, tokens.nth(GENERATIONS - 1).as_str())]),
            None,
            "every token is used up"
        );
        assert_eq!(first(&[instance("i-1", None, "somebody's")]), Some(tokens.nth(0)));
        assert!(tokens.launched(&shown[4]) && !tokens.launched(&instance("i-1", None, "")));
    }

    fn zones(letters: &str) -> Vec<String> {
        letters.chars().map(|letter| format!("us-east-1{letter}")).collect()
    }

    #[test]
    fn a_token_is_computed_from_what_is_launched_alone() {
        let token = launch_token("123456789012", "us-east-1", &name("dev"), 0);
        // Written down once: another value would launch a second instance beside those of earlier versions.
        insta::assert_snapshot!(token, @"19ee34eba3218ef07c2a6b814291a235223147556552563c9436bd2d7ba13786");
        assert_eq!(LaunchToken::parse(&format!("{token}\n")), Some(token.clone()));
        let others = [
            launch_token("123456789013", "us-east-1", &name("dev"), 0),
            launch_token("123456789012", "us-east-2", &name("dev"), 0),
            launch_token("123456789012", "us-east-1", &name("dev2"), 0),
            launch_token("123456789012", "us-east-1", &name("dev"), 1),
            launch_token("12345678901", "2us-east-1", &name("dev"), 0),
        ];
        assert!(!others.contains(&token));
    }

    #[test]
    fn what_is_no_token_is_not_read_as_one() {
        for text in ["", &"a".repeat(63), &"a".repeat(65), &"A".repeat(64), &"g".repeat(64)] {
            assert_eq!(LaunchToken::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_marker_has_a_file_name_whatever_the_instance_is_called() {
        assert_eq!(launch_marker_name(&name("nitro dev")), "nitro dev.launch");
        for odd in ["../dev", "a/b", "..", ".hidden", &"é".repeat(256)] {
            let file = launch_marker_name(&name(odd));
            assert!(file.len() == 71 && !file.contains('/') && !file.starts_with('.'), "{file}");
        }
        assert_ne!(launch_marker_name(&name("a/b")), launch_marker_name(&name("a/c")));
    }

    #[test]
    fn zones_have_one_order_for_each_environment() {
        // Written down once, as the token is.
        assert_eq!(zone_order(&name("dev"), zones("abcdef")), zones("bcadef"));
        let orders: std::collections::BTreeSet<_> =
            (0..50).map(|i| zone_order(&name(&format!("dev-{i}")), zones("abc"))).collect();
        assert_eq!(orders.len(), 6, "environments should spread over the zones");
    }

    proptest! {
        #[test]
        fn the_order_is_independent_of_the_listing_and_of_missing_zones(
            shuffled in Just(zones("abcdef")).prop_shuffle(),
            kept in proptest::collection::vec(any::<bool>(), 6),
        ) {
            let full = zone_order(&name("dev"), zones("abcdef"));
            prop_assert_eq!(&zone_order(&name("dev"), shuffled.clone()), &full);
            let some: Vec<_> = shuffled.into_iter().zip(kept).filter_map(|(zone, keep)| keep.then_some(zone)).collect();
            let expected: Vec<_> = full.into_iter().filter(|zone| some.contains(zone)).collect();
            prop_assert_eq!(zone_order(&name("dev"), some), expected);
        }
    }

    #[test]
    fn the_earliest_instance_stays() {
        let (first, second) = (instance("i-9", Some(100), "a"), instance("i-5", Some(200), "a"));
        let (same_time, no_time) = (instance("i-7", Some(200), "a"), instance("i-1", None, "a"));
        assert_eq!((later(&first, &second), later(&second, &first)), (&second, &second));
        assert_eq!((later(&second, &same_time), later(&same_time, &second)), (&same_time, &same_time));
        assert_eq!(later(&no_time, &first), &no_time);
        let live = [no_time, same_time, second, first];
        let ids: Vec<_> = surplus(&live).into_iter().map(|instance| instance.id.as_str()).collect();
        assert_eq!(ids, ["i-5", "i-7", "i-1"]);
        assert_eq!((surplus(&live[..1]), surplus(&[])), (vec![], vec![]));
    }
}
