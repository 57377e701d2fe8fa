//! Lists that AWS answers in pages.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::error::CallError;
use super::operation::Named;

/// Reads a list to its end. A call is made with what the page before it names as its continuation, the first with none; it
/// gives what its page holds, and the continuation where there is one.
pub(super) async fn every_page<Items, Next, E>(
    mut page: impl AsyncFnMut(Option<Next>) -> Result<(Items, Option<Next>), SdkError<E, HttpResponse>>,
) -> Result<Vec<Items::Item>, CallError>
where
    Items: IntoIterator,
    E: Named + ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut all = Vec::new();
    let mut next = None;
    loop {
        let (items, continuation) = page(next).await.map_err(|error| CallError::new(&error))?;
        all.extend(items);
        next = continuation;
        if next.is_none() {
            return Ok(all);
        }
    }
}

/// Reads a list of EC2's to its end, as [`every_page`] does: EC2 ends some lists with an empty token.
pub(super) async fn every_token<Items, E>(
    mut page: impl AsyncFnMut(Option<String>) -> Result<(Items, Option<String>), SdkError<E, HttpResponse>>,
) -> Result<Vec<Items::Item>, CallError>
where
    Items: IntoIterator,
    E: Named + ProvideErrorMetadata + std::error::Error + 'static,
{
    every_page(async |next| page(next).await.map(|(items, token)| (items, token.filter(|token| !token.is_empty()))))
        .await
}
