use super::corpus::Corpus;
use rand::{RngExt, rngs::StdRng};

/// What parsers stumble over.
const WORDS: [&[u8]; 34] = [
    b"\0",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"%00",
    b"%",
    b"%ff%fe",
    b"\xff\xfe",
    b"\xf0\x9f\x93\x9a",
    b"\xe2\x80\xae",
    b"-1",
    b"0",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"1e400",
    b"NaN",
    b"null",
    b"{}",
    b"[]",
    b"[[[[[[[[",
    b"{\"a\":",
    b"\"\\ud800\"",
    b"\"\\u0000\"",
    b"' OR 1=1 --",
    b"*",
    b"..%2f",
    b"Content-Length: 0\r\n",
    b"Content-Length: 99999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"If-Match: \"\r\n",
    b"Authorization: Bearer \r\n",
    b"HTTP/1.0",
    b"0001-01-01T00:00:00Z",
    b"9999-12-31T23:59:60+23:59",
];

/// The longest run of one byte: more than a head or a name may have.
const LONGEST: usize = 20_000;

/// A request of the corpus, made worse in a few places.
pub fn mutated(corpus: &Corpus, random: &mut StdRng) -> Vec<u8> {
    let mut request = any(corpus, random).clone();
    for _ in 0..random.random_range(1..=4) {
        mutate(&mut request, corpus, random);
    }
    // Otherwise most would wait for bytes that never come, and be judged by their length alone.
    if random.random_bool(0.7) { with_its_length(request) } else { request }
}

fn any<'a>(corpus: &'a Corpus, random: &mut StdRng) -> &'a Vec<u8> {
    &corpus.requests()[random.random_range(0..corpus.requests().len())]
}

fn mutate(request: &mut Vec<u8>, corpus: &Corpus, random: &mut StdRng) {
    let at = place(request, random);
    let end = (at + random.random_range(0..16)).min(request.len());
    match random.random_range(0..9) {
        0 if at < request.len() => request[at] ^= 1 << random.random_range(0..8),
        1 if at < request.len() => request[at] = random.random(),
        2 => drop(request.drain(at..end)),
        3 => {
            let piece = request[at..end].to_vec();
            drop(request.splice(at..at, piece.repeat(random.random_range(1..50))));
        }
        4 | 5 => {
            let word = WORDS[random.random_range(0..WORDS.len())];
            drop(request.splice(at..end, word.iter().copied()));
        }
        6 => {
            let other = any(corpus, random);
            let from = random.random_range(0..other.len());
            drop(request.splice(at.., other[from..].iter().copied()));
        }
        7 => request.truncate(at.max(1)),
        _ => {
            let byte = [b'a', b'9', b'[', b'%', b' ', 0xff][random.random_range(0..6)];
            let run = vec![byte; random.random_range(1..LONGEST)];
            drop(request.splice(at..at, run));
        }
    }
    if request.is_empty() {
        request.push(b'\n');
    }
}

/// Somewhere in the request; half of the time in its target or its body, which get further than a broken head.
fn place(request: &[u8], random: &mut StdRng) -> usize {
    let anywhere = random.random_range(0..=request.len());
    let body = find(request, b"\r\n\r\n").map(|end| end + 4).filter(|body| *body < request.len());
    match (body, random.random_range(0..4)) {
        (Some(body), 0 | 1) => random.random_range(body..=request.len()),
        (None, 0 | 1) => find(request, b" HTTP").map_or(anywhere, |end| random.random_range(0..=end)),
        _ => anywhere,
    }
}

/// The request, saying of its body how long it is, where it says anything of that.
fn with_its_length(request: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = b"Content-Length: ";
    let Some(body) = find(&request, b"\r\n\r\n").map(|end| end + 4) else { return request };
    let Some(value) = find(&request[..body], NAME).map(|start| start + NAME.len()) else { return request };
    let Some(length) = find(&request[value..body], b"\r\n") else { return request };
    let stated = (request.len() - body).to_string();
    [&request[..value], stated.as_bytes(), &request[value + length..]].concat()
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::with_its_length;

    #[test]
    fn a_length_is_set_right_where_one_is_stated() {
        let wrong = b"POST / HTTP/1.1\r\nContent-Length: 7\r\nHost: x\r\n\r\n{}".to_vec();
        assert_eq!(with_its_length(wrong), b"POST / HTTP/1.1\r\nContent-Length: 2\r\nHost: x\r\n\r\n{}");
        let none = b"GET / HTTP/1.1\r\n\r\n".to_vec();
        assert_eq!(with_its_length(none.clone()), none);
    }
}
