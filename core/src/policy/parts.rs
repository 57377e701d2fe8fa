//! A policy in parts: IAM takes documents of a limited length, and what any of those that are attached allows is allowed.

use super::document::{Policy, Statement};

/// The most characters of a managed policy, blanks aside.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const LONGEST: usize = 6144;

impl Policy {
    /// Returns how many characters IAM counts.
    #[must_use]
    pub fn length(&self) -> usize {
        // Names may hold blanks, which are counted here: rather a part too many than one that is refused.
        serde_json::to_string(self).map_or(usize::MAX, |text| text.chars().count())
    }

    /// Splits it into as few policies as its statements go into in their order, each short enough for IAM; a statement that
    /// is too long by itself stays so, in a part of its own.
    #[must_use]
    pub fn parts(self) -> Vec<Self> {
        let empty = Self { statement: Vec::new(), ..self };
        let mut parts: Vec<Self> = Vec::new();
        for statement in self.statement {
            let grown = parts.last().map(|last| last.with(statement.clone())).filter(|grown| grown.length() <= LONGEST);
            match (parts.last_mut(), grown) {
                (Some(last), Some(grown)) => *last = grown,
                _ => parts.push(empty.with(statement)),
            }
        }
        parts
    }

    fn with(&self, statement: Statement) -> Self {
        let mut grown = self.clone();
        grown.statement.push(statement);
        grown
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::scope::tests::scope;
    use super::super::{Operation, Scope, policy};
    use super::*;
    use crate::name::InstanceName;

    fn whole(scope: &Scope) -> Policy {
        policy(&Operation::ALL.iter().copied().collect(), scope)
    }

    #[test]
    fn a_policy_that_fits_is_one_part_and_a_longer_one_is_as_many_as_it_takes() {
        let short = whole(&scope());
        assert_eq!(short.clone().parts(), [short]);
        let long = whole(&Scope { environment: InstanceName::parse(&"n".repeat(249)).ok(), ..scope() });
        assert!(long.length() > LONGEST);
        let parts = long.clone().parts();
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| part.length() <= LONGEST));
        let together: Vec<Statement> = parts.into_iter().flat_map(|part| part.statement).collect();
        assert_eq!(together, long.statement);
    }

    #[test]
    fn what_fits_nowhere_stands_alone() {
        let tag_keys = (0..50).map(|number| format!("{number:0128}")).collect();
        let parts = whole(&Scope { tag_keys, ..scope() }).parts();
        let too_long: Vec<&Policy> = parts.iter().filter(|part| part.length() > LONGEST).collect();
        assert!(!too_long.is_empty() && too_long.iter().all(|part| part.statement.len() == 1));
    }

    #[test]
    fn blanks_that_stand_between_are_not_counted() {
        let policy = policy(&BTreeSet::from([Operation::DescribeVpcs]), &scope());
        let pretty = serde_json::to_string_pretty(&policy).expect("text");
        assert_eq!(policy.length(), pretty.chars().filter(|character| !character.is_whitespace()).count());
    }
}
