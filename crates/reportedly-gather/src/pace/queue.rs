//! Whom to ask next: hosts take turns, and none is asked faster than its rules allow.

use jiff::{SignedDuration, Timestamp};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

/// Hosts that are remembered although nothing waits for them, so that they are not asked again too soon.
const MOST_IDLE: usize = 4096;

/// How fast it goes.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Between the end of a request and the next to the same host.
    pub spacing: SignedDuration,
    /// Requests to one host at a time.
    pub per_host: usize,
    /// Requests at a time.
    pub at_once: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { spacing: SignedDuration::from_secs(1), per_host: 1, at_once: 16 }
    }
}

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// This, now. When it is done, [`Queue::done`] is to be told.
    Go {
        /// The host that it is for.
        host: Arc<str>,
        /// What was queued.
        task: T,
    },
    /// Nothing before then, unless something is queued or done.
    Wait(Timestamp),
    /// Nothing before something is done.
    Busy,
    /// Nothing at all.
    Empty,
}

/// Tasks that wait for their hosts.
///
/// Its memory is that of the tasks in it. Which task comes next depends on what was queued, done and when, and on
/// nothing else.
#[derive(Debug)]
pub struct Queue<T> {
    rules: Rules,
    hosts: HashMap<Arc<str>, Host<T>>,
    /// Hosts that something waits for and that may be asked, by when and by whose turn it is; each once.
    turns: BTreeSet<(Timestamp, u64, Arc<str>)>,
    turn: u64,
    running: usize,
    waiting: usize,
}

#[derive(Debug)]
struct Host<T> {
    waiting: VecDeque<T>,
    running: usize,
    free: Timestamp,
    spacing: SignedDuration,
    /// Its place among the turns.
    turn: Option<(Timestamp, u64)>,
}

impl<T> Queue<T> {
    /// An empty one.
    pub fn new(rules: Rules) -> Self {
        Self { rules, hosts: HashMap::new(), turns: BTreeSet::new(), turn: 0, running: 0, waiting: 0 }
    }

    /// How many tasks wait.
    pub fn len(&self) -> usize {
        self.waiting
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    fn host(&mut self, host: &str) -> (Arc<str>, &mut Host<T>) {
        let name = match self.hosts.get_key_value(host) {
            Some((name, _)) => Arc::clone(name),
            None => Arc::from(host),
        };
        let spacing = self.rules.spacing;
        let entry = self.hosts.entry(Arc::clone(&name)).or_insert_with(|| Host {
            waiting: VecDeque::new(),
            running: 0,
            free: Timestamp::MIN,
            spacing,
            turn: None,
        });
        (name, entry)
    }

    /// Gives a host its turn, or takes it away.
    fn line_up(&mut self, name: Arc<str>) {
        let Some(host) = self.hosts.get_mut(&name) else { return };
        if let Some((at, turn)) = host.turn.take() {
            self.turns.remove(&(at, turn, Arc::clone(&name)));
        }
        if !host.waiting.is_empty() && host.running < self.rules.per_host.max(1) {
            self.turn += 1;
            host.turn = Some((host.free, self.turn));
            self.turns.insert((host.free, self.turn, name));
        }
    }

    /// Queues a task.
    pub fn push(&mut self, host: &str, task: T) {
        let (name, host) = self.host(host);
        host.waiting.push_back(task);
        let lined_up = host.turn.is_some();
        self.waiting += 1;
        if !lined_up {
            self.line_up(name);
        }
    }

    /// The next task.
    pub fn next(&mut self, now: Timestamp) -> Step<T> {
        let nothing = if self.running > 0 { Step::Busy } else { Step::Empty };
        if self.running >= self.rules.at_once.max(1) {
            return Step::Busy;
        }
        // Those whose time has come take turns by how long they have waited for theirs.
        let Some((at, _, name)) = self.turns.first().cloned() else { return nothing };
        if at > now {
            return Step::Wait(at);
        }
        let Some(host) = self.hosts.get_mut(&name) else { return nothing };
        let Some(task) = host.waiting.pop_front() else { return nothing };
        host.running += 1;
        host.free = now.checked_add(host.spacing).unwrap_or(Timestamp::MAX);
        self.running += 1;
        self.waiting -= 1;
        self.line_up(Arc::clone(&name));
        Step::Go { host: name, task }
    }

    /// A task of a host is done.
    pub fn done(&mut self, host: &str, now: Timestamp) {
        let (name, host) = self.host(host);
        if host.running == 0 {
            return;
        }
        host.running -= 1;
        host.free = host.free.max(now.checked_add(host.spacing).unwrap_or(Timestamp::MAX));
        self.running -= 1;
        self.line_up(name);
        if self.hosts.len() > MOST_IDLE {
            self.hosts.retain(|_, host| !host.waiting.is_empty() || host.running > 0 || host.free > now);
        }
    }

    /// Leaves a host alone until then: it has asked for it.
    pub fn hold(&mut self, host: &str, until: Timestamp) {
        let (name, host) = self.host(host);
        host.free = host.free.max(until);
        self.line_up(name);
    }

    /// Lets go of tasks that are not to be kept. Gives how many they were.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &T) -> bool) -> usize {
        let mut gone = 0;
        for (name, host) in &mut self.hosts {
            let before = host.waiting.len();
            host.waiting.retain(|task| keep(name, task));
            gone += before - host.waiting.len();
            if host.waiting.is_empty()
                && let Some((at, turn)) = host.turn.take()
            {
                self.turns.remove(&(at, turn, Arc::clone(name)));
            }
        }
        self.waiting -= gone;
        gone
    }

