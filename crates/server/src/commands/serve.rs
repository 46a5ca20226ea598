use crate::{
    config::{Settings, Sources, dev_defaults},
    failure::Failure,
    http::{self, Operations},
    metrics::{DeliveryMetrics, Metrics},
    shutdown,
    telemetry::{self, Log, Traces},
    wiring::{self, Jobs, Service},
    worker,
};
use actix_web::dev::{Server, ServerHandle};
use library_shared_domain::Clock;
use library_shared_http::WriteTasks;
use library_shared_infra::{SystemClock, database::Database};
use std::{io, net::SocketAddr};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What a process does of all that the service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Role {
    /// It answers requests.
    serves: bool,
    /// It delivers what is queued, and removes what has expired.
    works: bool,
}

const EVERYTHING: Role = Role { serves: true, works: true };
const SERVER_ALONE: Role = Role { serves: true, works: false };
const WORKER_ALONE: Role = Role { serves: false, works: true };

/// Serves, as the environment and `.env` say.
pub async fn serve(without_worker: bool) -> Result<(), Failure> {
    let role = if without_worker { SERVER_ALONE } else { EVERYTHING };
    run(&Settings::load(&Sources::of_process()?)?, role).await
}

/// Works through what servers queue, as the environment and `.env` say.
pub async fn worker() -> Result<(), Failure> {
    run(&Settings::load(&Sources::of_process()?)?, WORKER_ALONE).await
}

/// Serves with defaults that need nothing but this binary.
pub async fn dev() -> Result<(), Failure> {
    let mut sources = Sources::of_process()?;
    sources.defaults =
        dev_defaults(&sources).map_err(|source| Failure::Io { what: "keeping a key beside the database", source })?;
    run(&Settings::load(&sources)?, EVERYTHING).await
}

/// Runs until a signal says to end, and then lets the last spans go.
async fn run(settings: &Settings, role: Role) -> Result<(), Failure> {
    let traces = settings.trace_collector.as_ref().map(Traces::to).transpose()?;
    let log = telemetry::start(settings.log_level, settings.log_format, traces.as_ref());
    allow_open_files();
    let outcome = run_until_signal(settings, role, &log).await;
    if let Some(traces) = traces {
        traces.flush().await;
    }
    outcome
}

/// Every connection is up to two open files, and a process may have 1,024 unless it asks for as many as the system lets it have.
fn allow_open_files() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "open_files_not_allowed");
    }
}

async fn run_until_signal(settings: &Settings, role: Role, log: &Log) -> Result<(), Failure> {
    // Before everything else, so that a start that takes long can be ended, too.
    let stop = shutdown::on_signal().map_err(|source| Failure::Io { what: "listening for signals", source })?;
    let mut running = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        started = start(settings, role, log, &stop) => started?,
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        Some(ended) = running.servers.join_next() => return Err(Failure::ended("serving", ended)),
        Some(ended) = running.workers.join_next() => return Err(Failure::ended("a worker", ended.map(Ok))),
    }
    if tokio::time::timeout(shutdown::LIMIT, finish(running)).await.is_err() {
        tracing::warn!("shutdown_cut_short");
    }
    tracing::info!("shutdown_finished");
    Ok(())
}

/// What has been started.
struct Running {
    servers: JoinSet<io::Result<()>>,
    /// What answers requests, where this process does.
    requests: Option<ServerHandle>,
    /// What answers Prometheus, where that has an address of its own.
    metrics: Option<ServerHandle>,
    workers: JoinSet<()>,
    writes: WriteTasks,
}

async fn start(settings: &Settings, role: Role, log: &Log, stop: &CancellationToken) -> Result<Running, Failure> {
    let started_at = SystemClock.now();
    let database = Database::open(&settings.database_url)?;
    database.check_reachable().await?;
    let migrations = database.migrate().await?;
    let Service { worker_apis, limits, health, sources, jobs, writes } = wiring::wire(settings, &database, role.serves, stop)?;
    let metrics = Metrics::new(started_at, log.dropped_lines(), sources);
    let deliveries = metrics.deliveries.clone();
    let operations = Operations { health, metrics, shows_metrics: settings.metrics_address.is_none() };

    let mut running = Running { servers: JoinSet::new(), requests: None, metrics: None, workers: JoinSet::new(), writes };
    if let Some(address) = &settings.metrics_address {
        let (handle, addresses) = running.serve(http::bind_metrics(operations.clone(), address)?);
        running.metrics = Some(handle);
        for address in addresses {
            tracing::info!(%address, "metrics_server_started");
        }
    }
    if role.serves {
        let (handle, addresses) = running.serve(http::bind(worker_apis, operations, limits, settings)?);
        running.requests = Some(handle);
        for address in addresses {
            tracing::info!(%address, database = %settings.database_url, migrations, environment = %settings.environment, "server_started");
        }
    } else {
        tracing::info!(database = %settings.database_url, migrations, environment = %settings.environment, "worker_started");
    }
    if role.works {
        running.work(jobs, deliveries, stop);
    }
    Ok(running)
}

impl Running {
    fn serve(&mut self, (server, addresses): (Server, Vec<SocketAddr>)) -> (ServerHandle, Vec<SocketAddr>) {
        let handle = server.handle();
        self.servers.spawn(server);
        (handle, addresses)
    }

    fn work(&mut self, jobs: Jobs, deliveries: DeliveryMetrics, stop: &CancellationToken) {
        self.workers.spawn(worker::deliver_notifications(jobs.deliver_notifications, deliveries, stop.clone()));
        self.workers.spawn(worker::remove_expired_sessions(jobs.remove_expired_sessions, stop.clone()));
        self.workers.spawn(worker::remove_expired_claims(jobs.remove_expired_claims, stop.clone()));
    }
}

/// Lets what is in flight come to its end. The metrics are there until the last of it has.
async fn finish(mut running: Running) {
    if let Some(requests) = running.requests {
        tokio::time::sleep(shutdown::FAREWELL).await;
        requests.stop(true).await;
    }
    running.writes.finish().await;
    while let Some(ended) = running.workers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(error = %error, "worker_failed");
        }
    }
    if let Some(metrics) = running.metrics {
        metrics.stop(true).await;
    }
}
