use super::{ImportOptions, columns::Columns, line_ends::LineEnds};
use crate::failure::Failure;
use csv::{ByteRecord, Reader, ReaderBuilder};
use library_book_app::AddBookCommand;
use std::{fs::File, io};

/// The rows of the file, of which no more are held in memory than are asked for.
pub struct Rows {
    reader: Reader<LineEnds<File>>,
    columns: Columns,
    path: String,
    length: u64,
}

/// A row of the file.
pub struct Row {
    /// The line of the file that it begins in; the header is in line 1.
    pub line: u64,
    /// What stands where its ISBN should be.
    pub isbn: String,
    /// What stands where its title should be.
    pub title: String,
    /// The book that it is, or why it is none.
    pub judged: Result<AddBookCommand, String>,
}

impl Rows {
    /// Opens the file and finds its columns.
    ///
    /// # Errors
    /// Where it cannot be read or lacks a column.
    pub fn open(options: &ImportOptions) -> Result<Self, Failure> {
        let path = options.file.display().to_string();
        let unreadable = |source| Failure::File { path: path.clone(), action: "read", source };
        let file = File::open(&options.file).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        // A row of too few or too many cells is refused, and is not the end; a byte order mark is passed over.
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(LineEnds::of(file));
        let header = reader.byte_headers().map_err(|error| unreadable(io::Error::from(error)))?;
        let columns = Columns::find(header, options)?;
        Ok(Self { reader, columns, path, length })
    }

    /// How many bytes the file has.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// How many of them have been read.
    pub fn position(&self) -> u64 {
        self.reader.position().byte()
    }

    /// The next rows, so many at most; none where the file has ended.
    ///
    /// # Errors
    /// Where the file cannot be read on.
    pub fn next_chunk(&mut self, rows: usize) -> Result<Vec<Row>, Failure> {
        let (mut chunk, mut record) = (Vec::with_capacity(rows), ByteRecord::new());
        while chunk.len() < rows && self.read(&mut record)? {
            let (isbn, title) = self.columns.recognise(&record);
            chunk.push(Row { line: self.line(&record), isbn, title, judged: self.columns.judge(&record) });
        }
        Ok(chunk)
    }

    /// The line that this record, the last that was read, begins in: the reader tells where it ended, and that blank lines before it
    /// belong to it.
    fn line(&self, record: &ByteRecord) -> u64 {
        let breaks = record.iter().flatten().filter(|byte| **byte == b'\n').count();
        self.reader.position().line().saturating_sub(1 + breaks as u64)
    }

    fn read(&mut self, record: &mut ByteRecord) -> Result<bool, Failure> {
        let read = self.reader.read_byte_record(record);
        read.map_err(|error| Failure::File { path: self.path.clone(), action: "read", source: error.into() })
    }
}
