//! `iac host script`: what a launch has the host do, for people and for other tools. It needs no AWS.

use iac_core::host::script;

use super::wanted;
use crate::args::ScriptForm;
use crate::commands::Context;
use crate::error::{Error, Kind, Result};

/// Prints it as it is, whatever the output format.
pub(super) fn print(context: &Context<'_>, form: ScriptForm) -> Result<()> {
    let wanted = wanted(context.settings);
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
