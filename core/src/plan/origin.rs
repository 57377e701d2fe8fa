//! What a plan warns of: an instance that was started from an image which no launch takes. Anybody who may set tags can give
//! an instance of his own the tags of an environment, and so have it taken for the one that `iac` made.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::observed::{ImageOwner, Instance, Observed};

/// A live instance that carries the environment's tag and was started from somebody's own image, where a launch takes one
/// of Amazon's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stranger {
    /// The instance's id.
    pub id: String,
    /// The image that it was started from.
    pub image: String,
    /// The account that owns the image, twelve digits.
    pub account: String,
}

/// Returns what is to be warned of. An image that AWS does not show any more says nothing.
#[must_use]
pub fn strangers(have: &Observed) -> Vec<Stranger> {
    have.own_instances().filter_map(|instance| Stranger::of(instance, &have.images)).collect()
}

impl Stranger {
    /// Returns what is to be warned of in one instance, given who owns its image.
    #[must_use]
    pub fn of(instance: &Instance, images: &BTreeMap<String, ImageOwner>) -> Option<Self> {
        let owner = images.get(&instance.image_id).filter(|owner| !owner.is_amazon && instance.state.is_live())?;
        Some(Self { id: instance.id.clone(), image: instance.image_id.clone(), account: owner.account.clone() })
    }

    /// Returns what was found.
    #[must_use]
    pub fn found(&self) -> String {
        let Self { id, image, account } = self;
        format!("instance {id} was started from image {image} of account {account}, not from one of Amazon's")
    }

    /// Returns what to do.
    #[must_use]
    pub fn mend(&self) -> String {
        let Self { id, image, .. } = self;
        format!(
            "if you launched it, set `image` to `{image}`; if not, somebody gave it your tags: do not use it, and ask who \
             made {id}"
        )
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.found(), self.mend())
    }
}
