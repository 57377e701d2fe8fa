//! The documents under `tests/data`, with what is known of them from elsewhere.

use nitro::{
    attestation::{Expectations, ExpectationsBuilder, Timestamp},
    pcr::Pcr,
};

/// A document of a real Nitro Secure Module.
pub(crate) struct Genuine {
    pub(crate) bytes: &'static [u8],
    pub(crate) made: Timestamp,
    pub(crate) instance: &'static str,
    /// The end of the leaf's validity.
    pub(crate) leaf_end: &'static str,
    image: [&'static str; 3],
}

pub(crate) const GENUINE: [Genuine; 2] = [
    Genuine {
        bytes: include_bytes!("../data/nitro-1.cose"),
        made: Timestamp::from_milliseconds(1_736_179_625_472),
        instance: "i-0bee92034f3d60691",
        leaf_end: "2025-01-06T19:07:05Z",
        image: [
            "8bb159f202bb95d6d4d98e0e103918246cea734f1d57cd263e4fd56075ed53f6fa8c68854817a32749a241e11874c26b",
            "3b4a7e1b5f13c5a1000b3ed32ef8995ee13e9876329f9bc72650b918329ef9cf4e2e4d1e1e37375dab0ba56ba0974d03",
            "f4e86b12ad3df5f9fea962ff706c23ee190b463740a32f1a679a3cd1070a7731ddd83328fe3db5e8143ea94344b6fb95",
        ],
    },
    Genuine {
        bytes: include_bytes!("../data/nitro-2.cose"),
        made: Timestamp::from_milliseconds(1_734_075_478_960),
        instance: "i-0f1cd77d37fd8bcc9",
        leaf_end: "2024-12-13T08:57:45Z",
        image: [
            "189038eccf28a3a098949e402f3b3d86a876f4915c5b02d546abb5d8c507ceb1755b8192d8cfca66e8f226160ca4c7a6",
            "5d3938eb05288e20a981038b1861062ff4174884968a39aee5982b312894e60561883576cc7381d1a7d05b809936bd16",
            "6c3ef363c488a9a86faa63a44653fd806e645d4540b40540876f3b811fc1bceecf036a4703f07587c501ee45bb56a1aa",
        ],
    },
];

impl Genuine {
    /// Gives the published value of PCR0, 1 or 2.
    pub(crate) fn pcr(&self, index: usize) -> Pcr {
        self.image[index].parse().unwrap()
    }

    /// Expects the image and the instance.
    pub(crate) fn expected(&self) -> ExpectationsBuilder {
        let image = (0..3)
            .fold(Expectations::builder(), |builder, index| builder.pcr(u8::try_from(index).unwrap(), self.pcr(index)));
        image.instance(self.instance)
    }
}

/// A well-formed document under a root that is not AWS's.
pub(crate) const OTHER_ROOT: &[u8] = include_bytes!("../data/other-root.cose");
