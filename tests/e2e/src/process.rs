use crate::{Log, eventually};
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    thread::{self, JoinHandle},
};

/// A child process and what it says. It is killed when this is dropped.
pub struct Process {
    child: Child,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts the program; its lines on stdout and stderr go into these logs.
    pub fn spawn(command: &mut Command, stdout: &Log, stderr: &Log) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
        let readers = vec![
            collect(child.stdout.take().expect("it is piped"), stdout.clone()),
            collect(child.stderr.take().expect("it is piped"), stderr.clone()),
        ];
        Self { child, readers }
    }

    /// How many bytes of memory it has resident.
    pub fn resident_memory(&self) -> usize {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let kilobytes =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<usize>().ok());
        kilobytes.expect("Linux tells the memory of a process") * 1_024
    }

    /// How many files and connections it has open.
    pub fn open_files(&self) -> usize {
        let path = format!("/proc/{}/fd", self.child.id());
        fs::read_dir(&path).unwrap_or_else(|error| panic!("{path}: {error}")).count()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }

    /// Asks it to end, with SIGTERM.
    pub fn ask_to_end(&self) {
        let status = Command::new("/bin/sh").args(["-c", "kill -TERM \"$0\"", &self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "no signal could be sent");
    }

    /// Ends it at once, with SIGKILL.
    pub fn kill(&mut self) {
        // One that has ended already cannot be killed, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.read_to_end();
    }

    /// How it ended, once it has and all that it said has been read.
    pub async fn end(&mut self) -> ExitStatus {
        let status = eventually("the end of the process", async || self.child.try_wait().expect("it is our child")).await;
        self.read_to_end();
        status
    }

    fn read_to_end(&mut self) {
        for reader in self.readers.drain(..) {
            reader.join().expect("a reader does not panic");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(pipe: impl Read + Send + 'static, log: Log) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n') {
            let Ok(line) = line else { return };
            log.push(String::from_utf8_lossy(&line).into_owned());
        }
    })
}
