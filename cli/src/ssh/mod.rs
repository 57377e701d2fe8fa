//! OpenSSH's programs, which do what they do better than we could: the user's agent, jump hosts and hardware keys work.

pub(crate) mod keygen;