    /// Takes more time between two requests to a host than the rules do, where it asks for more.
    pub fn slow_down(&mut self, host: &str, spacing: SignedDuration) {
        let (_, host) = self.host(host);
        host.spacing = host.spacing.max(spacing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn second(n: i64) -> Timestamp {
        Timestamp::from_second(n).expect("an instant")
    }

    fn rules(spacing: i64, per_host: usize, at_once: usize) -> Rules {
        Rules { spacing: SignedDuration::from_secs(spacing), per_host, at_once }
    }

    fn go(step: Step<u32>) -> u32 {
        match step {
            Step::Go { task, .. } => task,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_let_go_of_has_no_turn() {
        let mut queue = Queue::new(rules(1, 1, 10));
        for (host, task) in [("a", 1), ("a", 2), ("b", 3), ("b", 4)] {
            queue.push(host, task);
        }
        assert_eq!(queue.retain(|host, task| host == "b" && *task == 4), 3);
        assert_eq!((queue.len(), go(queue.next(second(0)))), (1, 4));
        assert_eq!(queue.next(second(0)), Step::Busy);
        queue.done("b", second(0));
        assert_eq!(queue.next(second(9)), Step::Empty);
    }

    #[test]
    fn hosts_take_turns() {
        let mut queue = Queue::new(rules(1, 2, 10));
        for (host, task) in [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5)] {
            queue.push(host, task);
        }
        let order: Vec<u32> = (0..3).map(|_| go(queue.next(second(0)))).collect();
        assert_eq!(order, [1, 4, 5]);
        assert_eq!(queue.next(second(0)), Step::Wait(second(1)));
        assert_eq!(go(queue.next(second(1))), 2);
        // Two at a time.
        assert_eq!(queue.next(second(5)), Step::Busy);
        queue.done("a", second(5));
        assert_eq!(queue.next(second(5)), Step::Wait(second(6)));
        assert_eq!(go(queue.next(second(6))), 3);
        for host in ["a", "a", "b", "c"] {
            queue.done(host, second(7));
        }
        assert_eq!((queue.next(second(9)), queue.len()), (Step::Empty, 0));
    }

    #[test]
    fn a_host_that_wants_to_be_left_alone_holds_up_nobody_else() {
        let mut queue = Queue::new(rules(1, 1, 10));
        for (host, task) in [("a", 1), ("b", 2), ("a", 3), ("b", 4)] {
            queue.push(host, task);
        }
        queue.slow_down("b", SignedDuration::from_secs(30));
        assert_eq!((go(queue.next(second(0))), go(queue.next(second(0)))), (1, 2));
        queue.hold("a", second(3600));
        queue.done("a", second(1));
        queue.done("b", second(1));
        assert_eq!(queue.next(second(1)), Step::Wait(second(31)));
        assert_eq!(go(queue.next(second(31))), 4);
        assert_eq!(queue.next(second(31)), Step::Wait(second(3600)));
        assert_eq!(go(queue.next(second(3600))), 3);
        assert_eq!(queue.next(second(3600)), Step::Busy);
    }

    #[test]
    fn hosts_are_forgotten_when_nothing_is_left_of_them() {
        let mut queue = Queue::new(rules(1, 1, usize::MAX));
        for n in 0..20_000 {
            queue.push(&format!("host{n}"), n);
            go(queue.next(second(i64::from(n))));
            queue.done(&format!("host{n}"), second(i64::from(n)));
        }
        assert!(queue.hosts.len() <= MOST_IDLE + 1);
    }

    proptest! {
        /// Played with a clock of its own: all is done, each host within its rules.
        #[test]
        fn rules_are_kept(
            tasks in prop::collection::vec((0u8..6, 0i64..5), 0..80),
            spacing in 0i64..4,
            per_host in 1usize..4,
            at_once in 1usize..8,
        ) {
            let mut queue = Queue::new(rules(spacing, per_host, at_once));
            for (n, (host, _)) in tasks.iter().enumerate() {
                queue.push(&host.to_string(), n);
            }
            let mut now = 0;
            let mut ends: Vec<(i64, Arc<str>)> = Vec::new();
            let mut last: BTreeMap<Arc<str>, i64> = BTreeMap::new();
            let mut done = Vec::new();
            for _ in 0..10_000 {
                let (over, on): (Vec<_>, Vec<_>) = ends.into_iter().partition(|(end, _)| *end <= now);
                ends = on;
                for (_, host) in over {
                    queue.done(&host, second(now));
                }
                match queue.next(second(now)) {
                    Step::Go { host, task } => {
                        let started = last.insert(Arc::clone(&host), now);
                        prop_assert!(started.is_none_or(|before| now - before >= spacing));
                        ends.push((now + tasks[task].1, host));
                        prop_assert!(ends.len() <= at_once);
                        let mut by_host: BTreeMap<&str, usize> = BTreeMap::new();
                        for (_, host) in &ends {
                            *by_host.entry(host).or_default() += 1;
                        }
                        prop_assert!(by_host.values().all(|n| *n <= per_host));
                        done.push(task);
                    }
                    Step::Wait(at) => {
                        prop_assert!(at > second(now));
                        now += 1;
                    }
                    Step::Busy => now += 1,
                    Step::Empty => break,
                }
            }
            done.sort_unstable();
            prop_assert_eq!(done, (0..tasks.len()).collect::<Vec<_>>());
            prop_assert!(queue.is_empty());
        }
    }
}
