//! The one binary's inside: it reads the configuration, wires adapters into use cases, and serves. No rule of the library is here.
//!
//! - [`config`]: every setting, from the environment and `.env`, checked as a whole;
//! - `wiring`: the only place that knows which adapter is behind which port;
//! - `openapi`, `docs`: the document of the API, and the pages that show it;
//! - `limits`: how much a caller may ask for;
//! - `health`, `metrics`: what probes ask, and what Prometheus is told;
//! - `http`, `cors`, `worker`, `shutdown`: what runs; `telemetry`: what is logged;
//! - `command_line` and `commands`: what the binary can be asked to do.

mod command_line;
mod commands;
pub mod config;
mod cors;
mod docs;
mod failure;
mod health;
mod http;
mod limits;
mod metrics;
mod openapi;
mod shutdown;
mod telemetry;
mod wiring;
mod worker;

pub use command_line::run;
