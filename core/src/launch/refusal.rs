//! What EC2's refusal of a launch, or of a start, means: whether another zone may do it, and what would have to change.
//!
//! EC2 has a code for each, but `Unsupported`, `InvalidParameterValue` and a few more stand for many things, and only the
//! message tells them apart.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>

/// Why EC2 does not launch, or start, an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The zone has no capacity now.
    NoCapacity,
    /// The zone, or the subnet, will not do: it does not offer the type, or has no address left.
    Zone,
    /// The type, the image and what is asked of them do not go together.
    Combination,
    /// The token belongs to an instance that has been terminated: the next generation is free.
    TokenUsed,
    /// The token belongs to a launch that asked for something else.
    TokenMismatch,
    /// The account's quota of vCPUs is used up.
    Quota,
    /// The account's quota of volumes or of their size is used up.
    VolumeQuota,
    /// The image is a product that the account has not subscribed to.
    Subscription,
    /// The root volume is smaller than the image's snapshot, which has this many GiB where EC2 tells it.
    VolumeTooSmall(Option<u32>),
    /// The image runs on another architecture than the type, or not on it at all.
    ImageUnsuitable,
    /// The image is gone, or not for this account.
    ImageMissing,
    /// There is no such instance profile, or it holds no role.
    InstanceProfile,
    /// The security group is gone, or of another VPC than the subnet.
    SecurityGroup,
    /// The subnet is gone.
    Subnet,
    /// The key pair is gone.
    KeyPair,
    /// Something else, of which the message alone tells.
    Other,
}

impl Refusal {
    /// Reads EC2's code and message.
    #[must_use]
    pub fn of(code: &str, message: &str) -> Self {
        let message = message.to_ascii_lowercase();
        let says = |words: &str| message.contains(words);
        match code {
            "InsufficientInstanceCapacity"
            | "InsufficientHostCapacity"
            | "InsufficientCapacity"
            | "InsufficientVolumeCapacity"
            | "UnfulfillableCapacity" => Self::NoCapacity,
            "InsufficientFreeAddressesInSubnet" | "VolumeTypeNotAvailableInZone" => Self::Zone,
            "Unsupported" if says("availability zone") => Self::Zone,
            "Unsupported" | "UnsupportedOperation" | "InvalidInstanceType" => Self::Combination,
            "IdempotentInstanceTerminated" => Self::TokenUsed,
            "IdempotentParameterMismatch" => Self::TokenMismatch,
            "VcpuLimitExceeded" | "InstanceLimitExceeded" | "MaxSpotInstanceCountExceeded" => Self::Quota,
            "VolumeLimitExceeded" | "MaxIOPSLimitExceeded" => Self::VolumeQuota,
            "OptInRequired" => Self::Subscription,
            "InvalidBlockDeviceMapping" if says("smaller than snapshot") => Self::VolumeTooSmall(size(&message)),
            "InvalidAMIID.NotFound" | "InvalidAMIID.Malformed" | "InvalidAMIID.Unavailable" => Self::ImageMissing,
            "InvalidGroup.NotFound" | "InvalidGroupId.Malformed" => Self::SecurityGroup,
            "InvalidSubnetID.NotFound" | "InvalidSubnetID.Malformed" => Self::Subnet,
            "InvalidKeyPair.NotFound" => Self::KeyPair,
            code if code.starts_with("InvalidParameter") => Self::of_parameter(&message),
            _ => Self::Other,
        }
    }

    /// What a message of `InvalidParameterValue`, `InvalidParameterCombination` or `InvalidParameter` is about.
    fn of_parameter(message: &str) -> Self {
        let says = |words: &str| message.contains(words);
        if says("architecture") || says("boot mode") || (says("image") && says("instance type")) {
            Self::ImageUnsuitable
        } else if says("iaminstanceprofile") || says("instance profile") {
            Self::InstanceProfile
        } else if says("different networks") || says("security group") {
            Self::SecurityGroup
        } else if says("instance type") || says("enclave") {
            Self::Combination
        } else {
            Self::Other
        }
    }

    /// Whether it is certain that nothing was launched, now or by an earlier call with the same token.
    #[must_use]
    pub fn is_certain(self) -> bool {
        !matches!(self, Self::TokenUsed | Self::TokenMismatch | Self::Other)
    }

    /// Whether another zone may launch what this one does not.
    #[must_use]
    pub fn another_zone(self) -> bool {
        // EC2 also answers `Unsupported`, without a word of zones, where a zone lacks the type.
        matches!(self, Self::NoCapacity | Self::Zone | Self::Combination)
    }
}

/// The size in `expect size >= 30gb`.
fn size(message: &str) -> Option<u32> {
    let (_, size) = message.split_once("expect size")?;
    let digits = size.trim_start_matches(|character: char| !character.is_ascii_digit());
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_depends_on_the_zone_is_tried_in_another() {
        let elsewhere = |code: &str, message: &str| Refusal::of(code, message).another_zone();
        assert!(elsewhere("InsufficientInstanceCapacity", ""));
        assert!(elsewhere("InsufficientFreeAddressesInSubnet", ""));
        assert!(elsewhere("Unsupported", "The requested configuration is currently not supported."));
        for code in ["OptInRequired", "VcpuLimitExceeded", "InvalidBlockDeviceMapping", "InvalidAMIID.NotFound", "new"]
        {
            assert!(!elsewhere(code, ""), "{code}");
        }
    }

    #[test]
    fn the_size_that_a_volume_needs_is_read() {
        let of = |message: &str| Refusal::of("InvalidBlockDeviceMapping", message);
        let message = "Volume of size 8GB is smaller than snapshot 'snap-0123', expect size >= 30GB";
        assert_eq!(of(message), Refusal::VolumeTooSmall(Some(30)));
        let without = "Volume of size 8GB is smaller than snapshot 'snap-0123'";
        assert_eq!(of(without), Refusal::VolumeTooSmall(None));
        assert_eq!(of("Volume is smaller than snapshot, expect size >= 99999999999GB"), Refusal::VolumeTooSmall(None));
        assert_eq!(of("Invalid device name /dev/xvda"), Refusal::Other);
    }
}
