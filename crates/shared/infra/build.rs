//! Rebuilds the crate when a migration changes, which the embedding macro alone does not ask for.

fn main() {
    println!("cargo::rerun-if-changed=../../../migrations");
}
