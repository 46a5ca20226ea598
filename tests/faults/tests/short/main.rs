//! The faults that take seconds, a file each.

mod bad_input;
mod crash;
mod departures;
mod disk;
mod mail;
mod migrations;
mod pool;
mod postgres;
mod redis;
mod stop;
mod torture;
mod two_servers;
