//! `iac instance console`: what the machine printed while it booted, which AWS keeps although SSH never answers.

use crate::aws::{Aws, CallError, Failure};
use crate::commands::{Context, connect, select};
use crate::error::Result;

/// Prints the console's text: the present one where the type has it, else that of the last boot.
pub(super) async fn console(context: &Context<'_>, id: Option<&str>) -> Result<()> {
    let aws = connect(context.settings).await?;
    let instance = select::one_or_ending(&aws, context.settings, id).await?;
    let progress = context.ui.progress(&format!("asking for the console of {}", instance.id));
    let text = progress.during(text(&aws, &instance.id)).await?;
    drop(progress);
    if text.is_empty() {
        context.ui.note(&format!("{} has printed nothing yet; AWS shows it some time after the boot", instance.id));
    }
    context.ui.foreign(&text)
}

async fn text(aws: &Aws, id: &str) -> std::result::Result<String, CallError> {
    let (present, boot) = tokio::join!(aws.console(id, true), aws.console(id, false));
    let present = match present {
        // Types without the Nitro system refuse to show their present console.
        Err(CallError { failure: Failure::Refused(_), .. }) => None,
        present => present?.filter(|text| !text.is_empty()),
    };
    Ok(match present {
        Some(text) => text,
        None => boot?.unwrap_or_default(),
    })
}
