//! Prediction of PCR3 and PCR4, which say where an enclave runs: under which IAM role, on which instance. Apart from the
//! measurements of an image, because these hash a name that can be mistyped: a wrong one would predict a value that no
//! enclave ever shows, so what is plainly not such a name is refused.

use thiserror::Error;

use super::{Pcr, shortened};

/// Why a text cannot be what PCR3 or PCR4 is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// PCR3 wants `arn:PARTITION:iam::ACCOUNT:role/NAME`.
    #[error("an IAM role ARN looks like `arn:aws:iam::123456789012:role/NAME`, not `{}`", shortened(.0))]
    NotARoleArn(String),
    /// An instance profile holds a role, and only the role is measured.
    #[error(
        "PCR3 is taken from the role's ARN, not from that of the instance profile which holds it: `{}`",
        shortened(.0)
    )]
    InstanceProfileArn(String),
    /// PCR4 wants `i-` and 8 or 17 lower-case hexadecimal digits.
    #[error("an instance id looks like `i-1234567890abcdef0`, not `{}`", shortened(.0))]
    NotAnInstanceId(String),
}

/// Predicts PCR3 of every enclave on an instance whose role has this ARN: it is known before launch.
///
/// An instance without a role has an all-zero PCR3.
///
/// # Errors
///
/// If the text is not the ARN of an IAM role. Only its shape is checked: that the role exists, nobody here can know.
pub fn pcr3(role_arn: &str) -> Result<Pcr, IdentityError> {
    let parts: Vec<&str> = role_arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else {
        return Err(IdentityError::NotARoleArn(role_arn.to_owned()));
    };
    if resource.starts_with("instance-profile/") {
        return Err(IdentityError::InstanceProfileArn(role_arn.to_owned()));
    }
    let account_is_plausible = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let partition_is_plausible = partition == "aws" || partition.starts_with("aws-");
    if !(account_is_plausible && partition_is_plausible && is_role(resource)) {
        return Err(IdentityError::NotARoleArn(role_arn.to_owned()));
    }
    Ok(Pcr::of_identity(role_arn.as_bytes()))
}

/// Says whether this is `role/NAME` or `role/PATH/NAME`.
///
/// IAM allows any printable ASCII in a path and `[\w+=,.@-]{1,64}` as the name
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>).
fn is_role(resource: &str) -> bool {
    let Some(path_and_name) = resource.strip_prefix("role/") else { return false };
    let (path, name) = path_and_name.rsplit_once('/').unwrap_or(("", path_and_name));
    let name_is_valid = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
    (1..=64).contains(&name.len()) && name_is_valid && path.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Predicts PCR4 of every enclave on the instance with this id.
///
/// # Errors
///
/// If the text is not `i-` and 8 or 17 lower-case hexadecimal digits.
pub fn pcr4(instance_id: &str) -> Result<Pcr, IdentityError> {
    let digits = instance_id.strip_prefix("i-").unwrap_or_default();
    let is_valid = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !(is_valid && matches!(digits.len(), 8 | 17)) {
        return Err(IdentityError::NotAnInstanceId(instance_id.to_owned()));
    }
    Ok(Pcr::of_identity(instance_id.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two examples are AWS's own, from the page that the module of registers names.
    #[test]
    fn awss_published_examples_are_predicted() {
        assert_eq!(
            pcr3("arn:aws:iam::123456789012:role/Webserver").unwrap().to_string(),
            "78fce75db17cd4e0a3fb8dad3ad128ca5e77edbb2b2c7f75329dccd99aa5f6ef4fc1f1a452e315b9e98f9e312e6921e6"
        );
        assert_eq!(
            pcr4("i-1234567890abcdef0").unwrap().to_string(),
            "08f996b5d43e047a9eb51e7f548bfee7e164fd7dc8f65541f2ac09d6545ac812719327281c401a67a10fcba87ae79ce0"
        );
    }

    #[test]
    fn role_arns_of_other_partitions_and_with_paths_are_taken() {
        for arn in [
            "arn:aws-cn:iam::123456789012:role/a",
            "arn:aws-us-gov:iam::123456789012:role/service-role/path/A.b_c+=,@-1",
        ] {
            assert!(pcr3(arn).is_ok(), "{arn}");
        }
    }

    #[test]
    fn what_is_no_role_arn_is_refused() {
        for text in [
            "",
            "Webserver",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/path/",
            "arn:aws:iam::12345678901:role/Webserver",
            "arn:aws:iam::123456789012:user/Webserver",
            "arn:aws:iam:us-east-1:123456789012:role/Webserver",
            "arn:aws:sts::123456789012:assumed-role/Webserver/i-1234567890abcdef0",
            "arn:amazon:iam::123456789012:role/Webserver",
            " arn:aws:iam::123456789012:role/Webserver",
            "arn:aws:iam::123456789012:role/Webserver\n",
            "arn:aws:iam::123456789012:role/Web server",
        ] {
            assert_eq!(pcr3(text), Err(IdentityError::NotARoleArn(text.to_owned())));
        }
        let profile = "arn:aws:iam::123456789012:instance-profile/Webserver";
        assert_eq!(pcr3(profile), Err(IdentityError::InstanceProfileArn(profile.to_owned())));
    }

    #[test]
    fn instance_ids_old_and_new_are_taken_and_nothing_else() {
        assert!(pcr4("i-12345678").is_ok());
        for text in
            ["", "i-", "i-1234567", "i-1234567890abcdef", "i-1234567890ABCDEF0", "1234567890abcdef0", "i-1234567g"]
        {
            assert_eq!(pcr4(text), Err(IdentityError::NotAnInstanceId(text.to_owned())));
        }
    }
}
