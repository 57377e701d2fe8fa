//! What is expected of a document, from wherever it comes: flags, images, measurements, a receipt. Pure: it decides what
//! wins, and what a receipt may add.
//!
//! A receipt can only demand. What would let more pass, another root or an enclave in debug mode, is never taken from it.

use std::collections::BTreeMap;
use std::time::Duration;

use nitro::attestation::{Check, Expectations, ExpectationsError, Root};
use nitro::pcr::{Measurements, Pcr};

/// Expectations as they were said, which a receipt can keep and another run complete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) pcrs: BTreeMap<u8, Pcr>,
    pub(crate) instance_id: Option<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) nonce: Option<Vec<u8>>,
    pub(crate) user_data: Option<Vec<u8>>,
    pub(crate) public_key: Option<Vec<u8>>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) allow_debug: bool,
    /// AWS's, if it is none.
    pub(crate) root: Option<Root>,
}

/// The checks whose expectation was taken from a receipt.
pub(crate) type Taken = Vec<Check>;

const ROLE: u8 = 3;
const INSTANCE: u8 = 4;

impl Wanted {
    /// Expects a register to have this value.
    pub(crate) fn pcr(&mut self, index: u8, value: Pcr) -> Result<(), ExpectationsError> {
        match self.pcrs.insert(index, value) {
            Some(first) if first != value => Err(ExpectationsError::Conflict { index, first, second: value }),
            _ => Ok(()),
        }
    }

    /// Expects the image that was measured so.
    pub(crate) fn image(&mut self, measured: &Measurements) -> Result<(), ExpectationsError> {
        self.pcr(0, measured.pcr0)?;
        self.pcr(1, measured.pcr1)?;
        self.pcr(2, measured.pcr2)?;
        measured.pcr8.map_or(Ok(()), |pcr8| self.pcr(8, pcr8))
    }

    /// Gives the expectations that the library verifies by, unless they would prove nothing.
    pub(crate) fn build(&self) -> Result<Expectations, ExpectationsError> {
        let mut builder = Expectations::builder();
        for (index, value) in &self.pcrs {
            builder = builder.pcr(*index, *value);
        }
        if let Some(id) = &self.instance_id {
            builder = builder.instance(id);
        }
        if let Some(arn) = &self.role_arn {
            builder = builder.role(arn);
        }
        if let Some(nonce) = &self.nonce {
            builder = builder.nonce(nonce.clone());
        }
        if let Some(user_data) = &self.user_data {
            builder = builder.user_data(user_data.clone());
        }
        if let Some(public_key) = &self.public_key {
            builder = builder.public_key(public_key.clone());
        }
        if let Some(age) = self.max_age {
            builder = builder.maximum_age(age);
        }
        if self.allow_debug {
            builder = builder.allow_debug();
        }
        if let Some(root) = &self.root {
            builder = builder.root(root.clone());
        }
        builder.build()
    }

    /// The checks that these expectations lead to, beside those of every document.
    pub(crate) fn checks(&self) -> Taken {
        let age = self.max_age.map(|_| Check::Age);
        let bytes = [
            self.nonce.as_ref().map(|_| Check::Nonce),
            self.user_data.as_ref().map(|_| Check::UserData),
            self.public_key.as_ref().map(|_| Check::PublicKey),
        ];
        let registers = (0..=31).filter(|index| self.expects(*index)).map(Check::Register);
        age.into_iter().chain(registers).chain(bytes.into_iter().flatten()).collect()
    }

    fn expects(&self, index: u8) -> bool {
        self.pcrs.contains_key(&index)
            || (index == INSTANCE && self.instance_id.is_some())
            || (index == ROLE && self.role_arn.is_some())
    }

