//! Faults at every call of every command: whatever goes wrong between `iac` and AWS, the command ends well or says
//! clearly why not, makes nothing twice, and leaves nothing that the next run, or the deletion, does not clean up.
//!
//! `job` says what a command starts from and what holds when it is done; the other files break its calls.

mod environment;
mod for_good;
mod interrupt;
mod job;
mod jobs;
mod once;
mod rounds;
