use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// The file that takes the room.
const FILLER: &str = "filler";

/// A file system in memory, so small that it can be filled up; it goes when this is dropped.
pub struct SmallDisk {
    directory: TempDir,
}

impl SmallDisk {
    /// A disk of so many bytes. To mount one, the tests have to run as root, or as somebody whom `sudo` asks for no password.
    ///
    /// # Panics
    /// Where neither is so.
    #[must_use]
    pub fn mount(bytes: usize) -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let path = directory.path().to_str().expect("a path in UTF-8");
        let mounted = as_root(&["mount", "-t", "tmpfs", "-o", &format!("size={bytes},mode=777"), "library-faults", path]);
        assert!(mounted, "this test mounts a small disk: run it as root, or as somebody whom sudo asks for no password");
        Self { directory }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("a name takes no room");
        // Ever smaller pieces, so that not a byte is left.
        for size in [65_536, 4_096, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Gives the room back.
    pub fn make_room(&self) {
        fs::remove_file(self.filler()).expect("it is there");
    }

    fn filler(&self) -> PathBuf {
        self.path().join(FILLER)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Also where something is still open there.
        if let Some(path) = self.path().to_str() {
            as_root(&["umount", "--lazy", path]);
        }
    }
}

/// Whether this command, run by root, did what it was to do.
fn as_root(command: &[&str]) -> bool {
    let succeeds = |words: &[&str]| {
        let output = Command::new(words[0]).args(&words[1..]).output();
        output.is_ok_and(|output| output.status.success())
    };
    succeeds(command) || succeeds(&[&["sudo", "--non-interactive"], command].concat())
}
