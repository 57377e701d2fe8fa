//! The deletion of a group: it waits for the network interfaces of ending instances, and for nothing else.

use std::time::Duration;

use super::titled;
use super::users::{Users, users};
use crate::aws::{Group, is_group_unknown};
use crate::error::{Error, Kind, Result};
use crate::work::Session;
use crate::work::patience::{Look, Patience, timed_out};

/// How long an interface without an instance may still be on its way out.
const LOOSE_FOR: Duration = Duration::from_secs(30);

/// Deletes a group as soon as only what passes by itself uses it.
pub(crate) async fn until_gone(session: &Session<'_>, group: &Group, timeout: Duration) -> Result<()> {
    let looseness = Patience::new(LOOSE_FOR.min(timeout));
    let ask = async |_: &_| {
        session.interrupt.check()?;
        let users = match session.aws.delete_security_group(&group.id).await {
            Ok(()) => return Ok(Look::Found(())),
            // It is gone by an earlier attempt, or it is so new that not every part of EC2 knows it.
            Err(error) if is_group_unknown(&error) => match session.aws.security_group(&group.id).await? {
                None => return Ok(Look::Found(())),
                Some(_) => Users::default(),
            },
            Err(error) if error.is("DependencyViolation") => users(&session.aws, &group.id).await?,
            Err(error) => return Err(error.into()),
        };
        let blocking = users.blocking(looseness.is_over());
        if !blocking.is_empty() {
            let error = in_use(group, &blocking);
            // Whoever planned the deletion has seen no instance in the group that stays.
            return Err(if users.has_live_instance() { error.moved() } else { error });
        }
        let late = timed_out(&format!("{} to be free", titled(group)));
        Ok(Look::NotYet(Err(users.passing().iter().fold(late, Error::cause))))
    };
    Patience::new(timeout).until(session, ask).await
}

fn in_use(group: &Group, blocking: &[String]) -> Error {
    let error = Error::new(Kind::GroupInUse, format!("{} is in use", titled(group)));
    blocking
        .iter()
        .fold(error, Error::cause)
        .hint("end or change what uses it (instances with `iac instance terminate`), then run the command again")
}
