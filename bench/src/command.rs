use crate::failure::{Failure, Outcome, While};
use std::process::{Command, Output};

/// Runs a program to its end; what it said on stdout.
///
/// # Errors
/// Where it cannot be run, or fails: with what it said.
pub fn output_of(command: &mut Command) -> Outcome<String> {
    let output = command.output().doing(format_args!("running {}", command.get_program().to_string_lossy()))?;
    text_of(command, &output)
}

/// What a program that has ended said on stdout.
///
/// # Errors
/// Where it failed: with what it said.
pub fn text_of(command: &Command, output: &Output) -> Outcome<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Failure(format!("{command:?} failed, {}:\n{text}{complaint}", output.status)))
}
