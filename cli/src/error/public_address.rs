//! What it means to a person that this machine's public address is not known.

use super::aws::certificates;
use super::{Error, Kind};
use crate::aws::PublicAddressError;

impl From<PublicAddressError> for Error {
    fn from(error: PublicAddressError) -> Self {
        if let PublicAddressError::Certificates(trust) = &error {
            let hint = certificates(trust);
            return Self::new(Kind::CertificatesMissing, "no server can be trusted").cause(error).hint(hint);
        }
        Self::new(Kind::AddressUnknown, "this machine's public address cannot be found out")
            .cause(error)
            .hint("set `ssh_from` (or `--ssh-from`) to the networks that may use SSH, such as `203.0.113.0/24`")
    }
}