    /// Adds what a receipt expects and these do not say, and lists it.
    ///
    /// The receipt's age limit belongs to the time that it claims, so it is not taken here.
    pub(crate) fn complete(&mut self, receipt: &Self) -> Taken {
        let own = self.clone();
        self.pcrs.extend(receipt.pcrs.iter().filter(|(index, _)| !own.expects(**index)));
        if !own.expects(INSTANCE) {
            self.instance_id.clone_from(&receipt.instance_id);
        }
        if !own.expects(ROLE) {
            self.role_arn.clone_from(&receipt.role_arn);
        }
        for (own, receipt) in [
            (&mut self.nonce, &receipt.nonce),
            (&mut self.user_data, &receipt.user_data),
            (&mut self.public_key, &receipt.public_key),
        ] {
            if own.is_none() {
                own.clone_from(receipt);
            }
        }
        let said = own.checks();
        self.checks().into_iter().filter(|check| !said.contains(check)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pcr(byte: u8) -> Pcr {
        Pcr::from_bytes([byte; 48])
    }

    fn full() -> Wanted {
        Wanted {
            pcrs: BTreeMap::from([(0, pcr(1)), (5, pcr(6))]),
            instance_id: Some("i-1234567890abcdef0".to_owned()),
            role_arn: Some("arn:aws:iam::123456789012:role/Webserver".to_owned()),
            nonce: Some(vec![1]),
            user_data: Some(vec![2]),
            public_key: Some(vec![3]),
            max_age: Some(Duration::from_mins(5)),
            allow_debug: true,
            root: None,
        }
    }

    fn names(checks: &[Check]) -> String {
        checks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_receipt_adds_what_is_not_said_and_lets_nothing_more_pass() {
        let mut nothing = Wanted::default();
        let taken = nothing.complete(&full());
        assert_eq!(names(&taken), "pcr0 pcr3 pcr4 pcr5 nonce user_data public_key");
        assert_eq!(nothing, Wanted { max_age: None, allow_debug: false, ..full() });
    }

    #[test]
    fn what_is_said_wins_over_the_receipt() {
        let said =
            Wanted { pcrs: BTreeMap::from([(0, pcr(9)), (4, pcr(8))]), nonce: Some(vec![9]), ..Wanted::default() };
        let mut wanted = said.clone();
        assert_eq!(names(&wanted.complete(&full())), "pcr3 pcr5 user_data public_key");
        assert_eq!((wanted.pcrs[&0], wanted.pcrs[&4], &wanted.instance_id), (pcr(9), pcr(8), &None));
        assert_eq!(wanted.nonce, said.nonce);

        // And the other way round: a name that is typed wins over a value in the receipt.
        let mut named = Wanted { instance_id: Some("i-0bee92034f3d60691".to_owned()), ..Wanted::default() };
        let receipt = Wanted { pcrs: BTreeMap::from([(0, pcr(1)), (4, pcr(8))]), ..Wanted::default() };
        assert_eq!(names(&named.complete(&receipt)), "pcr0");
        assert!(named.build().is_ok());
    }

    #[test]
    fn one_register_has_one_value() {
        let mut wanted = full();
        assert_eq!(wanted.pcr(0, pcr(1)), Ok(()));
        let error = ExpectationsError::Conflict { index: 0, first: pcr(1), second: pcr(2) };
        assert_eq!(wanted.pcr(0, pcr(2)), Err(error));
        let measured = Measurements { pcr0: pcr(1), pcr1: pcr(2), pcr2: pcr(3), pcr8: Some(pcr(4)) };
        let mut image = Wanted::default();
        image.image(&measured).unwrap();
        assert_eq!(names(&image.checks()), "pcr0 pcr1 pcr2 pcr8");
    }

    #[test]
    fn everything_that_is_wanted_is_checked() {
        let built = full().build().unwrap();
        let wanted = format!("{built:?}");
        for part in
            ["0: Register", "3: Register", "4: Register", "5: Register", "nonce: Some([1])", "user_data: Some([2])"]
        {
            assert!(wanted.contains(part), "{part} in {wanted}");
        }
        for part in ["public_key: Some([3])", "maximum_age: Some(300s)", "allows_debug: true"] {
            assert!(wanted.contains(part), "{part} in {wanted}");
        }
        assert_eq!(Wanted::default().build(), Err(ExpectationsError::NoImage));
    }
}
