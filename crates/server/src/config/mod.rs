//! Every setting, from the environment over an optional `.env`, checked as a whole before the first socket opens.
//!
//! [`Settings::load`] answers with values that are ready to use, or with every problem at once. No message holds a value: it might be
//! a secret.

mod dev;
mod environment;
mod keys;
mod origin;
mod parse;
mod problems;
mod settings;
mod sources;
mod variables;

pub use dev::dev_defaults;
pub use environment::Environment;
pub use origin::{InvalidOrigin, Origin};
pub use problems::{ConfigProblem, ConfigProblems};
pub use settings::{Address, CacheLocation, LogFormat, LogLevel, Settings};
pub use sources::Sources;
pub use variables::{VARIABLES, Variable};
