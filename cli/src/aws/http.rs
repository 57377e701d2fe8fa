//! The HTTP client below every call: the SDK's own, made so that certificates are read only where TLS is spoken.
//!
//! The SDK makes a client of this kind for each of its services, and each reads and parses the system's certificates before
//! the first request, also where no request goes over TLS. One client for all is also one pool of connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::trust::{Trust, TrustError};

/// Makes connections; cheap to clone, and every clone shares them.
#[derive(Debug, Clone)]
pub(crate) struct Http(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    trust: Trust,
    /// Whether a proxy stands in between that is itself spoken to over TLS.
    proxy_speaks_tls: bool,
    store: OnceLock<Result<TrustStore, TrustError>>,
    connectors: Mutex<HashMap<Limits, SharedHttpConnector>>,
}

/// The time limits of a connection: those for connecting and for the answer to begin.
type Limits = (Option<Duration>, Option<Duration>);

impl Http {
    /// Makes a client that believes these authorities; nothing is read yet.
    pub(crate) fn new(trust: Trust, proxy_speaks_tls: bool) -> Self {
        let (store, connectors) = (OnceLock::new(), Mutex::default());
        Self(Arc::new(Shared { trust, proxy_speaks_tls, store, connectors }))
    }
}

impl HttpClient for Http {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let limits = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = self.0.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let made = connectors.entry(limits).or_insert_with(|| {
            SharedHttpConnector::new(ByScheme {
                shared: Arc::clone(&self.0),
                settings: settings.clone(),
                sleep: components.sleep_impl(),
                plain: OnceLock::new(),
                secure: OnceLock::new(),
            })
        });
        made.clone()
    }
}

/// Two connectors of the SDK's, each made when it is needed.
#[derive(Debug)]
struct ByScheme {
    shared: Arc<Shared>,
    settings: HttpConnectorSettings,
    sleep: Option<SharedAsyncSleep>,
    plain: OnceLock<Connector>,
    secure: OnceLock<Connector>,
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.uri().starts_with("http://") && !self.shared.proxy_speaks_tls {
            return self.plain.get_or_init(|| self.connector(TrustStore::empty())).call(request);
        }
        match self.shared.store.get_or_init(|| self.shared.trust.store()) {
            Ok(store) => self.secure.get_or_init(|| self.connector(store.clone())).call(request),
            Err(error) => HttpConnectorFuture::ready(Err(ConnectorError::user(Box::new(error.clone())))),
        }
    }
}

impl ByScheme {
    fn connector(&self, store: TrustStore) -> Connector {
        let context = TlsContext::builder().with_trust_store(store).build();
        let mut builder = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.expect("a store is all that a context needs"))
            .connector_settings(self.settings.clone())
            .proxy_config(ProxyConfig::from_env());
        builder.set_sleep_impl(self.sleep.clone());
        builder.build()
    }
}
