//! The names of the checks, as `doctor` prints them.

/// Those of the files here.
pub(super) const CREDENTIALS_FILE: &str = "credentials file";
pub(super) const SECRETS_FOLDER: &str = "secrets folder";
pub(super) const PRIVATE_KEY: &str = "private key";

/// Those of the checks at AWS.
pub(super) const CLOCK: &str = "clock";
pub(super) const CREDENTIALS: &str = "credentials";
pub(super) const NETWORK: &str = "network";
pub(super) const GROUP: &str = "security group";
pub(super) const INSTANCE_TYPE: &str = "instance type";
pub(super) const QUOTA: &str = "quota";
pub(super) const SSH: &str = "ssh";
pub(super) const RIGHTS: &str = "rights";
/// Shown only where they find something.
pub(super) const IMAGE: &str = "machine image";
pub(super) const HOST_KEYS: &str = "host keys";
/// All of them that are always shown, in order.
pub(super) const NAMES: [&str; 8] = [CLOCK, CREDENTIALS, RIGHTS, NETWORK, GROUP, INSTANCE_TYPE, QUOTA, SSH];
