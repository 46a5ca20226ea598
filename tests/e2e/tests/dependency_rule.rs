//! The dependency rule holds, and whoever breaks it is told.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, TargetKind};
use rstest::rstest;
use tempfile::TempDir;

/// What a domain or app crate may use besides its own workspace: no framework and no I/O.
const LANGUAGE_GAPS: [&str; 8] =
    ["async-trait", "email_address", "secrecy", "thiserror", "time", "tracing", "unicode-normalization", "uuid"];

/// `cargo deny` takes half a second; it may have to wait for another cargo's lock.
const DENY_LIMIT: Duration = Duration::from_mins(2);

#[test]
fn the_workspace_as_it_is_keeps_the_rule() {
    let workspace = ScratchWorkspace::new();
    let output = workspace.check_bans();
    assert!(output.status.success(), "{}", text_of(&output));
}

#[rstest]
#[case::a_database_driver_in_a_domain("library-book-domain", "diesel")]
#[case::an_adapter_in_a_use_case("library-book-app", "library-book-infra")]
#[case::a_web_framework_in_a_use_case("library-loan-app", "actix-web")]
#[case::loans_in_the_members_domain("library-member-domain", "library-loan-domain")]
#[case::loans_in_the_members_use_cases("library-member-app", "library-loan-domain")]
#[case::the_shared_use_cases_in_a_contexts_own("library-book-app", "library-shared-app")]
#[case::the_test_kit_in_the_server("library-server", "library-testkit")]
fn a_forbidden_dependency_is_found_and_named(#[case] dependent: &str, #[case] forbidden: &str) {
    let workspace = ScratchWorkspace::new();
    workspace.add_dependency(dependent, forbidden);
    let output = workspace.check_bans();
    let report = text_of(&output);
    assert!(!output.status.success(), "{dependent} may depend on {forbidden}:\n{report}");
    let complaint = report.lines().find(|line| line.starts_with("error[")).unwrap_or_default();
    assert!(complaint.contains(&format!("crate '{forbidden} ")), "the complaint is about something else:\n{report}");
    assert!(report.contains(dependent), "{dependent} is not named:\n{report}");
}

#[test]
fn domains_and_use_cases_use_nothing_but_what_the_language_lacks() {
    let workspace = workspace();
    let strangers: Vec<_> = workspace
        .workspace_packages()
        .into_iter()
        .filter(|package| package.name.ends_with("-domain") || package.name.ends_with("-app"))
        .flat_map(|package| third_parties(package).map(move |name| format!("{} uses {name}", package.name)))
        .collect();
    assert_eq!(strangers, [""; 0]);
}

#[test]
fn every_crate_inherits_the_lints_of_the_workspace() {
    let workspace = workspace();
    let own_ways: Vec<_> = workspace
        .workspace_packages()
        .into_iter()
        .filter(|package| !read(package.manifest_path.as_std_path()).contains("\n[lints]\nworkspace = true\n"))
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(own_ways, [""; 0]);
}

fn third_parties(package: &Package) -> impl Iterator<Item = &str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !name.starts_with("library-") && !LANGUAGE_GAPS.contains(name))
}

/// Every manifest of the workspace with empty sources, to be broken at will.
struct ScratchWorkspace {
    directory: TempDir,
    manifests: Vec<(String, PathBuf)>,
}

impl ScratchWorkspace {
    fn new() -> Self {
        let workspace = workspace();
        let root = workspace.workspace_root.as_std_path();
        let directory = tempfile::tempdir().expect("a directory can be made");
        for file in ["Cargo.toml", "Cargo.lock", "deny.toml", "rust-toolchain.toml"] {
            write(&directory.path().join(file), &read(&root.join(file)));
        }
        let mut manifests = Vec::new();
        for package in workspace.workspace_packages() {
            let place_of = |path: &Path| directory.path().join(path.strip_prefix(root).expect("a member lies in the workspace"));
            let manifest = place_of(package.manifest_path.as_std_path());
            write(&manifest, &read(package.manifest_path.as_std_path()));
            manifests.push((package.name.to_string(), manifest));
            let needed = [TargetKind::Lib, TargetKind::Bin, TargetKind::CustomBuild];
            for target in package.targets.iter().filter(|target| target.kind.iter().any(|kind| needed.contains(kind))) {
                write(&place_of(target.src_path.as_std_path()), "");
            }
        }
        Self { directory, manifests }
    }

    fn add_dependency(&self, dependent: &str, dependency: &str) {
        let (_, manifest) = self.manifests.iter().find(|(name, _)| name == dependent).expect("the crate exists");
        let heading = "\n[dependencies]\n";
        let text = read(manifest);
        assert!(text.contains(heading), "{dependent} has no dependencies");
        write(manifest, &text.replacen(heading, &format!("{heading}{dependency}.workspace = true\n"), 1));
    }

    /// Asks `cargo deny`, without the network: what could be forbidden is in the lock file already.
    fn check_bans(&self) -> Output {
        let output = run(Command::new("cargo")
            .args(["deny", "--offline", "check", "--hide-inclusion-graph", "bans"])
            .current_dir(self.directory.path()));
        let report = text_of(&output);
        assert!(
            !report.contains("no such command"),
            "these tests need cargo-deny: run ./scripts/test, or cargo install cargo-deny --locked"
        );
        assert!(!report.contains("failed to fetch crates"), "run cargo fetch --locked first:\n{report}");
        output
    }
}

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"))
        .no_deps()
        .exec()
        .expect("the workspace can be read")
}

fn run(command: &mut Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("cargo can be run");
    let deadline = Instant::now() + DENY_LIMIT;
    // What it says fits into the pipes, so it never waits for us to read.
    while child.try_wait().expect("it is our child").is_none() {
        if Instant::now() > deadline {
            child.kill().expect("it is our child");
            panic!("{command:?} took more than {DENY_LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("its output can be read")
}

fn text_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    let directory = path.parent().expect("a file lies in a directory");
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(path, text))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
