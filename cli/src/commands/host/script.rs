//! `iac host script`: what a launch has the host do, for people and for other tools. It needs no AWS, so nothing is known
//! of the instance type.

use iac_core::host::allocator::Allocator;
use iac_core::host::script;

use crate::args::ScriptForm;
use crate::error::{Error, Kind, Result};
use crate::work::Context;
use crate::work::fitting;
use crate::work::host::wanted;

/// Prints it as it is, whatever the output format.
pub(super) fn print(context: &Context<'_>, form: ScriptForm) -> Result<()> {
    let wanted = wanted(context.settings, enclaves(context)?);
    let script = match form {
        ScriptForm::CloudConfig => script::cloud_config(&wanted, true),
        ScriptForm::Sh => script::set_up(&wanted),
    };
    let script = script.ok_or_else(|| {
        Error::new(Kind::SettingInvalid, "an ordinary instance has nothing to set up")
            .hint("set `instance_kind` to `nitro`, or `ttl` to a span after which the instance ends")
    })?;
    context.ui.text(&script)
}

/// What is set aside on a type that nobody has asked about; where the answer would matter, what is assumed is said.
fn enclaves(context: &Context<'_>) -> Result<Option<Allocator>> {
    if !context.settings.nitro() {
        return Ok(None);
    }
    let demand = fitting::demand(context.settings)?;
    let allocator = Allocator::on_any_type(&demand);
    if allocator.cpu_count != demand.cpu_count() {
        context.ui.note(&format!(
            "two threads are taken to share a core, so {} CPUs are set aside for the {} of `cpu_count`",
            allocator.cpu_count,
            demand.cpu_count()
        ));
    }
    Ok(Some(allocator))
}
