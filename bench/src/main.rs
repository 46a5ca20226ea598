//! The service's speed, as ratios to what the machine can do at best: `./scripts/bench`.
//!
//! A table of contents:
//! - `command_line`: what is measured, and how; `stage`: what the rows share, made when the first row asks for it; `library`, `books`: a
//!   database with books and members in it;
//! - `rows`: the rows of the table, a file each; `ceilings`: what they are compared with; `load`: wrk, whose scripts are in `bench/load`;
//!   `service`, `client`: the server that is measured, a child process of the release build;
//! - `instructions`: what a request costs, counted by callgrind;
//! - `statistics`, `report`, `machine`: medians, the table, the machine. `failure`, `command`: what goes wrong, and other programs.
//!
//! It belongs to no layer: it knows the server as a program, and nothing of what is within it.

mod books;
mod ceilings;
mod client;
mod command;
mod command_line;
mod failure;
mod instructions;
mod library;
mod load;
mod machine;
mod report;
mod rows;
mod service;
mod stage;
mod statistics;

use clap::Parser;
use command_line::{CommandLine, Options, Task};
use failure::Outcome;
use machine::Machine;
use report::Report;
use std::process::ExitCode;

fn main() -> ExitCode {
    let CommandLine { task, options } = CommandLine::parse();
    let outcome = match task {
        Some(Task::Instructions(options)) => instructions::run(&options),
        None if options.list => {
            list();
            Ok(())
        }
        None => measure(options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn list() {
    for family in &rows::FAMILIES {
        let long = if family.is_long { " (takes long: by name, or with --all)" } else { "" };
        println!("{:10} {}{long}", family.name, family.about);
    }
}

/// Measures row by row, and keeps what there is after each, so that a failure loses no figure of the rows before it.
fn measure(options: Options) -> Outcome<()> {
    let families = rows::chosen(&options.rows, options.all)?;
    let (machine, append) = (Machine::describe(), options.append.clone());
    let earlier = append.as_deref().filter(|file| file.exists()).map(|file| Report::read(file, &machine)).transpose()?;
    let mut report = earlier.unwrap_or_else(|| Report { machine, settings: stage::settings(&options), rows: Vec::new() });
    let stage = stage::Stage::new(options)?;
    let mut file = append;
    for family in families {
        eprintln!("{}: {}", family.name, family.about);
        report.rows.extend((family.measure)(&stage)?);
        file = Some(report.keep(file.as_deref())?);
    }
    println!("{}", report.table());
    if let Some(file) = file {
        println!("Kept in {}.", file.display());
    }
    Ok(())
}
