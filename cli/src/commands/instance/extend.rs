//! `iac instance extend`: moves the end of an instance, on its host first, which is what counts, then its tag.

use iac_core::host::end::left;
use iac_core::tag;
use jiff::Timestamp;
use serde::Serialize;

use crate::args::ExtendOptions;
use crate::error::Result;
use crate::work::host::end;
use crate::work::target::reach;
use crate::work::{Context, must_be_ours};

/// What `instance extend` prints.
#[derive(Debug, Serialize)]
struct Extended<'a> {
    instance: &'a str,
    ends: Timestamp,
}

/// Moves the end of an instance: on the host first, which is what counts, then the tag.
pub(crate) async fn extend(context: &Context<'_>, options: &ExtendOptions) -> Result<()> {
    let host = Box::pin(reach(context, &options.into())).await?;
    let id = host.instance.id.as_str();
    must_be_ours(&host.instance.owner(), &format!("instance {id}"), false)?;
    if tag::value(&host.instance.tags, tag::TTL).is_none() {
        return Err(end::none(id));
    }
    let ends = end::moved(context, &host.target, options.by.0, options.timeout.0).await?;
    end::tag(&host.session, &host.instance, Some(ends)).await.map_err(|error| {
        error
            .hint(format!("the instance ends at {ends}; only its tag does not say so: `iac host status --fix` sets it"))
    })?;
    context.ui.data(&Extended { instance: id, ends }, |_| {
        let left = left(ends, Timestamp::now()).unwrap_or_else(|| "a moment".to_owned());
        format!("instance {id} ends at {ends}, in {left}")
    })
}
