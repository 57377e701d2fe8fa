//! iac: AWS Nitro Enclave hosts from a terminal.

fn main() {}
