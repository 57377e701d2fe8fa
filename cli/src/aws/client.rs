//! The connection to AWS: region, credentials, time-outs and retries, and the log of calls under `-vv`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use aws_config::credential_process::CredentialProcessProvider;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials;
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
use super::error::chain;
use super::http::Http;
use super::profile::{Needs, ProfileError, Profiles, export_command};
use super::time_limits::{limits, repetitions, stalls};
use super::trust::Trust;
use crate::config::StaticKey;

/// What a connection is made from.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) region: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) key: Option<StaticKey>,
    pub(crate) way: Way,
    /// Whether the environment holds an access key of AWS's own names, which its chain takes first.
    pub(crate) has_key_in_environment: bool,
    /// How long a call may take, its repetitions included.
    pub(crate) call_timeout: Duration,
}

/// What leads to AWS, or to whatever else is asked over HTTP.
#[derive(Debug, Clone, Default)]
pub(crate) struct Way {
    /// The profile of our own settings.
    pub(crate) profile: Option<String>,
    /// The file of certificates that the environment names.
    pub(crate) ca_bundle: Option<PathBuf>,
    /// Whether a proxy stands in between that is itself spoken to over TLS.
    pub(crate) proxy_speaks_tls: bool,
}

impl Way {
    /// Makes the HTTP client; only the profiles are read for it.
    pub(crate) async fn http(&self) -> Http {
        self.http_with(&Profiles::load(self.profile.as_deref()).await)
    }

    fn http_with(&self, profiles: &Profiles) -> Http {
        let bundle = self.ca_bundle.clone().or_else(|| profiles.ca_bundle());
        Http::new(bundle.map_or(Trust::System, Trust::Bundle), self.proxy_speaks_tls)
    }
}

/// Clients for the services that the tool uses, and the region they work in.
#[derive(Debug, Clone)]
pub(crate) struct Aws {
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) route53: aws_sdk_route53::Client,
    pub(super) service_quotas: aws_sdk_servicequotas::Client,
    pub(crate) region: String,
}

/// Why there is no connection.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ConnectError {
    /// Neither a setting nor AWS's own chain names a region.
    #[error("no region is set")]
    NoRegion,
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl Aws {
    /// Prepares the clients; nothing is sent, except by the AWS CLI where it is needed for credentials.
    pub(crate) async fn connect(connection: Connection) -> Result<Self, ConnectError> {
        let way = &connection.way;
        let profiles = Profiles::load(way.profile.as_deref()).await;
        let http = way.http_with(&profiles);
        let chooses_itself = connection.key.is_none() && way.profile.is_none() && !connection.has_key_in_environment;
        if way.profile.is_some() || chooses_itself {
            profiles.check()?;
        }
        let (whole, retries) = (connection.call_timeout, repetitions(connection.call_timeout));
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http.clone())
            .retry_config(retries.clone())
            .timeout_config(limits(whole))
            .stalled_stream_protection(stalls(whole));
        if let Some(url) = connection.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(profile) = &way.profile {
            loader = loader.profile_name(profile);
        }
        let region = match connection.region {
            Some(region) => Some(Region::new(region)),
            None => default_region(way.profile.as_deref(), &http).await,
        };
        // A region is missing because the profile that would name it is.
        let Some(region) = region else {
            profiles.check()?;
            return Err(ConnectError::NoRegion);
        };
        if let Some(StaticKey { id, secret, session_token }) = connection.key {
            let token = session_token.map(|token| token.expose().to_owned());
            loader = loader.credentials_provider(Credentials::new(id, secret.expose(), token, None, "iac"));
        } else if let Some((name, needs)) = profiles.needs().filter(|_| way.profile.is_some() || chooses_itself) {
            loader = loader.credentials_provider(from_aws_cli(name, needs).await?);
        } else if let Some(profile) = &way.profile {
            // The profile alone: AWS's chain would pass over one that does not exist and take what it finds.
            let context = ProviderConfig::without_region()
                .with_region(Some(region.clone()))
                .with_http_client(http)
                .with_retry_config(retries)
                .with_timeout_config(limits(whole));
            let provider = ProfileFileCredentialsProvider::builder().configure(&context).profile_name(profile);
            loader = loader.credentials_provider(provider.build());
        }
        let config = loader.region(region.clone()).load().await;
        Ok(Self::with(&config, region.to_string()))
    }

    fn with(config: &SdkConfig, region: String) -> Self {
        let ec2 = aws_sdk_ec2::config::Builder::from(config)
            .interceptor(CallLog)
            .retry_classifier(NoCapacityIsAnAnswer)
            .build();
        let ssm = aws_sdk_ssm::config::Builder::from(config).interceptor(CallLog).build();
        let service_quotas = aws_sdk_servicequotas::config::Builder::from(config).interceptor(CallLog).build();
        let sts = aws_sdk_sts::config::Builder::from(config).interceptor(CallLog).build();
        let route53 = aws_sdk_route53::config::Builder::from(config).interceptor(CallLog).build();
        Self {
            ec2: aws_sdk_ec2::Client::from_conf(ec2),
            ssm: aws_sdk_ssm::Client::from_conf(ssm),
            sts: aws_sdk_sts::Client::from_conf(sts),
            route53: aws_sdk_route53::Client::from_conf(route53),
            service_quotas: aws_sdk_servicequotas::Client::from_conf(service_quotas),
            region,
        }
    }

    /// The account the credentials belong to, twelve digits.
    pub(crate) async fn account(&self) -> Result<String, CallError> {
        let answer = self.sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        answer.account.ok_or_else(|| CallError::answer(Operation::GetCallerIdentity, "the answer names no account"))
    }
}

