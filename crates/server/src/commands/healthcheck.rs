use crate::{
    config::{Address, Settings, Sources},
    failure::Failure,
};
use std::{net::IpAddr, time::Duration};

/// How long the server may take to answer.
const LIMIT: Duration = Duration::from_secs(4);

/// Asks the server, or the worker, that runs on this machine for `/health`: directly, whatever proxy the environment names.
pub fn healthcheck(asks_worker: bool) -> Result<(), Failure> {
    let sources = Sources::of_process()?;
    let load = if asks_worker { Settings::load_metrics_address } else { Settings::load_address };
    let Address { host, port } = load(&sources)?;
    let url = format!("http://{}:{port}/health", reachable(&host));
    let agent = ureq::Agent::config_builder().timeout_global(Some(LIMIT)).proxy(None).build().new_agent();
    match agent.get(&url).call() {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::Unhealthy { url, reason: error.to_string() }),
    }
}

/// An address under which a server that listens on this one is reached from its own machine.
fn reachable(host: &str) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) if address.is_unspecified() => "127.0.0.1".to_owned(),
        Ok(IpAddr::V6(address)) if address.is_unspecified() => "[::1]".to_owned(),
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.to_owned(),
    }
}
