//! `--pcr0` to `--pcr31`: thirty-two options of one kind, which `clap`'s derive cannot make from one field.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};
use nitro::pcr::Pcr;

/// The names of the options; a register's number is its place.
const NAMES: [&str; 32] = [
    "pcr0", "pcr1", "pcr2", "pcr3", "pcr4", "pcr5", "pcr6", "pcr7", "pcr8", "pcr9", "pcr10", "pcr11", "pcr12", "pcr13",
    "pcr14", "pcr15", "pcr16", "pcr17", "pcr18", "pcr19", "pcr20", "pcr21", "pcr22", "pcr23", "pcr24", "pcr25",
    "pcr26", "pcr27", "pcr28", "pcr29", "pcr30", "pcr31",
];

/// The options that help lists, with what each register is over; the last line stands for the others.
const LISTED: [(u8, &str); 4] = [
    (0, "Expected measurement of the whole image"),
    (1, "Expected measurement of the kernel, its command line and the first ramdisk"),
    (2, "Expected measurement of the other ramdisks: the application"),
    (8, "Expected measurement of the certificate that signed the image; any of --pcr0 to --pcr31 can be given"),
];

/// The registers that were typed, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct RegisterOptions(pub(crate) BTreeMap<u8, Pcr>);

impl Args for RegisterOptions {
    fn augment_args(command: Command) -> Command {
        (0..).zip(NAMES).fold(command, |command, (index, name)| command.arg(option(index, name)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn option(index: u8, name: &'static str) -> Arg {
    let option = Arg::new(name).long(name).value_name("HEX").value_parser(clap::value_parser!(Pcr));
    match LISTED.iter().find(|(listed, _)| *listed == index) {
        Some((_, help)) => option.help(*help),
        None => option.hide(true),
    }
}

impl FromArgMatches for RegisterOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let typed = (0..).zip(NAMES).filter_map(|(index, name)| Some((index, *matches.get_one(name)?)));
        Ok(Self(typed.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_register_has_its_option_and_no_other_has() {
        let parse = |name: String| {
            let command = RegisterOptions::augment_args(Command::new("test"));
            let matches = command.try_get_matches_from(["test", &name, &"ab".repeat(48)])?;
            RegisterOptions::from_arg_matches(&matches)
        };
        for index in 0..32 {
            let typed = parse(format!("--pcr{index}")).unwrap().0;
            assert_eq!(typed, BTreeMap::from([(index, Pcr::from_bytes([0xab; 48]))]));
        }
        assert!(parse("--pcr32".to_owned()).is_err());
    }
}
