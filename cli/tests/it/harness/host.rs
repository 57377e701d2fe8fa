//! An instance that answers SSH, as `iac` itself makes it, and what is in the home folder there.

use std::path::{Path, PathBuf};

use super::laptop::Laptop;

/// A machine whose instance is up.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) laptop: Laptop,
    pub(crate) id: String,
    /// The login user's home folder, which lies on the machine the tests run on.
    pub(crate) home: PathBuf,
}

impl Host {
    /// Makes the key pair, the group and the instance, without what makes it ready, and waits until SSH answers.
    pub(crate) fn new() -> Self {
        Self::on(Laptop::new())
    }

    /// The same for a machine that is there.
    pub(crate) fn on(laptop: Laptop) -> Self {
        let id = launched(&laptop, &["--no-setup"]);
        let home = laptop.iac(["deploy", "run", "pwd"]).ok().json()["stdout"].as_str().unwrap().trim_end().into();
        Self { laptop, id, home }
    }

    /// What is in a folder of the instance, the hidden too, without OpenSSH's own.
    pub(crate) fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let entries = std::fs::read_dir(self.home.join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != ".ssh").collect();
        names.sort();
        names
    }

    /// Runs `iac` with `words` and demands quiet success.
    pub(crate) fn ok(&self, words: &[&str]) {
        let _ = self.laptop.iac(words).ok();
    }
}

/// Makes the key pair and the group, launches an instance and returns its id.
pub(crate) fn launched(laptop: &Laptop, options: &[&str]) -> String {
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    let words = ["instance", "create"].iter().chain(options);
    laptop.iac(words).ok().json()["id"].as_str().unwrap().to_owned()
}
