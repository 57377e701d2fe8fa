//! What AWS shows, in our own types. The SDK's types stop at the door of the program; everything behind it decides and
//! prints by these. Serialised, they are the JSON that commands print, in this order of fields.

mod instance;
mod key_pair;
mod security_group;
mod volume;
mod world;

pub use instance::{Architecture, Instance, InstanceState, InstanceType};
pub use key_pair::{KeyFile, KeyKind, KeyPair, ListedKeyPair};
pub use security_group::{IngressRule, SecurityGroup, Source};
pub use volume::Volume;
pub use world::{ImageOwner, Observed, ObservedKey};
