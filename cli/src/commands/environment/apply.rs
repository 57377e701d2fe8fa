//! Carries a plan out: steps that wait for nothing side by side, then those that waited for them.
//!
//! Each step looks again before it changes anything; that something is as wanted already is success, whoever did it. Where
//! the world is not what the plan was made from, the error says that it has moved.

use std::time::Duration;

use futures_util::future::join_all;
use iac_core::dns::Fqdn;
use iac_core::name::{InstanceName, KeyName};
use iac_core::observed::{Instance, Observed};
use iac_core::plan::{Action, Plan, Step};
use iac_core::tag::{self, Tag};

use super::known::{Got, Known};
use super::observe::Seen;
use crate::aws::Group;
use crate::error::{Error, Kind, Made, Result};
use crate::files::SecretsFolder;
use crate::work::host_key::{self, Login, Trust};
use crate::work::patience::{Look, Patience, timed_out};
use crate::work::{Session, group, host, instance, key, records, select, target};

/// How long an instance that runs may take to let us in before its end stays where it is.
const REACHED_WITHIN: Duration = Duration::from_mins(1);

/// What AWS answers where a resource that a plan has seen is gone, or in another state, by now.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
const CHANGED: [&str; 6] = [
    "IncorrectInstanceState",
    "InvalidGroup.NotFound",
    "InvalidInstanceID.NotFound",
    "InvalidKeyPair.NotFound",
    "InvalidSecurityGroupRuleId.NotFound",
    "InvalidVolume.NotFound",
];

/// How far a plan was carried out.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The places of the steps that are done.
    pub(super) done: Vec<usize>,
    /// What they have made.
    pub(super) made: Vec<Made>,
    pub(super) known: Known,
    /// What ended it before all steps were done.
    pub(super) failure: Option<Error>,
}

/// Executes a plan.
pub(super) struct Worker<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) folder: Option<&'a SecretsFolder>,
    pub(super) seen: &'a Seen,
    /// The rules that a new group gets.
    pub(super) ssh_from: Option<&'a iac_core::ingress::Wanted>,
    pub(super) timeout: Duration,
}

