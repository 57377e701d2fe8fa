//! Whole documents with what is known of them from elsewhere: a genuine one, and one of the test PKI in the form that
//! modules write now. Both pass for what they are and for nothing else.

use std::sync::LazyLock;

use nitro::{
    attestation::{Expectations, ExpectationsBuilder, Root, Timestamp},
    pcr::{Pcr, pcr4},
};

use super::{
    pki::{HOUR, Module, NOW, now, plans},
    writer::Payload,
};

/// A document that passes as of the time when it was made.
pub(crate) struct Sample {
    pub(crate) bytes: Vec<u8>,
    pub(crate) made: Timestamp,
    pub(crate) instance: &'static str,
    /// The last moment at which the leaf is valid.
    pub(crate) leaf_end: Timestamp,
    root: Root,
    image: [Pcr; 3],
}

/// The document of a real Nitro Secure Module, of January 2025: its payload is a map of definite length.
pub(crate) static GENUINE: LazyLock<Sample> = LazyLock::new(|| Sample {
    bytes: include_bytes!("../data/nitro-1.cose").to_vec(),
    made: Timestamp::from_milliseconds(1_736_179_625_472),
    instance: "i-0bee92034f3d60691",
    leaf_end: "2025-01-06T19:07:05Z".parse().unwrap(),
    root: Root::aws(),
    image: [
        "8bb159f202bb95d6d4d98e0e103918246cea734f1d57cd263e4fd56075ed53f6fa8c68854817a32749a241e11874c26b",
        "3b4a7e1b5f13c5a1000b3ed32ef8995ee13e9876329f9bc72650b918329ef9cf4e2e4d1e1e37375dab0ba56ba0974d03",
        "f4e86b12ad3df5f9fea962ff706c23ee190b463740a32f1a679a3cd1070a7731ddd83328fe3db5e8143ea94344b6fb95",
    ]
    .map(|pcr| pcr.parse().unwrap()),
});

/// A document of the test PKI whose payload is a map of indefinite length.
pub(crate) static INDEFINITE: LazyLock<Sample> = LazyLock::new(|| {
    let module = Module::new(plans());
    let instance = "i-1234567890abcdef0";
    let mut payload = Payload { indefinite: true, ..module.payload() };
    payload.pcrs[4].1 = data_encoding::HEXLOWER.decode(pcr4(instance).unwrap().to_string().as_bytes()).unwrap();
    Sample {
        bytes: module.document(&payload),
        made: now(),
        instance,
        leaf_end: Timestamp::from_milliseconds((NOW + HOUR).unsigned_abs() * 1000),
        root: Root::other("test", &module.certificates[0]).unwrap(),
        image: [1, 2, 3].map(|byte| Pcr::from_bytes([byte; 48])),
    }
});

/// Every sample.
pub(crate) fn all() -> [&'static Sample; 2] {
    [&GENUINE, &INDEFINITE]
}

impl Sample {
    /// Gives the known value of PCR0, 1 or 2.
    pub(crate) fn pcr(&self, index: usize) -> Pcr {
        self.image[index]
    }

    /// Expects nothing yet, under the root that this document stands under.
    pub(crate) fn under_its_root(&self) -> ExpectationsBuilder {
        Expectations::builder().root(self.root.clone())
    }

    /// Expects the image and the instance.
    pub(crate) fn expected(&self) -> ExpectationsBuilder {
        let image = (0..3)
            .fold(self.under_its_root(), |builder, index| builder.pcr(u8::try_from(index).unwrap(), self.pcr(index)));
        image.instance(self.instance)
    }
}
