//! In which hosted zone a name belongs: the public one with the longest name that it lies in. Two zones of one name are
//! answered by different servers, of which the world asks only one, so that is an error and no choice.

use serde::Serialize;
use thiserror::Error;

use super::Fqdn;

/// A public hosted zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Zone {
    /// Its id without a path, `Z…`.
    pub id: String,
    /// Its name, in lower case and without a dot at its end.
    pub name: String,
}

/// Why a name has no zone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ZoneError {
    /// No public hosted zone of the account holds it.
    #[error("no public hosted zone of this account holds `{0}`")]
    None(Fqdn),
    /// Several zones have the name that fits.
    #[error("{} public hosted zones are named `{}`", zones.len(), zones[0].name)]
    Ambiguous {
        /// The zones; never fewer than two.
        zones: Vec<Zone>,
    },
}

/// Chooses the zone of a name among all public zones of the account.
pub fn choose_zone(fqdn: &Fqdn, zones: &[Zone]) -> Result<Zone, ZoneError> {
    let holding = zones.iter().filter(|zone| fqdn.is_within(&zone.name));
    let Some(longest) = holding.clone().map(|zone| zone.name.len()).max() else {
        return Err(ZoneError::None(fqdn.clone()));
    };
    let mut best: Vec<Zone> = holding.filter(|zone| zone.name.len() == longest).cloned().collect();
    match best.len() {
        1 => Ok(best.remove(0)),
        _ => Err(ZoneError::Ambiguous { zones: best }),
    }
}

/// Returns the names that a zone of this name can have, longest first: the name itself and each domain above it.
#[must_use]
pub fn zone_candidates(fqdn: &Fqdn) -> Vec<&str> {
    let name = fqdn.as_str();
    std::iter::once(name).chain(name.match_indices('.').map(|(dot, _)| &name[dot + 1..])).collect()
}
