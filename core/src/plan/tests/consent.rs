//! What was agreed to, against every plan that may come of a world that moved; and what is reported as done.

use proptest::prelude::*;

use super::super::*;
use super::simulator::apply;
use super::world::{any_environment, any_observed, environment, fresh, instance, observed, ours};
use crate::observed::InstanceState;

fn agreed_to(plan: &Plan) -> Consent {
    let mut consent = Consent::given(false);
    consent.agree(plan);
    consent
}

/// The names of the steps that go beyond what was agreed to.
fn more(consent: &Consent, plan: &Plan) -> Vec<&'static str> {
    consent.exceeded_by(plan).iter().map(|step| step.action.name()).collect()
}

fn any_plan() -> impl Strategy<Value = Plan> {
    (any_environment(), any_observed(), any::<bool>())
        .prop_map(|(want, have, is_teardown)| if is_teardown { teardown(&have) } else { diff(&want, &have) })
}

/// Some of a plan's steps, as if the others were no longer needed.
fn part(plan: &Plan, kept: &[bool]) -> Plan {
    let steps = plan.steps.iter().zip(kept.iter().cycle()).filter(|(_, is_kept)| **is_kept);
    Plan { steps: steps.map(|(step, _)| step.clone()).collect(), ..Plan::default() }
}

proptest! {
    #[test]
    fn a_plan_is_within_what_was_agreed_to_and_so_is_every_part_of_it(
        plan in any_plan(),
        kept in proptest::collection::vec(any::<bool>(), 1..12),
    ) {
        let consent = agreed_to(&plan);
        prop_assert!(consent.exceeded_by(&plan).is_empty());
        prop_assert!(consent.exceeded_by(&part(&plan, &kept)).is_empty());
        prop_assert!(Consent::given(true).exceeded_by(&plan).is_empty());
    }

    #[test]
    fn what_was_not_in_the_plan_was_not_agreed_to(plan in any_plan(), lost in any::<prop::sample::Index>()) {
        prop_assume!(!plan.is_empty());
        let lost = lost.index(plan.steps.len());
        let mut shown = plan.clone();
        let step = shown.steps.remove(lost);
        let is_wait = matches!(step.action, Action::AwaitEnd(_));
        let exceeding = agreed_to(&shown);
        let exceeding = exceeding.exceeded_by(&plan);
        prop_assert_eq!(exceeding.len(), usize::from(!is_wait), "{}", plan.text());
        prop_assert_eq!(
            Consent::given(false).exceeded_by(&plan).len(),
            plan.steps.iter().filter(|step| !matches!(step.action, Action::AwaitEnd(_))).count()
        );
    }

    #[test]
    fn what_was_made_is_not_agreed_to_again_and_what_was_mended_or_taken_away_is(plan in any_plan()) {
        let mut consent = agreed_to(&plan);
        consent.used(&plan.steps);
        let again: Vec<&Step> = consent.exceeded_by(&plan);
        let makes = plan.steps.iter().filter(|step| step.action.makes());
        prop_assert_eq!(again, makes.collect::<Vec<_>>());
        let mut to_any = Consent::given(true);
        to_any.used(&plan.steps);
        prop_assert!(to_any.exceeded_by(&plan).is_empty());
    }

    #[test]
    fn a_teardown_of_more_than_was_shown_is_asked_for(have in any_observed(), want in any_environment()) {
        let consent = agreed_to(&teardown(&have));
        let left = apply(&have, &want, &teardown(&have));
        prop_assert!(consent.exceeded_by(&teardown(&left)).is_empty());
        let mut grown = have;
        grown.instances.push(instance("i-new", ours("dev"), InstanceState::Running));
        prop_assert!(more(&consent, &teardown(&grown)).contains(&"terminate_instance"));
    }

    #[test]
    fn a_record_names_places_of_its_own_and_nothing_twice(plan in any_plan(), other in any_plan()) {
        let all = |plan: &Plan| (0..plan.steps.len()).collect::<Vec<_>>();
        let mut record = Record::default();
        record.add(&plan, &[]);
        prop_assert!(record.steps().is_empty(), "what was not done is not reported");
        record.add(&plan, &all(&plan));
        prop_assert_eq!(record.steps().len(), plan.steps.len());
        record.add(&plan, &all(&plan));
        let made = plan.steps.iter().filter(|step| step.action.makes()).count();
        prop_assert_eq!(record.steps().len(), plan.steps.len() + made);
        record.add(&other, &all(&other));
        for (place, step) in record.steps().iter().enumerate() {
            prop_assert!(step.after.iter().all(|&before| before < place), "{:?}", record.steps());
        }
    }
}

#[test]
fn a_launch_is_agreed_to_once() {
    let plan = diff(&environment(), &fresh());
    let mut consent = agreed_to(&plan);
    consent.used(&plan.steps[..2]);
    let launch = part(&plan, &[false, false, true, true]);
    assert!(more(&consent, &launch).is_empty(), "what failed may be tried again");
    consent.used(&plan.steps[2..]);
    assert_eq!(more(&consent, &launch), ["launch_instance"]);
}

#[test]
fn what_takes_more_from_the_instance_is_asked_for() {
    let mut have = observed();
    have.instances[0].state = InstanceState::Stopped;
    let start = diff(&environment(), &have);
    have.instances[0].nitro = false;
    let of_stopped = diff(&environment(), &have);
    have.instances[0].state = InstanceState::Running;
    let of_running = diff(&environment(), &have);
    assert_eq!(more(&agreed_to(&start), &of_stopped), ["switch_enclaves"]);
    assert!(more(&agreed_to(&of_stopped), &start).is_empty());
    assert_eq!(more(&agreed_to(&of_stopped), &of_running), ["switch_enclaves"], "somebody uses it by now");
    assert!(more(&agreed_to(&of_running), &of_stopped).is_empty());
}

#[test]
fn other_rules_than_those_shown_are_asked_for() {
    let with = |cidr: &str| {
        let mut have = observed();
        have.groups[0].ingress = vec![super::world::rule(cidr)];
        diff(&environment(), &have)
    };
    let (shown, other) = (with("10.0.0.0/8"), with("0.0.0.0/0"));
    assert_eq!(more(&agreed_to(&shown), &other), ["change_rules"], "another rule would go");
    let mut less = shown.clone();
    let Action::ChangeRules { change, .. } = &mut less.steps[0].action else { panic!("{}", less.text()) };
    change.remove.clear();
    assert!(more(&agreed_to(&shown), &less).is_empty());
    assert_eq!(more(&agreed_to(&less), &shown), ["change_rules"]);
}

#[test]
fn a_record_gives_the_places_of_a_remade_plan_anew() {
    let plan = diff(&environment(), &fresh());
    let mut record = Record::default();
    record.add(&plan, &[0, 1]);
    record.add(&part(&plan, &[false, false, true]), &[]);
    let rest = Plan { steps: vec![Step { after: vec![], ..plan.steps[2].clone() }], ..Plan::default() };
    record.add(&rest, &[0]);
    let steps: Vec<_> = record.steps().iter().map(|step| (step.action.name(), step.after.clone())).collect();
    assert_eq!(steps, [("create_security_group", vec![]), ("create_key_pair", vec![]), ("launch_instance", vec![])]);
    record.add(&plan, &[2, 3]);
    assert_eq!(record.steps()[4].after, [3], "the record was pointed after the second launch");
}
