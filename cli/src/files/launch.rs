//! `NAME.launch`: the mark of a launch that `instance create` has begun and not finished, with the launch's token.

use std::path::PathBuf;
use std::time::Duration;

use iac_core::launch::{LaunchToken, launch_marker_name};
use iac_core::name::InstanceName;

use super::whole::{self, Found};
use super::{FileError, SecretsFolder};

impl SecretsFolder {
    /// Reads the mark's text.
    pub(crate) fn launch(&self, name: &InstanceName) -> Result<Option<String>, FileError> {
        Ok(match whole::read(&self.launch_file(name))? {
            Found::File { content, .. } => Some(String::from_utf8_lossy(&content).into_owned()),
            Found::Nothing | Found::Other => None,
        })
    }

    /// How long ago the mark was written; `None` where there is none.
    pub(crate) fn launch_age(&self, name: &InstanceName) -> Result<Option<Duration>, FileError> {
        let path = self.launch_file(name);
        let modified = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
        match modified {
            // A time that lies ahead is that of a clock that was set back: the mark counts as new.
            Ok(time) => Ok(Some(time.elapsed().unwrap_or_default())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::new("look at", &path, error)),
        }
    }

    /// Marks a launch under this token as begun, in the place of an earlier mark.
    pub(crate) fn write_launch(&self, name: &InstanceName, token: &LaunchToken) -> Result<(), FileError> {
        whole::write(&self.launch_file(name), format!("{token}\n").as_bytes())
    }

    /// Removes the mark: the launch is finished, or has come to nothing.
    pub(crate) fn remove_launch(&self, name: &InstanceName) -> Result<(), FileError> {
        whole::remove(&self.launch_file(name))
    }

    fn launch_file(&self, name: &InstanceName) -> PathBuf {
        self.path().join(launch_marker_name(name))
    }
}

#[cfg(test)]
mod tests {
    use iac_core::launch::launch_token;

    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_whatever_the_name() {
        let base = tempfile::tempdir().unwrap();
        let folder = SecretsFolder::existing(base.path());
        for name in ["dev", "../../etc/dev", "größe *?\\ 'x\"", &"é".repeat(256)] {
            let name = InstanceName::parse(name).unwrap();
            assert_eq!(folder.launch(&name).unwrap(), None);
            for generation in [0, 1] {
                let token = launch_token("123456789012", "us-east-1", &name, generation);
                folder.write_launch(&name, &token).unwrap();
                let text = folder.launch(&name).unwrap().expect("it was written");
                assert_eq!(LaunchToken::parse(&text), Some(token));
            }
            folder.remove_launch(&name).unwrap();
            assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 0);
        }
    }
}