/// The region of AWS's own chain: the environment, the profile, the instance that this runs on.
///
/// The SDK's own form of the chain takes no HTTP client, and its default one would read the certificates.
async fn default_region(profile: Option<&str>, http: &Http) -> Option<Region> {
    let context = ProviderConfig::default().with_http_client(http.clone());
    let of_profile = ProfileFileRegionProvider::builder().configure(&context);
    let of_profile = match profile {
        Some(profile) => of_profile.profile_name(profile),
        None => of_profile,
    };
    let of_instance = ImdsRegionProvider::builder().configure(&context).build();
    let chain = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new());
    chain.or_else(of_profile.build()).or_else(of_instance).region().await
}

/// Asks the AWS CLI for the credentials of a profile. Once, before the first call: whoever types a code must not be
/// hurried by the time limits of a call.
async fn from_aws_cli(name: &str, needs: Needs) -> Result<Credentials, ProfileError> {
    let failed = |cause: String| ProfileError::AwsCli { name: name.to_owned(), needs, cause };
    let command = export_command(name).ok_or_else(|| failed("its name cannot be passed on".to_owned()))?;
    let provider = CredentialProcessProvider::new(command);
    provider.provide_credentials().await.map_err(|error| failed(chain(&error)))
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

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
    use iac_core::partition::Partition;

    /// The SDK keeps its table of partitions to itself, but makes host names with it.
    #[test]
    fn the_table_of_partitions_is_that_of_the_sdk() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let regions = [
            "us-east-1",
            "il-central-1",
            "mx-central-1",
            "cn-north-1",
            "eusc-de-east-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "eu-isoe-west-1",
            "us-isof-south-1",
            "us-gov-west-1",
        ];
        for region in regions {
            let params = Params::builder().region(region).build().unwrap();
            let endpoint = runtime.block_on(DefaultResolver::new().resolve_endpoint(&params)).unwrap();
            let suffix = Partition::of(region).unwrap().dns_suffix();
            assert_eq!(endpoint.url(), format!("https://ec2.{region}.{suffix}"));
        }
    }
}
