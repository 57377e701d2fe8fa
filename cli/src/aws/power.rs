//! Stopping and starting: the two requests, and the state that EC2 says follows.

use aws_sdk_ec2::operation::start_instances::StartInstancesInput;
use aws_sdk_ec2::operation::stop_instances::StopInstancesInput;
use aws_sdk_ec2::types::InstanceStateChange;
use iac_core::observed::InstanceState;
use iac_core::policy::Operation;

use super::client::Aws;
use super::error::CallError;

impl Aws {
    /// Asks AWS to stop an instance and returns the state it then has.
    ///
    /// # Errors
    /// `IncorrectInstanceState` where it is in a state from which it cannot be stopped.
    pub(crate) async fn stop(&self, id: &str) -> Result<InstanceState, CallError> {
        let answer = StopInstancesInput::builder().instance_ids(id).send_with(&self.ec2).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        state_after(Operation::StopInstances, id, answer.stopping_instances)
    }

    /// Asks AWS to start an instance and returns the state it then has.
    ///
    /// # Errors
    /// `InsufficientInstanceCapacity` where its zone has no room for its type now; a stopped instance stays in its zone.
    pub(crate) async fn start(&self, id: &str) -> Result<InstanceState, CallError> {
        let answer = StartInstancesInput::builder().instance_ids(id).send_with(&self.ec2).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        state_after(Operation::StartInstances, id, answer.starting_instances)
    }
}

/// The state that an answer says this instance has now.
pub(super) fn state_after(
    operation: Operation,
    id: &str,
    changes: Option<Vec<InstanceStateChange>>,
) -> Result<InstanceState, CallError> {
    let change = changes.unwrap_or_default().into_iter().find(|change| change.instance_id() == Some(id));
    let state = change.and_then(|change| change.current_state).and_then(|state| state.name);
    let state = state.ok_or_else(|| CallError::answer(operation, format!("the answer says nothing of {id}")))?;
    Ok(InstanceState::from(state.as_str()))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{self, InstanceStateName};

    use super::*;

    fn change(id: &str, state: InstanceStateName) -> InstanceStateChange {
        let state = types::InstanceState::builder().name(state).build();
        InstanceStateChange::builder().instance_id(id).current_state(state).build()
    }

    #[test]
    fn the_state_is_that_of_the_instance_that_was_asked_about() {
        let changes = vec![change("i-1", InstanceStateName::Pending), change("i-2", InstanceStateName::Running)];
        assert_eq!(
            state_after(Operation::StartInstances, "i-2", Some(changes.clone())).unwrap(),
            InstanceState::Running
        );
        assert!(state_after(Operation::StartInstances, "i-3", Some(changes)).is_err());
        assert!(state_after(Operation::StartInstances, "i-1", None).is_err());
    }
}
