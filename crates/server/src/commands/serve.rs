use crate::{
    config::{Settings, Sources, dev_defaults},
    failure::Failure,
    http, shutdown,
    telemetry::{self, Traces},
    wiring, worker,
};
use actix_web::dev::ServerHandle;
use library_shared_http::WriteTasks;
use library_shared_infra::database::Database;
use std::io;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// Serves, as the environment and `.env` say.
pub async fn serve() -> Result<(), Failure> {
    run(&Settings::load(&Sources::of_process()?)?).await
}

/// Serves with defaults that need nothing but this binary.
pub async fn dev() -> Result<(), Failure> {
    let mut sources = Sources::of_process()?;
    sources.defaults =
        dev_defaults(&sources).map_err(|source| Failure::Io { what: "keeping a key beside the database", source })?;
    run(&Settings::load(&sources)?).await
}

/// Serves until a signal says to end, and then lets the last spans go.
async fn run(settings: &Settings) -> Result<(), Failure> {
    let traces = settings.trace_collector.as_ref().map(Traces::to).transpose().map_err(Failure::traces)?;
    telemetry::start(settings.log_level, settings.log_format, traces.as_ref());
    let outcome = run_until_signal(settings).await;
    if let Some(traces) = traces {
        traces.flush().await;
    }
    outcome
}

async fn run_until_signal(settings: &Settings) -> Result<(), Failure> {
    // Before everything else, so that a start that takes long can be ended, too.
    let stop = shutdown::on_signal().map_err(|source| Failure::Io { what: "listening for signals", source })?;
    let mut running = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        started = start(settings, &stop) => started?,
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        ended = &mut running.server => return Err(Failure::ended("serving", ended)),
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
    server: JoinHandle<io::Result<()>>,
    handle: ServerHandle,
    workers: JoinSet<()>,
    writes: WriteTasks,
}

async fn start(settings: &Settings, stop: &CancellationToken) -> Result<Running, Failure> {
    let database = Database::open(&settings.database_url)?;
    database.check_reachable().await?;
    let migrations = database.migrate().await?;
    let service = wiring::wire(settings, &database, stop)?;
    let (server, addresses) = http::bind(service.apis, service.limits, settings)?;
    let handle = server.handle();
    let mut workers = JoinSet::new();
    workers.spawn(worker::deliver_notifications(service.deliver_notifications, stop.clone()));
    workers.spawn(worker::remove_expired_sessions(service.remove_expired_sessions, stop.clone()));
    workers.spawn(worker::remove_expired_claims(service.remove_expired_claims, stop.clone()));
    for address in addresses {
        tracing::info!(%address, database = %settings.database_url, migrations, environment = %settings.environment, "server_started");
    }
    Ok(Running { server: tokio::spawn(server), handle, workers, writes: service.writes })
}

/// Lets what is in flight come to its end.
async fn finish(mut running: Running) {
    tokio::time::sleep(shutdown::FAREWELL).await;
    running.handle.stop(true).await;
    running.writes.finish().await;
    while let Some(ended) = running.workers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(error = %error, "worker_failed");
        }
    }
}
