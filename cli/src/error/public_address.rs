//! What it means to a person that this machine's public address is not known.

use super::{Error, Kind};
use crate::aws::PublicAddressError;

impl From<PublicAddressError> for Error {
    fn from(error: PublicAddressError) -> Self {
        Self::new(Kind::AddressUnknown, "this machine's public address cannot be found out")
            .cause(error)
            .hint("set `ssh_from` (or `--ssh-from`) to the networks that may use SSH, such as `203.0.113.0/24`")
    }
}
