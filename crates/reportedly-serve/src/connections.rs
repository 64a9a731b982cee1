//! The connections: how many there are, how long each may take for what, and how they end.
//!
//! Nobody can hold the server up. A head that does not come, a body that comes byte by byte and a reader who does not
//! read run into times; whoever opens all the connections that there may be loses the one that has waited longest to
//! whoever comes next.

use axum::{Router, body::Body};
use hyper::{
    Request,
    body::Incoming,
    rt::{Read, ReadBufCursor, Write},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use prometheus_client::metrics::gauge::Gauge;
use rustc_hash::FxHashMap;
use std::{
    io::{self, IoSlice},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{AbortHandle, Id, JoinError, JoinSet},
    time::{Sleep, sleep, timeout},
};
use tower::ServiceExt;

/// What a connection may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Bytes of a request's first line and headers.
    pub head: usize,
    /// Bytes of a request's body, where its room does not say otherwise.
    pub body: usize,
    /// How long a head may take, and how long a connection may wait for its next one.
    pub waiting: Duration,
    /// How long an answer may take, the request's body included.
    pub answering: Duration,
    /// How long a reader may take to read anything worth speaking of.
    pub reading: Duration,
    /// How long answers under way are waited for at the end.
    pub ending: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: 16 << 10,
            body: 64 << 10,
            waiting: Duration::from_secs(15),
            answering: Duration::from_secs(30),
            reading: Duration::from_secs(20),
            ending: Duration::from_secs(10),
        }
    }
}

/// Headers of a request; a browser sends twenty.
const HEADERS: usize = 64;
/// What a reader takes within the time for reading, at least: a telephone on a bad line takes it in a second.
const READ: usize = 16 << 10;
/// How often is looked whether a full house has room again, or is empty at the end.
const LOOK: Duration = Duration::from_millis(20);
/// How long is waited after no connection could be taken, for want of file descriptors as a rule.
const RECOVERY: Duration = Duration::from_millis(100);

/// What a connection is doing: waiting for a request, answering one, or sending the answer.
const WAITING: u8 = 0;
const ANSWERING: u8 = 1;
const SENDING: u8 = 2;

/// A connection as its keeper sees it.
#[derive(Debug)]
struct Seat {
    doing: AtomicU8,
    /// When it began to wait, in milliseconds of the server's own count.
    since: AtomicU64,
    opened: Instant,
}

impl Seat {
    fn waits(&self) -> bool {
        self.doing.load(Ordering::Acquire) == WAITING
    }

    fn wait(&self) {
        let now = self.opened.elapsed().as_millis() as u64;
        self.since.store(now, Ordering::Relaxed);
        self.doing.store(WAITING, Ordering::Release);
    }

    /// How long it has waited.
    fn idle(&self) -> Duration {
        self.opened.elapsed().saturating_sub(Duration::from_millis(self.since.load(Ordering::Relaxed)))
    }
}

/// All connections.
#[derive(Debug, Default)]
struct House {
    tasks: JoinSet<()>,
    seats: FxHashMap<Id, (Arc<Seat>, AbortHandle)>,
}

impl House {
    /// Forgets those that have ended.
    fn clear(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.forget(ended);
        }
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.map_or_else(|e| e.id(), |(id, ())| id);
        self.seats.remove(&id);
    }

    /// Whether one more may come in; who has waited longest makes room for them.
    fn has_room(&mut self, most: usize) -> bool {
        self.clear();
        if self.seats.len() < most {
            return true;
        }
        let idle = self.seats.iter().filter(|(_, (seat, _))| seat.waits());
        let longest = idle.max_by_key(|(_, (seat, _))| seat.idle()).map(|(id, _)| *id);
        let gone = longest.and_then(|id| self.seats.remove(&id));
        gone.inspect(|(_, task)| task.abort()).is_some()
    }

    /// Closes those that have nothing under way.
    fn close_idle(&mut self) {
        self.clear();
        for (seat, task) in self.seats.values() {
            if seat.waits() {
                task.abort();
            }
        }
    }
}

/// Serves until `stop` comes, and ends when what was under way then is answered, or has taken too long. `open` always
/// holds how many connections there are.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    open: &Gauge,
    stop: impl Future<Output = ()>,
) {
    let mut stop = pin!(stop);
    let mut house = House::default();
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.waiting)
        .max_headers(HEADERS)
        // Hyper has a least size of its own.
        .max_buf_size(limits.head.max(8 << 10));
    loop {
        let room = house.has_room(limits.connections);
        open.set(house.seats.len() as i64);
        let taken = tokio::select! {
            () = &mut stop => break,
            Some(ended) = house.tasks.join_next_with_id() => {
                house.forget(ended);
                continue;
            }
            () = sleep(LOOK), if !room => continue,
            taken = listener.accept(), if room => taken,
        };
        let stream = match taken {
            Ok((stream, _)) => stream,
            // That was the other side's doing.
            Err(e) if e.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(_) => {
                sleep(RECOVERY).await;
                continue;
            }
        };
        let seat = Arc::new(Seat {
            doing: AtomicU8::new(WAITING),
            since: AtomicU64::new(0),
            opened: Instant::now(),
        });
        let connection = {
            let (seat, router) = (Arc::clone(&seat), router.clone());
            let io = Line::new(stream, Arc::clone(&seat), limits.reading);
            let service = service_fn(move |request: Request<Incoming>| {
                seat.doing.store(ANSWERING, Ordering::Release);
                let (seat, router) = (Arc::clone(&seat), router.clone());
                async move {
                    let answered = router.oneshot(request.map(Body::new)).await;
                    seat.doing.store(SENDING, Ordering::Release);
                    answered
                }
            });
            graceful.watch(http.serve_connection(io, service))
        };
        // What goes wrong on a connection is over with it.
        let task = house.tasks.spawn(async { drop(connection.await) });
        house.seats.insert(task.id(), (seat, task));
    }
    drop(listener);
    let ended = async {
        let mut said = pin!(graceful.shutdown());
        loop {
            house.close_idle();
            if timeout(LOOK, &mut said).await.is_ok() {
                break;
            }
        }
    };
    // What is left is broken off with the house.
    let _ = timeout(limits.ending, ended).await;
    open.set(0);
}

/// A connection's stream, given up when the other side does not read what is written to it.
struct Line {
    stream: TokioIo<TcpStream>,
    seat: Arc<Seat>,
    patience: Duration,
    /// Runs while the other side is waited for, with how much it has taken since.
    running: Option<(Pin<Box<Sleep>>, usize)>,
}

impl Line {
    fn new(stream: TcpStream, seat: Arc<Seat>, patience: Duration) -> Self {
        // An answer goes out in one go: nothing is to be gathered.
        let _ = stream.set_nodelay(true);
        Self { stream: TokioIo::new(stream), seat, patience, running: None }
    }

    /// Looks at the clock after a try to write.
    fn watch(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match (&written, &mut self.running) {
            (Poll::Ready(Ok(bytes)), Some((_, taken))) => {
                *taken += bytes;
                if *taken >= READ {
                    self.running = None;
                }
            }
            (Poll::Ready(_), _) => {}
            (Poll::Pending, running) => {
                let (clock, _) = running.get_or_insert_with(|| (Box::pin(sleep(self.patience)), 0));
                if clock.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
        }
        written
    }
}

impl Read for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl Write for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        // It is flushed once all was written.
        if self.seat.doing.load(Ordering::Acquire) == SENDING {
            self.running = None;
            self.seat.wait();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
