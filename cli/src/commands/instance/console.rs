//! `iac instance console`: what the machine printed while it booted, which AWS keeps although SSH never answers.

use crate::error::Result;
use crate::work::{Context, select};

/// Prints the console's text: the present one where the type has it, else that of the last boot.
pub(super) async fn console(context: &Context<'_>, id: Option<&str>) -> Result<()> {
    let session = context.connect().await?;
    let instance = select::one_or_ending(&session.aws, context.settings, id).await?;
    let progress = context.ui.progress(&format!("asking for the console of {}", instance.id));
    let console = progress.during(session.aws.console(&instance.id)).await?;
    drop(progress);
    let text = console.present.or(console.last_boot).unwrap_or_default();
    if text.is_empty() {
        context.ui.note(&format!("{} has printed nothing yet; AWS shows it some time after the boot", instance.id));
    }
    context.ui.text(&text)
}
