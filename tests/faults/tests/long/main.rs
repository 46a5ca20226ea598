//! The faults that take minutes, a file each: for `scripts/faults`.

mod connections;
mod crash;
mod mail;
mod postgres;
mod redis;
