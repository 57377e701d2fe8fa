//! Which rights the credentials have of those that the tool needs, as trials of its calls have shown.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Check;
use crate::policy::{Action, Denial, Operation, Policy, Scope, policy};

/// What the trial of a call has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// AWS lets it pass.
    Allowed,
    /// AWS refuses it for want of a right, or because a policy denies it.
    Denied {
        /// The right.
        action: Action,
        /// What is in the way.
        denial: Denial,
    },
    /// Nothing, for this reason.
    Unclear(String),
}

/// What is known of a call's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// The call is allowed.
    Allowed,
    /// A right is missing.
    Missing,
    /// Nothing is known before the call is made.
    Unknown,
}

/// A call of the tool, and whether it is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// The call, such as `ec2:RunInstances`.
    pub operation: String,
    /// What is known of it.
    pub outcome: Known,
    /// The right that is missing, which may be of another name than the call.
    pub missing: Option<String>,
    /// Why nothing is known, or why no policy could help.
    pub why: Option<String>,
}

/// Every call that a configuration uses, and the policy of what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rights {
    /// The calls.
    pub operations: Vec<Tried>,
    /// What allows them besides what the credentials have; `None` where nothing is missing that a policy could give.
    pub policy: Option<Policy>,
}

/// Why a call without a trial has none.
const NO_TRIAL: &str = "not checkable beforehand";

/// Judges the trials of the calls that a configuration uses; a call without one cannot be tried beforehand.
#[must_use]
pub fn rights(name: &'static str, trials: &BTreeMap<Operation, Trial>, scope: &Scope, caller: &str) -> (Check, Rights) {
    let used = scope.operations();
    let operations: Vec<Tried> =
        used.iter().map(|operation| tried(operation.action(), trials.get(operation))).collect();
    let lacking = used.iter().filter_map(|operation| match trials.get(operation) {
        Some(Trial::Denied { action, denial }) if denial.can_be_allowed() => Some(*action),
        _ => None,
    });
    let lacking: BTreeSet<Action> = lacking.collect();
    let policy = policy(&used, scope).only(&lacking);
    let rights = Rights { operations, policy: (!policy.is_empty()).then_some(policy) };
    (check(name, &rights, caller), rights)
}

fn tried(action: Action, trial: Option<&Trial>) -> Tried {
    let (outcome, missing, why) = match trial {
        Some(Trial::Allowed) => (Known::Allowed, None, None),
        Some(Trial::Denied { action, denial }) => {
            (Known::Missing, Some(action.to_string()), in_the_way(*denial).map(str::to_owned))
        }
        Some(Trial::Unclear(why)) => (Known::Unknown, None, Some(why.clone())),
        None => (Known::Unknown, None, Some(NO_TRIAL.to_owned())),
    };
    Tried { operation: action.to_string(), outcome, missing, why }
}

/// Why no policy that allows a call would help.
fn in_the_way(denial: Denial) -> Option<&'static str> {
    match denial {
        Denial::NotAllowed => None,
        Denial::DeniedByPolicy => Some("a policy denies it"),
        Denial::Organisation => Some("a policy of the organisation does not allow it"),
        Denial::Boundary => Some("the permissions boundary does not allow it"),
        Denial::Session => Some("the session was made without it"),
        Denial::Endpoint => Some("the policy of the VPC endpoint does not allow it"),
    }
}

fn check(name: &'static str, rights: &Rights, caller: &str) -> Check {
    let count = |outcome: Known| rights.operations.iter().filter(|tried| tried.outcome == outcome).count();
    let mut found = format!("{} of {} calls are allowed", count(Known::Allowed), rights.operations.len());
    if count(Known::Unknown) > 0 {
        found.push_str(&format!(", {} {NO_TRIAL}", count(Known::Unknown)));
    }
    let missing = rights.missing();
    if missing.is_empty() {
        return Check::ok(name, found);
    }
    let missing: Vec<String> = missing.iter().map(|action| format!("`{action}`")).collect();
    let found = format!("missing: {}; {found}", missing.join(", "));
    let mend = match &rights.policy {
        Some(_) => format!("attach the policy of the missing rights to {caller}"),
        None => {
            let reasons: BTreeSet<&str> = rights.operations.iter().filter_map(Tried::in_the_way).collect();
            let reasons: Vec<&str> = reasons.into_iter().collect();
            format!("ask whoever administers the account: {}", reasons.join("; "))
        }
    };
    Check::failed(name, found, mend)
}

