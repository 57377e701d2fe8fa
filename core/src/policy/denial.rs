//! Why AWS denies a call: its message says which kind of policy is in the way, and so who can help.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>

/// What is in the way of a call that AWS denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No policy allows it: one that does helps.
    NotAllowed,
    /// A policy of the user, the role or the resource denies it; whatever allows it besides does not help.
    DeniedByPolicy,
    /// A policy of the organisation that the account belongs to does not let it pass.
    Organisation,
    /// The permissions boundary of the user or role does not let it pass.
    Boundary,
    /// The credentials were made with fewer rights than their user or role has.
    Session,
    /// The policy of a VPC endpoint that the call goes through does not let it pass.
    Endpoint,
}

/// The words that AWS names a policy by, with what that means, whether the policy denies or only does not allow.
const POLICIES: &[(&str, Denial)] = &[
    ("service control policy", Denial::Organisation),
    ("resource control policy", Denial::Organisation),
    ("permissions boundary", Denial::Boundary),
    ("session policy", Denial::Session),
    ("vpc endpoint policy", Denial::Endpoint),
];

impl Denial {
    /// Reads AWS's message, such as `… is not authorized to perform: ec2:RunInstances on resource: … with an explicit deny
    /// in a service control policy`.
    #[must_use]
    pub fn of(message: &str) -> Self {
        let message = message.to_ascii_lowercase();
        // The policy is named last: the user and the resource before it have names that somebody chose.
        let end = message.rfind("with an explicit deny").or_else(|| message.rfind("because no "));
        let reason = end.map_or("", |end| &message[end..]);
        let named = POLICIES.iter().find(|(words, _)| reason.contains(words)).map(|(_, denial)| *denial);
        match named {
            Some(denial) => denial,
            None if reason.starts_with("with") => Self::DeniedByPolicy,
            None => Self::NotAllowed,
        }
    }

    /// Whether a policy that allows the call would let it pass.
    #[must_use]
    pub fn can_be_allowed(self) -> bool {
        self == Self::NotAllowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "User: arn:aws:sts::123456789012:assumed-role/dev/ann is not authorized to perform: ec2:RunInstances \
                         on resource: arn:aws:ec2:us-east-1:123456789012:instance/*";

    #[test]
    fn the_message_says_which_policy_is_in_the_way() {
        let table = [
            ("", Denial::NotAllowed),
            (" because no identity-based policy allows the ec2:RunInstances action", Denial::NotAllowed),
            (" because no resource-based policy allows the ec2:RunInstances action", Denial::NotAllowed),
            (" with an explicit deny in an identity-based policy", Denial::DeniedByPolicy),
            (" with an explicit deny in a resource-based policy", Denial::DeniedByPolicy),
            (" with an explicit deny", Denial::DeniedByPolicy),
            (" with an explicit deny in a service control policy", Denial::Organisation),
            (" because no service control policy allows the ec2:RunInstances action", Denial::Organisation),
            (" with an explicit deny in a resource control policy", Denial::Organisation),
            (" with an explicit deny in a permissions boundary", Denial::Boundary),
            (" because no permissions boundary allows the ec2:RunInstances action", Denial::Boundary),
            (" with an explicit deny in a session policy", Denial::Session),
            (" because no session policy allows the ec2:RunInstances action", Denial::Session),
            (" because no VPC endpoint policy allows the ec2:RunInstances action", Denial::Endpoint),
        ];
        for (end, denial) in table {
            assert_eq!(Denial::of(&format!("{START}{end}")), denial, "{end}");
            let encoded = format!("You are not authorized. {START}{end}. Encoded authorization failure message: AbC-1");
            assert_eq!(Denial::of(&encoded), denial, "{end}, encoded");
        }
        assert_eq!(Denial::of("You are not authorized to perform this operation."), Denial::NotAllowed);
    }

    #[test]
    fn names_that_somebody_chose_say_nothing() {
        let message = "User: arn:aws:iam::1:user/session policy is not authorized to perform: ec2:StopInstances on resource: \
                       permissions boundary because no identity-based policy allows the ec2:StopInstances action";
        assert_eq!(Denial::of(message), Denial::NotAllowed);
    }
}
