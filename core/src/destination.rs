//! Where a copied file or folder goes on an instance: what was typed, taken literally. Nothing in it is expanded, and it is
//! relative to the login user's home folder.

use thiserror::Error;

/// A place on an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The folder it goes into, in a form that no program takes for an option: it begins with `/` or `.`.
    pub folder: String,
    /// Its whole path, in the same form.
    pub path: String,
    /// Its whole path for people.
    pub shown: String,
}

/// Why there is no such place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DestinationError {
    /// Nothing was typed where a path was expected.
    #[error("the destination is empty")]
    Empty,
    /// What is copied has no name that could be kept.
    #[error("what is copied has no name to keep")]
    NoName,
}

impl Destination {
    /// Understands what was typed, if anything; `name` is the name of what is copied.
    ///
    /// A path that can only be a folder (it ends in `/`, `.` or `..`) keeps the name.
    pub fn of(typed: Option<&str>, name: Option<&str>) -> Result<Self, DestinationError> {
        let typed = typed.unwrap_or("./");
        if typed.is_empty() {
            return Err(DestinationError::Empty);
        }
        let (folder, last) = typed.rsplit_once('/').map_or((None, typed), |(folder, last)| (Some(folder), last));
        Ok(match last {
            "" => Self::within(Some(typed.trim_end_matches('/')), name.ok_or(DestinationError::NoName)?),
            "." | ".." => Self::within(Some(typed), name.ok_or(DestinationError::NoName)?),
            last => Self::within(folder, last),
        })
    }

    fn within(folder: Option<&str>, name: &str) -> Self {
        let folder = match folder {
            None => ".".to_owned(),
            Some("") => "/".to_owned(),
            Some(folder) if folder.starts_with('/') || folder == "." => folder.to_owned(),
            Some(folder) => format!("./{folder}"),
        };
        let path = if folder.ends_with('/') { format!("{folder}{name}") } else { format!("{folder}/{name}") };
        let shown = path.strip_prefix("./").unwrap_or(&path).to_owned();
        Self { folder, path, shown }
    }

    /// The folder for people.
    #[must_use]
    pub fn folder_shown(&self) -> &str {
        self.folder.strip_prefix("./").unwrap_or(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_taken_literally() {
        for (typed, folder, path, shown) in [
            (None, ".", "./f", "f"),
            (Some("g"), ".", "./g", "g"),
            (Some("~"), ".", "./~", "~"),
            (Some("-rf"), ".", "./-rf", "-rf"),
            (Some("~/g"), "./~", "./~/g", "~/g"),
            (Some("a b/*/g"), "./a b/*", "./a b/*/g", "a b/*/g"),
            (Some("-d/g"), "./-d", "./-d/g", "-d/g"),
            (Some("/g"), "/", "/g", "/g"),
            (Some("/srv/g"), "/srv", "/srv/g", "/srv/g"),
            (Some("./g"), ".", "./g", "g"),
            (Some(" "), ".", "./ ", " "),
            (Some("a\nb"), ".", "./a\nb", "a\nb"),
        ] {
            let expected = Destination { folder: folder.into(), path: path.into(), shown: shown.into() };
            assert_eq!(Destination::of(typed, Some("f")), Ok(expected), "{typed:?}");
        }
    }

    #[test]
    fn a_folder_keeps_the_name() {
        for (typed, folder, path) in [
            ("d/", "./d", "./d/f"),
            ("d//", "./d", "./d/f"),
            ("/", "/", "/f"),
            ("//", "/", "/f"),
            ("/srv/", "/srv", "/srv/f"),
            (".", ".", "./f"),
            ("./", ".", "./f"),
            ("..", "./..", "./../f"),
            ("d/.", "./d/.", "./d/./f"),
            ("d/..", "./d/..", "./d/../f"),
            ("~/", "./~", "./~/f"),
        ] {
            let destination = Destination::of(Some(typed), Some("f")).expect("a place");
            assert_eq!((destination.folder.as_str(), destination.path.as_str()), (folder, path), "{typed}");
            assert_eq!(Destination::of(Some(typed), None), Err(DestinationError::NoName));
        }
        assert_eq!(Destination::of(Some("g"), None).expect("a place").path, "./g");
        assert_eq!(Destination::of(Some(""), Some("f")), Err(DestinationError::Empty));
    }
}
