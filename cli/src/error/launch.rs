//! What it means to a person that EC2 does not launch, or start, an instance, and what to do about it.

use iac_core::launch::Refusal;

use super::{Error, Kind};
use crate::aws::LaunchError;

/// The error of a launch that was refused in these zones.
pub(crate) fn refused_launch(error: LaunchError, instance_type: &str, zones: &str) -> Error {
    let (refusal, error) = (error.refusal, Error::from(error.call));
    match meaning(refusal, instance_type, zones) {
        Some((kind, message, hint)) => error.becomes(kind, message).hint(hint),
        None => error,
    }
}

/// The error of a start that was refused: a stopped instance is bound to its zone, and stays stopped.
pub(crate) fn refused_start(error: LaunchError, id: &str, instance_type: &str, zone: &str) -> Error {
    let (refusal, error) = (error.refusal, Error::from(error.call));
    let hint = match refusal {
        Refusal::NoCapacity | Refusal::Zone => "try again later: a stopped instance cannot move to another zone",
        Refusal::Combination => "choose another `instance_type`, then replace the instance with `iac up --replace`",
        Refusal::Quota => FEWER_VCPUS,
        _ => return error,
    };
    match meaning(refusal, instance_type, zone) {
        Some((kind, message, _)) => error.becomes(kind, format!("{message}: {id} stays stopped")).hint(hint),
        None => error,
    }
}

const FEWER_VCPUS: &str = "terminate other instances, or ask for a higher quota in the Service Quotas console; `iac doctor` says how many \
                           vCPUs are in use";

/// The kind, the message and the hint of a refusal; `None` where AWS's own message is all that is known.
fn meaning(refusal: Refusal, instance_type: &str, zones: &str) -> Option<(Kind, String, String)> {
    let (kind, message, hint) = match refusal {
        Refusal::NoCapacity => (
            Kind::NoCapacity,
            &*format!("AWS has no `{instance_type}` free in {zones}"),
            "try again later, or choose another `instance_type` or `region`",
        ),
        Refusal::Zone => (
            Kind::LaunchUnsupported,
            &*format!("no `{instance_type}` can be launched in {zones}"),
            "choose another `subnet_id`, or leave it out so that every zone is tried",
        ),
        Refusal::Combination => (
            Kind::LaunchUnsupported,
            &*format!("AWS does not launch a `{instance_type}` with these settings"),
            "choose another `instance_type` or `image`; `iac types` lists the types that fit",
        ),
        Refusal::TokenMismatch => (
            Kind::LaunchMismatch,
            "an earlier launch of this name asked for something else",
            "look for it with `iac instance list`, and end it with `iac instance terminate`",
        ),
        Refusal::Quota => (
            Kind::QuotaExceeded,
            &*format!("the account's quota does not allow one more `{instance_type}`"),
            FEWER_VCPUS,
        ),
        Refusal::VolumeQuota => (
            Kind::QuotaExceeded,
            "the account's quota does not allow one more volume of this size",
            "delete volumes that you do not need, or ask for a higher quota in the Service Quotas console",
        ),
        Refusal::Subscription => (
            Kind::AccountNotReady,
            "the account has not subscribed to the machine image",
            "accept the image's terms in AWS Marketplace, at the address in AWS's message, or choose another `image`",
        ),
        _ => return setting(refusal),
    };
    Some((kind, message.to_owned(), hint.to_owned()))
}

/// A refusal for the sake of one setting.
fn setting(refusal: Refusal) -> Option<(Kind, String, String)> {
    let (kind, message, hint) = match refusal {
        Refusal::VolumeTooSmall(Some(gib)) => (
            Kind::SettingInvalid,
            "the root volume is smaller than the machine image",
            &*format!("set `volume_gib` to {gib} or more"),
        ),
        Refusal::VolumeTooSmall(None) => (
            Kind::SettingInvalid,
            "the root volume is smaller than the machine image",
            "set `volume_gib` to at least the size in AWS's message",
        ),
        Refusal::ImageUnsuitable => (
            Kind::ImageUnsuitable,
            "the machine image does not run on the instance type",
            "choose another `image`, or another `instance_type`",
        ),
        Refusal::ImageMissing => (
            Kind::ImageMissing,
            "the machine image is gone, or not shared with the account",
            "choose another `image`, or leave it out for Amazon Linux 2023",
        ),
        Refusal::InstanceProfile => (
            Kind::SettingInvalid,
            "AWS does not accept the instance profile",
            "check that `instance_profile` is in this account and has a role; if it is new, wait a minute",
        ),
        Refusal::SecurityGroup => (
            Kind::SettingInvalid,
            "the security group cannot be used there",
            "check `security_group` and `subnet_id`: both must exist in the same VPC",
        ),
        Refusal::Subnet => {
            (Kind::SubnetMissing, "the subnet is gone", "check `subnet_id`, or leave it out for the default VPC")
        }
        Refusal::KeyPair => (
            Kind::KeyMissing,
            "the key pair is gone",
            "make it with `iac key create`, or use another one with `--key-name`",
        ),
        _ => return None,
    };
    Some((kind, message.to_owned(), hint.to_owned()))
}

