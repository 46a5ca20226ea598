use escargot::CargoBuild;
use std::{
    env,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The binary of this workspace, built once by this process: with the profile and into the directory that its tests were built
/// with, and with the features that it is shipped with.
pub fn library_server() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        // <target directory>/<profile>/deps/<test>
        let test = env::current_exe().expect("a process knows its program");
        let profile = test.ancestors().nth(2).expect("cargo put the tests there");
        let build = CargoBuild::new()
            .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"))
            .target_dir(profile.parent().expect("cargo put the profile there"))
            .arg("--locked")
            .package("library-server")
            .bin("library-server");
        let build = match profile.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => build,
            Some(name) => build.profile(name),
        };
        let binary = build.run().unwrap_or_else(|error| panic!("library-server cannot be built: {error}"));
        binary.path().to_owned()
    })
}
