//! What no parent changes: the least an enclave needs, what its image asks for, and how many there can be.

use nitro::sizing::{Demand, DemandError, least_memory_mib};
use proptest::prelude::*;

#[test]
fn the_least_of_everything_is_enough_and_one_less_is_said() {
    assert_eq!(Demand::new(0, 64), Err(DemandError::NoCpu));
    assert_eq!(Demand::new(1, 50), Err(DemandError::TooLittleMemory { missing_mib: 14 }));
    let least = Demand::new(1, 64).unwrap();
    assert_eq!(least.times(0), Err(DemandError::NoEnclave));
    assert_eq!(least.times(4).map(|demand| demand.enclaves()), Ok(4));
    assert_eq!(least.times(6), Err(DemandError::TooManyEnclaves { surplus: 2 }));
}

#[test]
fn an_image_needs_four_times_its_size() {
    const MIB: u64 = 1024 * 1024;
    let sizes = [0, 1, 16 * MIB, 16 * MIB + 1, 300 * MIB, u64::MAX];
    assert_eq!(sizes.map(least_memory_mib), [64, 64, 64, 65, 1200, 1 << 46]);
    let demand = Demand::new(2, 1000).unwrap();
    assert_eq!(demand.of_image(250 * MIB), Ok(demand));
    let error = demand.of_image(250 * MIB + 1).unwrap_err();
    assert_eq!(error, DemandError::ImageTooLarge { needed_mib: 1001, missing_mib: 1 });
    insta::assert_snapshot!(error, @"an enclave of this image needs at least 1001 MiB, four times its size: 1 MiB too few");
}

proptest! {
    #[test]
    fn no_less_memory_would_do_for_an_image(size in 0..1_u64 << 50) {
        let mib = least_memory_mib(size);
        let holds = |mib: u64| u128::from(mib) * 1024 * 1024 >= 4 * u128::from(size);
        prop_assert!(holds(mib) && (mib == 64 || !holds(mib - 1)));
    }
}
