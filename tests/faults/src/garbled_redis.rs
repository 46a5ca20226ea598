use library_testkit::servers::RedisServer;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What is answered in place of what Redis says: bytes of no meaning, answers of the wrong kind, answers that promise more than ever
/// comes, and an error.
const GARBAGE: [&[u8]; 8] = [
    b"\x00\x01\x02 no answer at all\r\n",
    b":7\r\n",
    b"$7\r\ngarbage\r\n",
    b"*-1\r\n",
    b"$999999999\r\nx",
    b"+OK\r\n",
    b"*2\r\n:1\r\n$-1\r\n",
    b"-ERR nobody knows\r\n",
];

/// A way to a Redis on which answers can be replaced by garbage.
pub struct GarbledRedis {
    port: u16,
    is_garbled: Arc<AtomicBool>,
    serving: JoinHandle<()>,
}

impl GarbledRedis {
    /// A way to this server, on which everything passes as it is.
    pub async fn before(redis: &RedisServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (is_garbled, next) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (garbles, target) = (Arc::clone(&is_garbled), redis.port());
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, target, Arc::clone(&garbles), Arc::clone(&next)));
            }
        });
        Self { port, is_garbled, serving }
    }

    /// `REDIS_URL` of this way.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// From now on every answer is garbage, or none is.
    pub fn garble(&self, is_garbled: bool) {
        self.is_garbled.store(is_garbled, Ordering::SeqCst);
    }
}

impl Drop for GarbledRedis {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Passes one connection on, until either side leaves.
async fn pass(client: TcpStream, target: u16, is_garbled: Arc<AtomicBool>, next: Arc<AtomicUsize>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else { return };
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) = (client.into_split(), server.into_split());
    let asking = tokio::io::copy(&mut from_client, &mut to_server);
    let answering = async {
        let mut bytes = [0; 16_384];
        while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
            let answer = if is_garbled.load(Ordering::SeqCst) {
                GARBAGE[next.fetch_add(1, Ordering::Relaxed) % GARBAGE.len()]
            } else {
                &bytes[..count]
            };
            if to_client.write_all(answer).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = asking => {}
        () = answering => {}
    }
}
