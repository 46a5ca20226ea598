//! The service's life: how it starts and stops, what survives, and what it does while what it needs is away.

mod commands;
mod configuration;
mod connections;
mod dev;
mod environments;
mod import;
mod keys;
mod log;
mod mail;
mod metrics;
mod outages;
mod probes;
mod resources;
mod start;
mod stop;
mod tls;
mod traces;
mod worker;
