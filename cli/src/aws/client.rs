//! The connection to AWS: region, credentials, time-outs and retries, and the log of calls under `-vv`.

use std::time::{Duration, Instant};

use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_ec2::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_ec2::config::{ConfigBag, Credentials, Intercept, RuntimeComponents};
use aws_sdk_ec2::error::{BoxError, ProvideErrorMetadata};
use aws_sdk_ec2::operation::run_instances::RunInstancesError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};
use aws_smithy_types::config_bag::{Layer, Storable, StoreReplace};
use iac_core::policy::Operation;

use super::CallError;
use crate::config::StaticKey;

/// What a connection is made from.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    pub(crate) region: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) key: Option<StaticKey>,
    pub(crate) profile: Option<String>,
}

/// Clients for the services that the tool uses, and the region they work in.
#[derive(Debug, Clone)]
pub(crate) struct Aws {
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    sts: aws_sdk_sts::Client,
    pub(crate) region: String,
}

/// Why there is no connection.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ConnectError {
    /// Neither a setting nor AWS's own chain names a region.
    #[error("no region is set")]
    NoRegion,
}

impl Aws {
    /// Prepares the clients; nothing is sent.
    pub(crate) async fn connect(connection: Connection) -> Result<Self, ConnectError> {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(RetryConfig::standard().with_max_attempts(5))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(5))
                    .operation_attempt_timeout(Duration::from_secs(20))
                    .operation_timeout(Duration::from_secs(90))
                    .build(),
            );
        if let Some(url) = connection.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(profile) = &connection.profile {
            // The profile alone: AWS's chain would pass over one that does not exist and take what it finds.
            let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
            loader = loader.profile_name(profile).credentials_provider(credentials);
        }
        if let Some(StaticKey { id, secret, session_token }) = connection.key {
            let token = session_token.map(|token| token.expose().to_owned());
            loader = loader.credentials_provider(Credentials::new(id, secret.expose(), token, None, "iac"));
        }
        if let Some(region) = connection.region {
            loader = loader.region(RegionProviderChain::first_try(Region::new(region)));
        }
        let config = loader.load().await;
        let region = config.region().ok_or(ConnectError::NoRegion)?.to_string();
        let ec2 = aws_sdk_ec2::config::Builder::from(&config)
            .interceptor(CallLog)
            .retry_classifier(NoCapacityIsAnAnswer)
            .build();
        let ssm = aws_sdk_ssm::config::Builder::from(&config).interceptor(CallLog).build();
        let sts = aws_sdk_sts::config::Builder::from(&config).interceptor(CallLog).build();
        Ok(Self {
            ec2: aws_sdk_ec2::Client::from_conf(ec2),
            ssm: aws_sdk_ssm::Client::from_conf(ssm),
            sts: aws_sdk_sts::Client::from_conf(sts),
            region,
        })
    }

    /// The account the credentials belong to, twelve digits.
    pub(crate) async fn account(&self) -> Result<String, CallError> {
        let answer = self.sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        answer.account.ok_or_else(|| CallError::answer(Operation::GetCallerIdentity, "the answer names no account"))
    }
}

/// EC2 says with status 500 that a zone has no capacity. That is an answer, and the next zone is asked at once, where the
/// SDK would ask the same zone again and again.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
#[derive(Debug)]
struct NoCapacityIsAnAnswer;

impl ClassifyRetry for NoCapacityIsAnAnswer {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failure = context.output_or_error().and_then(Result::err);
        let launch = failure.and_then(OrchestratorError::as_operation_error);
        let launch = launch.and_then(|error| error.downcast_ref::<RunInstancesError>());
        match launch.and_then(ProvideErrorMetadata::code) {
            Some("InsufficientInstanceCapacity") => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "NoCapacityIsAnAnswer"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Logs each attempt of a call with its time; never its content, which may hold secrets.
#[derive(Debug)]
struct CallLog;

#[derive(Debug)]
struct Started(Instant);

impl Storable for Started {
    type Storer = StoreReplace<Self>;
}

impl Intercept for CallLog {
    fn name(&self) -> &'static str {
        "CallLog"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Its error type ties a call to its rights; this finds, in tests, one whose error nobody looks at.
        let is_listed = |name: &str| Operation::ALL.iter().any(|operation| operation.name() == name);
        debug_assert!(bag.load::<Metadata>().is_none_or(|call| is_listed(call.name())), "a call without its rights");
        let mut layer = Layer::new("CallLog");
        layer.store_put(Started(Instant::now()));
        bag.push_layer(layer);
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = bag.load::<Metadata>();
        let elapsed = bag.load::<Started>().map_or(Duration::ZERO, |started| started.0.elapsed());
        tracing::debug!(
            operation = operation.map_or("?", |metadata| metadata.name()),
            status = context.response().status().as_u16(),
            milliseconds = elapsed.as_millis(),
            "AWS answered"
        );
        Ok(())
    }
}
