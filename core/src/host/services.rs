//! The services of a host, and what `systemctl show` says of them.

use super::Wanted;

/// Sets processors and memory aside for enclaves.
pub const ALLOCATOR: &str = "nitro-enclaves-allocator.service";
/// Builds the images that enclaves are made from.
pub const DOCKER: &str = "docker.service";
/// Lets enclaves reach KMS.
pub const VSOCK_PROXY: &str = "nitro-enclaves-vsock-proxy.service";

/// What systemd says of one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its name, such as `docker.service`.
    pub name: String,
    /// `active`, `inactive`, `failed`, …
    pub active: String,
    /// `enabled`, `disabled`, … and nothing where there is no such unit.
    pub enabled: String,
}

impl Unit {
    /// Tells whether it runs, and will after the next boot.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.active == "active" && self.enabled == "enabled"
    }
}

/// Returns the services that must run, in the order in which they are started.
#[must_use]
pub fn services(wanted: &Wanted) -> Vec<&'static str> {
    match (&wanted.enclaves, wanted.kms) {
        (None, _) => vec![],
        (Some(_), false) => vec![DOCKER, ALLOCATOR],
        (Some(_), true) => vec![DOCKER, ALLOCATOR, VSOCK_PROXY],
    }
}

/// Reads `systemctl show --property=Id,ActiveState,UnitFileState`: a paragraph for each unit.
#[must_use]
pub fn units(shown: &str) -> Vec<Unit> {
    let read = shown.split("\n\n").map(|paragraph| {
        let mut unit = Unit::default();
        for (key, value) in paragraph.lines().filter_map(|line| line.split_once('=')) {
            let field = match key {
                "Id" => &mut unit.name,
                "ActiveState" => &mut unit.active,
                "UnitFileState" => &mut unit.enabled,
                _ => continue,
            };
            value.clone_into(field);
        }
        unit
    });
    read.filter(|unit| !unit.name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_units() {
        let shown = "Id=docker.service\nActiveState=active\nUnitFileState=enabled\n\n\
                     ActiveState=inactive\nUnitFileState=\nId=x.service\nOther=1\n";
        let read = units(shown);
        assert_eq!(
            read.iter().map(|unit| (&*unit.name, unit.is_up())).collect::<Vec<_>>(),
            [("docker.service", true), ("x.service", false)]
        );
        assert_eq!(units(""), vec![]);
    }
}
