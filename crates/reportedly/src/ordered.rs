//! Work on all cores, answers in the order of the input, memory flat however long the input is.

use std::{
    collections::BTreeMap,
    io,
    sync::{Mutex, mpsc},
    thread,
};

/// How many inputs may be under way for each worker: enough that one slow page keeps nobody waiting, few enough
/// that a stream of huge pages stays small.
const WINDOW: usize = 4;

/// Takes each input through `work` on `jobs` threads and hands the results to `sink` in the order of the inputs.
///
/// `sink` is told whether it may take its time (`true` when nothing else is ready, a moment to flush); when it
/// fails, no further input is taken and its error is given back.
pub fn ordered<I: Send, O: Send>(
    inputs: impl Iterator<Item = I> + Send,
    jobs: usize,
    work: impl Fn(I) -> O + Sync,
    mut sink: impl FnMut(O, bool) -> io::Result<()>,
) -> io::Result<()> {
    let jobs = jobs.max(1);
    let (permit, permits) = mpsc::sync_channel::<()>(jobs * WINDOW);
    let (to_work, waiting) = mpsc::channel::<(usize, I)>();
    let (done, results) = mpsc::channel::<(usize, O)>();
    let waiting = Mutex::new(waiting);
    for _ in 0..jobs * WINDOW {
        let _ = permit.try_send(());
    }
    thread::scope(|scope| {
        scope.spawn(move || {
            // Each input needs a permit, which comes back when its answer is out.
            let mut inputs = inputs.enumerate();
            while permits.recv().is_ok() {
                let Some(input) = inputs.next() else { return };
                if to_work.send(input).is_err() {
                    return;
                }
            }
        });
        for _ in 0..jobs {
            let (done, waiting, work) = (done.clone(), &waiting, &work);
            scope.spawn(move || {
                loop {
                    let next = waiting.lock().ok().and_then(|w| w.recv().ok());
                    let Some((i, input)) = next else { return };
                    if done.send((i, work(input))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        // Owned here, so that leaving early drops them, which ends the other threads.
        let (results, permit) = (results, permit);
        let mut early = BTreeMap::new();
        let mut next = 0;
        while let Ok((i, output)) = results.recv() {
            early.insert(i, output);
            while let Some(output) = early.remove(&next) {
                next += 1;
                sink(output, early.is_empty())?;
                let _ = permit.try_send(());
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::ordered;
    use std::io;

    #[test]
    fn answers_come_in_the_order_of_the_input_on_any_number_of_threads() {
        for jobs in [1, 2, 7] {
            let mut out = Vec::new();
            let slow = |n: u64| {
                std::thread::sleep(std::time::Duration::from_micros((n * 7919) % 300));
                n * n
            };
            ordered(0..500, jobs, slow, |n, _| {
                out.push(n);
                Ok(())
            })
            .expect("no failure");
            assert_eq!(out, (0..500).map(|n| n * n).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn a_sink_that_fails_ends_the_work() {
        let mut taken = 0;
        let result = ordered(
            0..,
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
