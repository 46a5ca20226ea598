pub mod method;
mod trace_context;

use crate::{
    config::{Address, Environment, Settings},
    cors::cors,
    docs::{docs, docs_file},
    failure::Failure,
    health::{HealthChecks, health, live, ready},
    metrics::{Metrics, measure, metrics},
    openapi::openapi_json,
    shutdown,
    wiring::{Apis, WorkerApis},
};
use actix_web::{
    App, Error, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceRequest, ServiceResponse},
    http::ConnectionType,
    middleware::{Condition, Next, from_fn},
    web::{self, Data, PayloadConfig},
};
use library_shared_http::{
    BODY_LIMIT, RequestLimits, ShowCauses, Transport, close_when_quiet, compress, get, limit_requests, not_found, note_requests,
    observe, protect,
};
use std::{net::SocketAddr, num::NonZeroUsize, sync::Arc, thread, time::Duration};
use tokio_util::sync::CancellationToken;
use trace_context::{continue_trace, describe_request};

/// How long a client may take to send the head of its request, and how long a connection without one is kept.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a connection is kept on which no request is being answered, whatever its client does meanwhile.
const QUIET_LIMIT: Duration = KEEP_ALIVE.saturating_add(HEAD_LIMIT);

/// The most workers that actix-web can have.
const MAXIMUM_WORKERS: NonZeroUsize = NonZeroUsize::new(512).expect("more than nothing");

/// What is asked by who looks after the service.
#[derive(Clone)]
pub struct Operations {
    pub health: HealthChecks,
    pub metrics: Metrics,
    /// Whether the metrics are served with everything else, because they have no address of their own.
    pub shows_metrics: bool,
}

/// Binds the service to its address. Responses tell clients to close once the shutdown has begun.
///
/// # Errors
/// Where the address cannot be listened on.
pub fn bind(
    worker_apis: WorkerApis,
    operations: Operations,
    limits: Option<Arc<RequestLimits>>,
    settings: &Settings,
) -> Result<(Server, Vec<SocketAddr>), Failure> {
    let (host, port) = (settings.host.as_str(), settings.port);
    let origins = settings.cors_allowed_origins.clone();
    let transport = if settings.app_base_url.scheme() == "https" { Transport::Https } else { Transport::Http };
    let is_traced = settings.trace_collector.is_some();
    let (environment, docs_enabled) = (settings.environment, settings.docs_enabled);
    let (workers, connections) = shares(settings.max_connections, thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));
    let server = HttpServer::new(move || {
        let apis = worker_apis(workers);
        let (limits, requests, leaving) = (limits.clone(), operations.metrics.requests.clone(), operations.health.leaving());
        App::new()
            .app_data(PayloadConfig::new(BODY_LIMIT))
            .configure(|config| {
                configure(config, &apis, &operations);
                if docs_enabled {
                    configure_docs(config);
                }
                if environment == Environment::Dev {
                    config.app_data(ShowCauses);
                }
            })
            .default_service(web::to(not_found))
            // From the inside out. What stands outside sees the answers of all that stands inside: an error has the headers of CORS,
            // too, and everything is logged and protected.
            .wrap(from_fn(compress))
            .wrap(from_fn(move |request, next| limit_requests(limits.clone(), request, next)))
            .wrap(cors(&origins))
            .wrap(Condition::new(is_traced, from_fn(describe_request)))
            .wrap(from_fn(observe))
            .wrap(Condition::new(is_traced, from_fn(continue_trace)))
            .wrap(from_fn(move |request, next| protect(transport, request, next)))
            .wrap(from_fn(move |request, next| measure(requests.clone(), request, next)))
            .wrap(from_fn(move |request, next| say_farewell(leaving.clone(), request, next)))
            .wrap(from_fn(note_requests))
    })
    .workers(workers.get())
    .max_connections(connections)
    .on_connect(close_when_quiet(QUIET_LIMIT))
    .client_request_timeout(HEAD_LIMIT)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(shutdown::LIMIT.as_secs())
    .disable_signals()
    .bind((host, port))
    .map_err(|source| Failure::Bind { address: format!("{host}:{port}"), source })?;
    let addresses = server.addrs();
    Ok((server.run(), addresses))
}

/// Binds the metrics and the probes to an address of their own. What is asked there is not counted.
///
/// # Errors
/// Where the address cannot be listened on.
pub fn bind_metrics(operations: Operations, address: &Address) -> Result<(Server, Vec<SocketAddr>), Failure> {
    let Address { host, port } = address;
    let server = HttpServer::new(move || {
        App::new()
            .configure(|config| configure_probes(config, &operations.health))
            .configure(|config| configure_metrics(config, &operations.metrics))
            .default_service(web::to(not_found))
            .wrap(from_fn(observe))
            .wrap(from_fn(move |request, next| protect(Transport::Http, request, next)))
            .wrap(from_fn(note_requests))
    })
    // Prometheus and a few probes.
    .workers(1)
    .on_connect(close_when_quiet(QUIET_LIMIT))
    .client_request_timeout(HEAD_LIMIT)
    .keep_alive(KEEP_ALIVE)
    .disable_signals()
    .bind((host.as_str(), *port))
    .map_err(|source| Failure::Bind { address: format!("{host}:{port}"), source })?;
    let addresses = server.addrs();
    Ok((server.run(), addresses))
}

/// How many workers there are, and how many connections each takes: together never more than the limit, and as many as can be shared
/// out evenly. Whoever comes after that waits in the system's queue until somebody leaves.
fn shares(limit: NonZeroUsize, processors: NonZeroUsize) -> (NonZeroUsize, usize) {
    let workers = processors.min(limit).min(MAXIMUM_WORKERS);
    (workers, limit.get() / workers)
}

/// Mounts every context's routes.
fn configure(config: &mut web::ServiceConfig, apis: &Apis, operations: &Operations) {
    library_auth_http::configure(apis.auth.clone())(config);
    library_book_http::configure(apis.book.clone())(config);
    library_member_http::configure(apis.member.clone())(config);
    library_loan_http::configure(apis.loan.clone())(config);
    configure_probes(config, &operations.health);
    if operations.shows_metrics {
        configure_metrics(config, &operations.metrics);
    }
}

fn configure_probes(config: &mut web::ServiceConfig, checks: &HealthChecks) {
    config
        .app_data(Data::new(checks.clone()))
        .service(web::resource("/health").route(get(health)))
        .service(web::resource("/health/live").route(get(live)))
        .service(web::resource("/health/ready").route(get(ready)));
}

/// Mounts the metrics; they ask the checks of the probes, too.
fn configure_metrics(config: &mut web::ServiceConfig, all: &Metrics) {
    config.app_data(Data::new(all.clone())).service(web::resource("/metrics").route(get(metrics)));
}

/// Mounts the document of the API and the pages that show it.
fn configure_docs(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/openapi.json").route(get(openapi_json)))
        .service(web::resource("/docs").route(get(docs)))
        .service(web::resource("/docs/{file:.*}").route(get(docs_file)));
}

async fn say_farewell<B: MessageBody>(
    leaving: CancellationToken,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    if leaving.is_cancelled() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

#[cfg(test)]
mod tests;