impl Tried {
    /// What is in the way of a call that is missing, where no policy that allows it would help.
    fn in_the_way(&self) -> Option<&str> {
        self.why.as_deref().filter(|_| self.outcome == Known::Missing)
    }
}

impl Rights {
    /// The rights that are missing, each once.
    fn missing(&self) -> BTreeSet<&str> {
        self.operations.iter().filter_map(|tried| tried.missing.as_deref()).collect()
    }

    /// The calls of which nothing is known beforehand.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let unknown = self.operations.iter().filter(|tried| tried.outcome == Known::Unknown);
        unknown.map(|tried| tried.operation.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;
    use crate::partition::Partition;
    use crate::policy::LaunchImage;

    fn scope() -> Scope {
        Scope {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            partition: Partition::of("us-east-1").expect("it lies in one"),
            all_regions: false,
            environment: None,
            key_name: None,
            image: LaunchImage::Newest,
            subnet_id: None,
            instance_profile: None,
            fqdn: None,
            tag_keys: Vec::new(),
        }
    }

    fn judged(trials: &[(Operation, Trial)]) -> (Check, Rights) {
        rights("rights", &trials.iter().cloned().collect(), &scope(), "ann")
    }

    fn denied(operation: Operation, denial: Denial) -> (Operation, Trial) {
        (operation, Trial::Denied { action: operation.action(), denial })
    }

    #[test]
    fn only_what_the_configuration_uses_is_judged() {
        let (check, rights) = judged(&[]);
        assert_eq!((check.outcome, rights.policy), (Outcome::Ok, None));
        assert!(rights.operations.iter().all(|tried| tried.outcome == Known::Unknown));
        // Route 53 is not used without a name, and whose the credentials are may be asked by everybody.
        assert!(rights.operations.iter().all(|tried| !tried.operation.starts_with("route53:")));
        assert_eq!(rights.operations.len(), Operation::ALL.len() - 4);
    }

    #[test]
    fn what_is_missing_is_named_with_the_policy_that_allows_it_and_nothing_else() {
        let trials = [
            denied(Operation::StopInstances, Denial::NotAllowed),
            (Operation::DescribeVpcs, Trial::Allowed),
            (Operation::DescribeImages, Trial::Unclear("no answer in time".to_owned())),
        ];
        let (check, rights) = judged(&trials);
        assert_eq!(check.outcome, Outcome::Failed);
        insta::assert_snapshot!(check.found, @"missing: `ec2:StopInstances`; 1 of 29 calls are allowed, 27 not checkable beforehand");
        let policy = serde_json::to_string(&rights.policy).expect("text");
        assert!(policy.contains(r#""Action":["ec2:StopInstances"]"#), "{policy}");
        assert_eq!(policy.matches("Effect").count(), 1);
        assert!(policy.contains("aws:ResourceTag/bky:iac:environment"), "{policy}");
    }

    #[test]
    fn what_a_policy_denies_no_other_can_allow() {
        let denials =
            [Denial::DeniedByPolicy, Denial::Organisation, Denial::Boundary, Denial::Session, Denial::Endpoint];
        for denial in denials {
            let (check, rights) = judged(&[denied(Operation::StopInstances, denial)]);
            assert_eq!((check.outcome, rights.policy), (Outcome::Failed, None), "{denial:?}");
            let why = in_the_way(denial).expect("no policy helps");
            assert!(check.mend.is_some_and(|mend| mend.ends_with(why)), "{denial:?}");
        }
    }
}
