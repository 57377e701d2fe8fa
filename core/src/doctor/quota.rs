//! Whether the account's quota lets one more instance of a type run.
//!
//! AWS counts vCPUs by groups of families; the group of the usual ones is known here, and of the others nothing is said
//! rather than something wrong. <https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html>

use super::Check;

/// The families that one quota counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// The quota's code.
    pub code: &'static str,
    letters: &'static [&'static str],
}

/// The quotas for On-Demand instances; `im` and `is` are of the I families.
const FAMILIES: [Family; 3] = [
    Family { code: "L-1216C47A", letters: &["a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"] },
    Family { code: "L-DB2E81BA", letters: &["g", "gr", "vt"] },
    Family { code: "L-7295265B", letters: &["x"] },
];

impl Family {
    /// Returns the quota that counts a type; `None` where it is not known.
    #[must_use]
    pub fn of(instance_type: &str) -> Option<Self> {
        let letters = instance_type.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
        FAMILIES.into_iter().find(|family| family.letters.contains(&letters))
    }
}

/// Judges whether `needed` more vCPUs may run where `used` of `limit` do.
#[must_use]
pub fn quota(code: &str, instance_type: &str, used: u64, needed: u64, limit: u64) -> Check {
    const NAME: &str = "quota";
    let found = format!("{used} of {limit} vCPUs are in use, `{instance_type}` takes {needed}");
    match (used + needed).saturating_sub(limit) {
        0 => Check::ok(NAME, found),
        missing => {
            let found = format!("{found}: {missing} too many");
            let mend = format!(
                "end other instances, or ask for more: `aws service-quotas request-service-quota-increase --service-code ec2 \
                 --quota-code {code} --desired-value {}`",
                used + needed
            );
            Check::failed(NAME, found, mend)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    #[test]
    fn only_what_is_known_of_families_is_said() {
        let code = |name| Family::of(name).map(|family| family.code);
        for name in ["c6a.xlarge", "t3.micro", "im4gn.large", "m8i-flex.large", "z1d.large", "a1.large"] {
            assert_eq!(code(name), Some("L-1216C47A"), "{name}");
        }
        assert_eq!((code("g6.xlarge"), code("vt1.3xlarge")), (Some("L-DB2E81BA"), Some("L-DB2E81BA")));
        assert_eq!(code("x8g.large"), Some("L-7295265B"));
        for name in [
            "p5.48xlarge",
            "inf2.xlarge",
            "hpc7a.96xlarge",
            "mac2.metal",
            "u-6tb1.metal",
            "dl2q.24xlarge",
            "",
            "trn1.2xlarge",
        ] {
            assert_eq!(code(name), None, "{name}");
        }
    }

    #[test]
    fn the_last_vcpu_may_be_taken_and_no_more() {
        assert_eq!(quota("L-1", "c6a.xlarge", 28, 4, 32).outcome, Outcome::Ok);
        let check = quota("L-1", "c6a.xlarge", 30, 4, 32);
        assert_eq!(check.outcome, Outcome::Failed);
        assert_eq!(check.found, "30 of 32 vCPUs are in use, `c6a.xlarge` takes 4: 2 too many");
        assert!(check.mend.is_some_and(|mend| mend.ends_with("--desired-value 34`")));
    }
}