impl Worker<'_> {
    /// Carries out all steps. After a failure those under way end and no other begins.
    pub(super) async fn run(&self, plan: &Plan) -> Outcome {
        let (done, made, known) = (Vec::new(), Vec::new(), Known::of(self.observed()));
        let mut outcome = Outcome { done, made, known, failure: None };
        while outcome.failure.is_none() && outcome.done.len() < plan.steps.len() {
            outcome.failure = self.next(plan, &mut outcome).await.err();
        }
        outcome
    }

    /// Carries out the steps that wait for nothing any more.
    async fn next(&self, plan: &Plan, outcome: &mut Outcome) -> Result<()> {
        self.session.interrupt.check()?;
        let done = &outcome.done;
        let is_ready = |place: &usize| {
            !done.contains(place) && plan.steps[*place].after.iter().all(|before| done.contains(before))
        };
        let ready: Vec<usize> = (0..plan.steps.len()).filter(is_ready).collect();
        let steps = ready.iter().map(|&place| self.step(&plan.steps[place], &outcome.known));
        let results = join_all(steps).await;
        let mut failures = Vec::new();
        for (place, result) in ready.into_iter().zip(results) {
            match result {
                Ok(got) => {
                    outcome.done.push(place);
                    outcome.made.extend(got.made());
                    outcome.known.take(got);
                }
                Err(error) => failures.push(judged(error)),
            }
        }
        failures.into_iter().reduce(Error::beside).map_or(Ok(()), Err)
    }

    /// Carries one step out and returns what came of it.
    async fn step(&self, step: &Step, known: &Known) -> Result<Got> {
        let session = self.session;
        match &step.action {
            Action::FinishKeyDeletion(name)
            | Action::RestoreKeyFile(name)
            | Action::CreateKey(name, _)
            | Action::ImportKey(name) => {
                return Ok(Got::Pair(key::ensure(session, self.folder()?, name).await?));
            }
            Action::CreateGroup(_) | Action::ChangeRules { .. } => return self.group(&step.action).await,
            Action::Launch(_) => {
                let (folder, parts) = (self.folder()?, known.for_launch()?);
                let launched = instance::launch_once(session, folder, parts, &known.ended).await?;
                return Ok(Got::Launched(launched));
            }
            Action::Start(id) => return self.start(self.instance(id)?).await.map(Got::Running),
            Action::SwitchEnclaves { id, on } => {
                return self.switch_enclaves(self.instance(id)?, *on).await.map(Got::Running);
            }
            Action::MoveEnd { id, from, to } => self.move_end(id, *from, *to).await?,
            Action::Terminate(id) => {
                self.terminate(id).await?;
                return Ok(Got::Ended(id.clone()));
            }
            Action::AwaitEnd(id) => self.ended(id).await?,
            Action::Tag { id, tags, .. } => session.aws.tag(id, tags).await?,
            Action::PointName(fqdn, _) => self.point(fqdn, known.instance()?).await?,
            Action::ForgetName(fqdn) => self.forget_name(fqdn).await?,
            Action::DeleteVolume(id) => self.delete_volume(id).await?,
            Action::DeleteGroup { id, .. } => self.delete_group(id).await?,
            Action::DeleteKey(name, _) => match self.folder {
                Some(folder) => drop(key::take_away(session, folder, name).await?),
                None => self.delete_pair(name).await?,
            },
        }
        Ok(Got::Nothing)
    }

    fn folder(&self) -> Result<&SecretsFolder> {
        let missing = || Error::new(Kind::Internal, "a step that needs the secrets folder has none");
        self.folder.ok_or_else(missing)
    }

    fn observed(&self) -> &Observed {
        &self.seen.observed
    }

    fn environment(&self) -> &InstanceName {
        &self.observed().environment
    }

    /// Makes the group or mends its rules; the plan has seen that it is ours.
    async fn group(&self, action: &Action) -> Result<Got> {
        let (Some(candidates), Some(wanted)) = (&self.seen.candidates, self.ssh_from) else { return Ok(Got::Nothing) };
        let group = group::ensure(self.session, candidates, wanted, false).await?;
        Ok(Got::Group(group, matches!(action, Action::CreateGroup(_))))
    }

    /// An instance as it was seen; every step on one names one that was.
    fn instance(&self, id: &str) -> Result<&Instance> {
        let found = self.observed().instances.iter().find(|instance| instance.id == id);
        found.ok_or_else(|| select::missing(id))
    }

    async fn start(&self, instance: &Instance) -> Result<Instance> {
        let mut patience = Patience::new(self.timeout);
        instance::power::start(self.session, instance, &mut patience).await?;
        instance::wait::running(self.session, &instance.id, &mut patience).await
    }

    async fn switch_enclaves(&self, instance: &Instance, on: bool) -> Result<Instance> {
        let session = self.session;
        let mut patience = Patience::new(self.timeout);
        instance::power::stop(session, instance, &mut patience).await?;
        // Only a stopped instance can be changed.
        let stopped = instance::wait::stopped(session, &instance.id, &mut patience).await?;
        session.interrupt.check()?;
        session.aws.switch_enclaves(&stopped.id, on).await?;
        session.interrupt.check()?;
        self.start(&stopped).await
    }

    /// Makes the `ttl` longer, on the host first; where that cannot be reached nothing changes.
    async fn move_end(&self, id: &str, from: Duration, to: Duration) -> Result<()> {
        let (session, folder) = (self.session, self.folder()?);
        let instance = instance::wait::running(session, id, &mut Patience::new(self.timeout)).await?;
        let key_file = target::private_half(session, folder, &instance).await?;
        let mut patience = Patience::new(self.timeout.min(REACHED_WITHIN));
        let login = Login { folder, key_file: &key_file, trust: Trust::ConsoleOfRestarted };
        let target = host_key::reach(session, &instance, &login, &mut patience).await?;
        host::end::lengthen(session, &instance, &target, (from, to), &patience).await
    }

    async fn terminate(&self, id: &str) -> Result<()> {
        instance::end::end(self.session, id).await?;
        self.ended(id).await
    }

    /// Waits until an instance is gone and forgets what this machine kept of it.
    async fn ended(&self, id: &str) -> Result<()> {
        let mut patience = Patience::new(self.timeout);
        instance::wait::terminated(self.session, id, &mut patience).await?;
        instance::end::forget(self.session, self.instance(id)?).await
    }

    /// Makes the name lead to the environment's instance, as soon as that has an address.
    async fn point(&self, fqdn: &Fqdn, instance: &Instance) -> Result<()> {
        let (name, id) = (self.environment(), &instance.id);
        let look = async |_: &_| match self.session.aws.instance(id).await? {
            Some(instance) if instance.state.is_ending() => Err(instance::wait::ended(&instance)),
            Some(instance) if instance.public_ip_address.is_some() => Ok(Look::Found(instance)),
            _ => Ok(Look::NotYet(Err(timed_out(&format!("an address of {id}"))))),
        };
        let instance = Patience::new(self.timeout).until(self.session, look).await?;
        // The tag is first: by it the record is found when the settings name another one, or none.
        let is_wanted = self.session.settings.fqdn.as_ref() == Some(fqdn);
        let tag = if is_wanted { Tag::new(tag::FQDN, fqdn.as_str()) } else { tag::further_name(fqdn) };
        if !instance.tags.contains(&tag) {
            self.session.interrupt.check()?;
            self.session.aws.tag(&instance.id, &[tag]).await?;
        }
        match records::point(self.session, fqdn, name, &instance, false).await {
            // The settings do not ask for this name: whoever made it has to care for it.
            Err(error) if !is_wanted && error.kind() == Kind::AwsDenied => {
                self.session.ui.warn(&format!("record `{fqdn}` still leads elsewhere: {}", error.message()));
                Ok(())
            }
            result => result.map(drop),
        }
    }

    /// Deletes a pair that has no file here.
    async fn delete_pair(&self, name: &KeyName) -> Result<()> {
        let key = self.observed().key(name).and_then(|key| key.pair.as_ref());
        match key {
            Some(pair) => Ok(self.session.aws.delete_key_pair(name, &pair.id).await?),
            None => Ok(()),
        }
    }

    async fn forget_name(&self, fqdn: &Fqdn) -> Result<()> {
        let is_wanted = self.session.settings.fqdn.as_ref() == Some(fqdn);
        match (records::forget(self.session, fqdn, self.environment(), false).await, &self.seen.spared) {
            (Err(error), Some(spared)) if !is_wanted && error.kind() == Kind::AwsDenied => {
                self.session.ui.warn(&format!("record `{fqdn}` stays: {}", error.message()));
                spared.borrow_mut().insert(fqdn.clone());
                Ok(())
            }
            (result, _) => result.map(drop),
        }
    }

    async fn delete_volume(&self, id: &str) -> Result<()> {
        let ask = async |_: &_| match self.session.aws.delete_volume(id).await {
            Err(error) if error.is("VolumeInUse") => Ok(Look::NotYet(Err(error.into()))),
            answer => Ok(Look::Found(answer?)),
        };
        Patience::new(self.timeout).until(self.session, ask).await
    }

    async fn delete_group(&self, id: &str) -> Result<()> {
        let groups = self.observed().groups.iter();
        let Some(group) = groups.clone().find(|group| group.id == id).cloned() else { return Ok(()) };
        let (id, name, vpc_id) = (group.id, group.name, group.vpc_id);
        let group = Group { id, name, vpc_id, description: group.description, tags: group.tags };
        group::until_gone(self.session, &group, self.timeout).await
    }
}

/// A failure of a step; where AWS does not have any more what the plan has seen, the world has moved.
fn judged(error: Error) -> Error {
    let is_changed = error.aws_code().is_some_and(|code| CHANGED.contains(&code));
    if is_changed { error.moved() } else { error }
}
