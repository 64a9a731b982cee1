//! Work on all cores, answers in the order of the input, memory flat however long the input is.

use std::{
    collections::BTreeMap,
    io,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

/// How many inputs may be under way for each worker: enough that one slow page keeps nobody waiting, few enough
/// that a stream of large pages stays small.
const WINDOW: usize = 4;
/// How many bytes of input may be under way for every two workers, unless one input alone is larger: two pages of the
/// largest size are not read at once.
const WINDOW_BYTES: usize = 16 << 20;

/// What is under way: inputs are let in by their size, in order, so that the one that is waited for is never held up
/// by those behind it.
#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    inputs: usize,
    bytes: usize,
    closed: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room for an input of this size; `false` when no more are wanted.
    fn enter(&self, size: usize, jobs: usize) -> bool {
        let full = |s: &mut State| {
            let full = s.inputs >= jobs * WINDOW || s.bytes + size > jobs.div_ceil(2) * WINDOW_BYTES;
            !s.closed && s.inputs > 0 && full
        };
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        state.inputs += 1;
        state.bytes += size;
        !state.closed
    }

    fn leave(&self, size: usize) {
        let mut state = self.state();
        state.inputs -= 1;
        state.bytes -= size;
        drop(state);
        self.changed.notify_one();
    }
}

/// Lets nobody in any more once it is dropped.
struct Closes<'g>(&'g Gate);

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.changed.notify_one();
    }
}

/// Takes each input through `work` on `jobs` threads and hands the results to `sink` in the order of the inputs.
/// `size` says how many bytes an input has.
///
/// `sink` is told whether it may take its time (`true` when nothing else is ready, a moment to flush); when it
/// fails, no further input is taken and its error is given back.
pub fn ordered<I: Send, O: Send>(
    inputs: impl Iterator<Item = I> + Send,
    size: impl Fn(&I) -> usize + Send,
    jobs: usize,
    work: impl Fn(I) -> O + Sync,
    mut sink: impl FnMut(O, bool) -> io::Result<()>,
) -> io::Result<()> {
    let jobs = jobs.min(inputs.size_hint().1.unwrap_or(jobs)).max(1);
    let gate = Gate::default();
    let (to_work, waiting) = mpsc::channel::<(usize, usize, I)>();
    let (done, results) = mpsc::channel::<(usize, usize, O)>();
    let waiting = Mutex::new(waiting);
    thread::scope(|scope| {
        let gate = &gate;
        // Before any thread is started: leaving early lets the others end.
        let _closes = Closes(gate);
        thread::Builder::new().spawn_scoped(scope, move || {
            for (i, input) in inputs.enumerate() {
                let size = size(&input);
                if !gate.enter(size, jobs) || to_work.send((i, size, input)).is_err() {
                    return;
                }
            }
        })?;
        for started in 0..jobs {
            let (done, waiting, work) = (done.clone(), &waiting, &work);
            let worker = thread::Builder::new().spawn_scoped(scope, move || {
                loop {
                    let next = waiting.lock().ok().and_then(|w| w.recv().ok());
                    let Some((i, size, input)) = next else { return };
                    if done.send((i, size, work(input))).is_err() {
                        return;
                    }
                }
            });
            // Where the system gives no more threads, those that it gave do the work.
            match worker {
                Err(e) if started == 0 => return Err(e),
                Err(_) => break,
                Ok(_) => {}
            }
        }
        drop(done);
        // Owned here, so that leaving early drops it, which ends the other threads.
        let results = results;
        let mut early = BTreeMap::new();
        let mut next = 0;
        while let Ok((i, size, output)) = results.recv() {
            early.insert(i, (size, output));
            while let Some((size, output)) = early.remove(&next) {
                next += 1;
                sink(output, early.is_empty())?;
                gate.leave(size);
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::{WINDOW_BYTES, ordered};
    use std::{
        io,
        sync::atomic::{AtomicUsize, Ordering},
    };

    #[test]
    fn answers_come_in_the_order_of_the_input_on_any_number_of_threads() {
        for jobs in [1, 2, 7] {
            let mut out = Vec::new();
            let slow = |n: u64| {
                std::thread::sleep(std::time::Duration::from_micros((n * 7919) % 300));
                n * n
            };
            ordered(
                0..500,
                |_| 1,
                jobs,
                slow,
                |n, _| {
                    out.push(n);
                    Ok(())
                },
            )
            .expect("no failure");
            assert_eq!(out, (0..500).map(|n| n * n).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn large_inputs_are_under_way_one_at_a_time() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |n: usize| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(1));
            running.fetch_sub(1, Ordering::SeqCst);
            n
        };
        let mut out = Vec::new();
        let sink = |n, _| {
            out.push(n);
            Ok(())
        };
        ordered(0..40, |_| WINDOW_BYTES, 2, work, sink).expect("no failure");
        assert_eq!((out, most.into_inner()), ((0..40).collect(), 1));
    }

    #[test]
    fn a_sink_that_fails_ends_the_work() {
        let mut taken = 0;
        let result = ordered(
            0..,
            |_| 1,
            2,
            |n: u64| n,
            |_, _| {
                taken += 1;
                if taken == 10 { Err(io::Error::from(io::ErrorKind::BrokenPipe)) } else { Ok(()) }
            },
        );
        assert!(result.is_err());
    }
}
