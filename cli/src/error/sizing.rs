//! What it means to a person that an enclave as wanted runs nowhere.

use nitro::sizing::DemandError;

use super::{Error, Kind};

impl From<DemandError> for Error {
    fn from(error: DemandError) -> Self {
        let new = Self::new(Kind::SettingInvalid, error.to_string());
        match error {
            DemandError::ImageTooLarge { needed_mib, .. } => {
                new.hint(format!("set `--memory-mib` to {needed_mib} or more, or leave it out"))
            }
            DemandError::TooManyEnclaves { .. } => new.hint("spread the enclaves over several instances"),
            _ => new.hint("check `cpu_count` and `memory_mib` below `[iac.enclave]`"),
        }
    }
}
