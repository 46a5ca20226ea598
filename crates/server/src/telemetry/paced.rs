use std::{
    io::{self, Write},
    thread,
    time::Duration,
};

/// How long to wait for more before the next lines are written.
const PAUSE: Duration = Duration::from_millis(10);

/// A writer that pauses after each flush. What is logged meanwhile waits in the queue and is written together; and who logs it need not wake
/// the thread that writes, which costs more than to write. A process that is killed takes the lines of that pause with it.
pub struct Paced<W>(pub W);

impl<W: Write> Write for Paced<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()?;
        thread::sleep(PAUSE);
        Ok(())
    }
}
