//! The faults that take seconds, a file each.

mod crash;
mod postgres;
mod redis;
