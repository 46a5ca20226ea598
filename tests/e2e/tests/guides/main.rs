//! What the papers for users say is so: README.md, docs/api.md and docs/operations.md work as pasted, and their tables are those of the
//! code; what ops/ asks for is there.

mod api;
mod mask;
mod operations;
mod ops;
mod paper;
mod promql;
mod readme;
mod walk;
