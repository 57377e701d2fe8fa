//! What an image says of itself in its metadata section. Nothing of it is measured: it can be changed without any PCR
//! changing, so it is a hint and never proof.

use serde::{Deserialize, Serialize};

/// The largest metadata section that is read, in bytes: 256 KiB. nitro-cli takes at most 4 KiB from the user and adds
/// what `docker inspect` says of the image.
pub const MAX_METADATA: u64 = 256 * 1024;

/// The metadata section, which is JSON (source: `EifIdentityInfo` in AWS's `aws-nitro-enclaves-image-format`).
///
/// Unmeasured, hence unproven: whoever has the file can write anything here.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Metadata {
    /// Name given to the image, by default that of the Docker image.
    pub image_name: String,
    /// Version given to the image, by default the tag of the Docker image.
    pub image_version: String,
    /// With what and when the image was built.
    pub build_metadata: BuildMetadata,
    /// What `docker inspect` said of the Docker image.
    pub docker_info: serde_json::Value,
    /// What the builder wished to add, by default `null`.
    pub custom_metadata: serde_json::Value,
}

/// With what and when an image was built (source: `EifBuildInfo` in AWS's `aws-nitro-enclaves-image-format`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BuildMetadata {
    /// Time as text, RFC 3339 where nitro-cli wrote it.
    pub build_time: String,
    /// Name of the tool, such as `nitro-cli`.
    pub build_tool: String,
    /// Its version.
    pub build_tool_version: String,
    /// Operating system of the kernel, such as `Linux`.
    pub operating_system: String,
    /// Version of the kernel.
    pub kernel_version: String,
}
