//! The faults that take seconds, a file each.

mod crash;
mod mail;
mod postgres;
mod redis;
