//! What the papers for users say is so: README.md and docs/api.md work as pasted, and their tables are those of the code.

mod api;
mod mask;
mod paper;
mod readme;
mod walk;
