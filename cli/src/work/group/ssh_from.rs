//! From where SSH is wanted: a list of the settings, or this machine's own public address.

use iac_core::ingress::{SshFrom, Wanted};
use iac_core::url::without_password;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::aws::public_address;
use crate::error::{Error, Result};
use crate::work::{Context, way};

/// Who calls, where the environment does not say.
const NOBODY: &str = "unknown";

/// Finds out from where SSH is wanted; only `auto` asks the public-address service.
pub(crate) async fn wanted(context: &Context<'_>) -> Result<Wanted> {
    let networks = match context.settings.ssh_from() {
        SshFrom::List(networks) => networks,
        SshFrom::Auto => return caller(context).await,
    };
    for network in networks.iter().filter(|network| network.prefix_len() == 0) {
        context.ui.warn(&format!("`ssh_from` is {network}: the whole internet may try to log in"));
    }
    Ok(Wanted::List(networks))
}

async fn caller(context: &Context<'_>) -> Result<Wanted> {
    let url = context.settings.public_ip_url();
    let http = way(context.settings).http().await;
    let address = public_address(http, url)
        .await
        .map_err(|error| Error::from(error).cause(format!("asked `{}`", without_password(url))))?;
    Ok(Wanted::Caller {
        address,
        user: context.settings.user.clone().unwrap_or_else(|| NOBODY.to_owned()),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
    })
}
