//! Sizing: whether an instance type can be the parent of the wanted enclaves, and what its allocator must set aside.
//!
//! A [`Demand`] says what enclaves need, a [`Parent`] what an instance type has. [`Demand::fit`] answers with the
//! [`Allocation`] to write into the allocator's file, or with every [`Refusal`], each a rule and by how much it is missed.
//!
//! | rule | source |
//! | --- | --- |
//! | the type supports enclaves, and is a virtual instance rather than bare metal | [requirements] |
//! | it runs code of the image's architecture | [requirements] |
//! | enclaves get whole cores: CPUs in multiples of the threads that share one | [options] |
//! | the parent keeps at least one whole core, the one of CPU 0: two vCPUs with SMT, one without | [several] |
//! | an enclave has at least 64 MiB | [driver] |
//! | an enclave has at least four times the size of its image | nitro-cli, error E26 |
//! | memory is set aside in huge pages, the smallest of which has 2 MiB | [driver] |
//! | at most four enclaves run on one parent | [several] |
//! | the parent keeps 512 MiB and a sixteenth of the memory | ours, see [`Parent::own_memory_mib`] |
//!
//! EC2 does not tell how many NUMA nodes a type has, and enclaves get cores and memory of one node: on a type with several
//! nodes the allocator can refuse what fits here, which only the host itself can say.
//!
//! Several enclaves get whole GiB each. The allocator takes the largest pages first, so that 3 × 512 MiB become one
//! page of 1 GiB and 256 of 2 MiB; nitro-cli gives the small ones to the first enclave, the large one to the second, and
//! nothing is left for the third (error E27).
//!
//! ```
//! use nitro::sizing::{Architecture, Demand, Parent};
//!
//! let demand = Demand::new(2, 1024)?.on(Architecture::X86_64);
//! let c6a_xlarge = Parent {
//!     vcpus: 4,
//!     cores: Some(2),
//!     threads_per_core: Some(2),
//!     memory_mib: 8192,
//!     architectures: vec![Architecture::X86_64],
//!     supports_enclaves: true,
//!     bare_metal: false,
//! };
//! let allocation = demand.fit(&c6a_xlarge).expect("two of its four vCPUs are free");
//! assert_eq!((allocation.cpu_count, allocation.memory_mib, allocation.parent_vcpus), (2, 1024, 2));
//! # Ok::<(), nitro::sizing::DemandError>(())
//! ```
//!
//! [requirements]: https://docs.aws.amazon.com/enclaves/latest/user/nitro-enclave.html#nitro-enclave-reqs
//! [options]: https://docs.aws.amazon.com/enclaves/latest/user/cmd-nitro-run-enclave.html
//! [several]: https://docs.aws.amazon.com/enclaves/latest/user/multiple-enclaves.html
//! [driver]: https://docs.kernel.org/virt/ne_overview.html

mod demand;
mod fit;
mod parent;
mod refusal;

pub use self::{
    demand::{Demand, DemandError, LEAST_MEMORY_MIB, MOST_ENCLAVES, least_memory_mib},
    fit::Allocation,
    parent::Parent,
    refusal::{Refusal, Rule},
};
pub use crate::eif::Architecture;