#[cfg(test)]
mod tests {
    use iac_core::policy::Operation;

    use super::*;
    use crate::aws::{CallError, Failure};

    fn launch_error(code: &str, message: &str) -> LaunchError {
        let failure = match code {
            "OptInRequired" | "PendingVerification" => Failure::Account(message.to_owned()),
            _ => Failure::Refused(message.to_owned()),
        };
        let code = Some(code.to_owned());
        CallError { operation: Operation::RunInstances, failure, code, request_id: None }.into()
    }

    fn row(error: &Error) -> String {
        let lines = error.lines();
        let hints = lines.iter().filter(|(label, _)| *label == super::super::Label::Hint);
        let hints: Vec<&str> = hints.map(|(_, hint)| hint.as_str()).collect();
        format!("{} · {} · {}", error.kind().code(), error.message(), hints.join(" · "))
    }

    /// EC2's refusals of launches, in its own words, with what each becomes.
    #[test]
    fn every_refusal_of_a_launch_says_its_cause_and_what_helps() {
        let table = [
            (
                "InsufficientInstanceCapacity",
                "We currently do not have sufficient c6a.xlarge capacity in the Availability Zone you requested (us-east-1a).",
            ),
            ("InsufficientFreeAddressesInSubnet", "Not enough free addresses in subnet subnet-0123"),
            (
                "Unsupported",
                "Your requested instance type (c6a.xlarge) is not supported in your requested Availability Zone (us-east-1e). Please retry your request by not specifying an Availability Zone or choosing us-east-1a, us-east-1b.",
            ),
            (
                "Unsupported",
                "The requested configuration is currently not supported. Please check the documentation for supported configurations.",
            ),
            (
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
            ),
            ("VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of 32 allows"),
            ("VolumeLimitExceeded", "You have exceeded your maximum gp3 storage limit of 50 TiB in this region."),
            (
                "OptInRequired",
                "In order to use this AWS Marketplace product you need to accept terms and subscribe. To do so please visit https://aws.amazon.com/marketplace/pp?sku=abc",
            ),
            (
                "PendingVerification",
                "Your request for accessing resources in this region is being validated, and you will not be able to launch additional resources in this region until the validation is complete.",
            ),
            (
                "InvalidBlockDeviceMapping",
                "Volume of size 8GB is smaller than snapshot 'snap-0123', expect size >= 30GB",
            ),
            (
                "InvalidParameterValue",
                "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI.",
            ),
            ("InvalidAMIID.NotFound", "The image id '[ami-0123]' does not exist"),
            (
                "InvalidParameterValue",
                "Value (web) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
            ),
            ("InvalidParameter", "Security group sg-0123 and subnet subnet-0123 belong to different networks."),
            ("InvalidSubnetID.NotFound", "The subnet ID 'subnet-0123' does not exist"),
            ("InvalidKeyPair.NotFound", "The key pair 'dev' does not exist"),
            ("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."),
        ];
        let become_rows = table.iter().map(|(code, message)| {
            format!("{code}: {}", row(&refused_launch(launch_error(code, message), "c6a.xlarge", "us-east-1a")))
        });
        insta::assert_snapshot!(become_rows.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_refused_start_stays_in_its_zone() {
        let started = |code: &str| row(&refused_start(launch_error(code, "no"), "i-1", "c6a.xlarge", "us-east-1a"));
        let codes = ["InsufficientInstanceCapacity", "Unsupported", "VcpuLimitExceeded", "IncorrectInstanceState"];
        insta::assert_snapshot!(codes.map(started).join("\n"));
    }

    /// AWS's refusals for want of a right, with who can help.
    #[test]
    fn a_denial_names_who_can_allow_the_call() {
        let said = [
            "because no identity-based policy allows the ec2:RunInstances action",
            "with an explicit deny in an identity-based policy",
            "with an explicit deny in a service control policy",
            "because no permissions boundary allows the ec2:RunInstances action",
            "with an explicit deny in a session policy",
            "because no VPC endpoint policy allows the ec2:RunInstances action",
        ];
        let rows = said.map(|reason| {
            let message = format!("User: a is not authorized to perform: ec2:RunInstances on resource: b {reason}");
            let failure = Failure::Denied(message);
            let call = CallError { operation: Operation::RunInstances, failure, code: None, request_id: None };
            format!("{reason}\n  {}", row(&Error::from(call)))
        });
        insta::assert_snapshot!(rows.join("\n"));
    }
}
