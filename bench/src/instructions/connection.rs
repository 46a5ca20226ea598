use crate::failure::{Failure, Outcome, While};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

/// One connection that is kept. A request is written at once, so that the server reads it at once: how often it reads is counted.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    /// A connection to the server at this address.
    ///
    /// # Errors
    /// Where it does not listen.
    pub fn to(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).doing(address)?;
        stream.set_nodelay(true).doing(address)?;
        Ok(Self { stream: BufReader::new(stream), host: address.to_owned() })
    }

    /// Sends a request; the body of the answer, whose status has to be this.
    ///
    /// # Errors
    /// Where the status is another, or the answer breaks off.
    pub fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str, expected: u16) -> Outcome<String> {
        let length = if method == "POST" { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}{length}\r\n{body}", self.host);
        self.stream.get_mut().write_all(request.as_bytes()).doing(path)?;
        let status = self.line(path)?;
        if status.split(' ').nth(1) != Some(&expected.to_string()) {
            return Err(Failure(format!("{method} {path} was answered with {status}")));
        }
        let mut length = 0;
        loop {
            let line = self.line(path)?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().doing(path)?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).doing(path)?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    fn line(&mut self, path: &str) -> Outcome<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line).doing(path)?;
        Ok(line.trim_end().to_owned())
    }
}
