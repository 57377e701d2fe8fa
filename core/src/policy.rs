//! The rights this tool needs: which IAM actions each call to AWS asks for, which calls each command makes, and the least
//! policy that allows them.
//!
//! One table, [`Operation`], holds every call. The tool's AWS layer ties each of its requests to a row of it, so that a
//! call without its rights does not compile.

mod command;
mod denial;
mod document;
mod operation;
mod parts;
mod right;
mod scope;

pub use command::{COMMANDS, operations_of};
pub use denial::Denial;
pub use document::{Policy, Statement, policy};
pub use operation::Operation;
pub use parts::LONGEST;
pub use right::{Action, Condition, Resource, Right};
pub use scope::{LaunchImage, Scope};
