//! The faults that take minutes, a file each: for `scripts/faults`.

mod bad_input;
mod connections;
mod crash;
mod departures;
mod mail;
mod postgres;
mod redis;
mod torture;
