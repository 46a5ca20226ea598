use crate::{
    config::{Settings, Sources, dev_defaults},
    failure::Failure,
    http, shutdown, telemetry, wiring, worker,
};
use library_shared_infra::database::Database;
use tokio::task::JoinHandle;

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

async fn run(settings: &Settings) -> Result<(), Failure> {
    telemetry::start(settings.log_level, settings.log_format);
    let database = Database::open(&settings.database_url)?;
    database.check_reachable().await?;
    let migrations = database.migrate().await?;
    let service = wiring::wire(settings, &database)?;

    let stop = shutdown::on_signal().map_err(|source| Failure::Io { what: "listening for signals", source })?;
    let (server, addresses) = http::bind(service.apis, &settings.host, settings.port, stop.clone())?;
    let handle = server.handle();
    let mut serving = tokio::spawn(server);
    let workers = [
        tokio::spawn(worker::deliver_notifications(service.deliver_notifications, stop.clone())),
        tokio::spawn(worker::remove_expired_sessions(service.remove_expired_sessions, stop.clone())),
    ];
    for address in addresses {
        tracing::info!(%address, database = %settings.database_url, migrations, "server_started");
    }

    tokio::select! {
        () = stop.cancelled() => {}
        ended = &mut serving => return Err(Failure::ended(ended)),
    }
    let in_flight = async {
        tokio::time::sleep(shutdown::FAREWELL).await;
        handle.stop(true).await;
        service.writes.finish().await;
        join(workers).await;
    };
    if tokio::time::timeout(shutdown::LIMIT, in_flight).await.is_err() {
        tracing::warn!("shutdown_cut_short");
    }
    tracing::info!("shutdown_finished");
    Ok(())
}

async fn join(workers: impl IntoIterator<Item = JoinHandle<()>>) {
    for worker in workers {
        if let Err(error) = worker.await {
            tracing::error!(error = %error, "worker_failed");
        }
    }
}
