//! Configuration: the file and its mistakes, the four layers, credentials.

mod credentials;
mod file;
mod layers;
mod mistakes;
mod profiles;
mod writable;

use crate::harness::Laptop;

/// Where the file is looked for when nobody names one.
const PLACE: &str = ".config/bky/iac/config.toml";

/// A machine that reaches no AWS, with this configuration file.
fn with_file(content: &str) -> Laptop {
    let laptop = Laptop::offline();
    laptop.write(PLACE, content);
    laptop
}
