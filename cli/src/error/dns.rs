//! Why a name is not made to lead anywhere, and what to do about it.

use iac_core::dns::{DnsRefusal, ZoneError};

use super::{Error, Kind};

impl From<ZoneError> for Error {
    fn from(error: ZoneError) -> Self {
        let message = error.to_string();
        match error {
            ZoneError::None(_) => Self::new(Kind::ZoneMissing, message)
                .hint("check `fqdn`, or make a public hosted zone with `aws route53 create-hosted-zone`"),
            ZoneError::Ambiguous { zones } => {
                let error = Self::new(Kind::ZoneAmbiguous, message);
                let error =
                    zones.iter().fold(error, |error, zone| error.cause(format!("`{}` is {}", zone.name, zone.id)));
                error.hint("the rest of the world uses only one of them: delete the others, or choose another `fqdn`")
            }
        }
    }
}

impl From<DnsRefusal> for Error {
    fn from(refusal: DnsRefusal) -> Self {
        let error = Self::new(Kind::RecordNotOurs, refusal.to_string());
        match refusal {
            DnsRefusal::Routed { .. } => error.hint("change it where it was made, or choose another `fqdn`"),
            DnsRefusal::NotOurs { .. } | DnsRefusal::OtherEnvironment { .. } => {
                error.hint("choose another `fqdn`; only if the record may be lost, add `--force`")
            }
        }
    }
}
