//! What is looked at of the machine: its clock, its limits, its disks.

use super::Check;
use jiff::{SignedDuration, Timestamp, civil};
use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A clock that shows an earlier day is wrong: this program did not exist then.
const FIRST_DAY: civil::Date = civil::date(2026, 1, 1);
/// How far the clocks of a file system and of the machine may be apart.
const SLACK: SignedDuration = SignedDuration::from_mins(2);
/// Open files that the index and the database want at a time, with room to spare.
const FILES: u64 = 256;
/// File systems over a network or shared with another machine: the database's locks and its log need one machine.
const NETWORK: [&str; 16] = [
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
];

/// The machine itself. `written` is when the library was written to last.
pub fn checks(written: Option<SystemTime>) -> Vec<Check> {
    let written = written.and_then(|t| Timestamp::try_from(t).ok());
    let mut checks = vec![clock(Timestamp::now(), written)];
    checks.extend(open_files().map(files));
    checks
}

fn clock(now: Timestamp, written: Option<Timestamp>) -> Check {
    const CURE: &str = "set it: when a page was seen is kept for good";
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    if day < FIRST_DAY {
        let says = format!("the clock shows {day}, which is past");
        return Check::problem("clock", says, CURE);
    }
    let minute = |t: Timestamp| t.strftime("%Y-%m-%d %H:%M, UTC").to_string();
    if let Some(written) = written.filter(|written| written.duration_since(now) > SLACK) {
        let says =
            format!("the clock shows {}, and the library was written to at {}", minute(now), minute(written));
        return Check::problem("clock", says, CURE);
    }
    Check::ok("clock", minute(now))
}

fn files(limit: u64) -> Check {
    if limit < FILES {
        let says = format!("at most {limit} files may be open at a time");
        return Check::warning("open files", says, format!("allow {FILES} or more (ulimit -n)"));
    }
    Check::ok("open files", format!("up to {limit}"))
}

/// How many files a process may have open, where that can be asked and is bounded.
#[cfg(unix)]
fn open_files() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

#[cfg(not(unix))]
fn open_files() -> Option<u64> {
    None
}

/// Free bytes of the disk that holds a path, where that can be asked.
#[cfg(unix)]
pub fn free(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    // What has no size is no disk.
    (disk.f_blocks > 0).then(|| disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
pub fn free(_path: &Path) -> Option<u64> {
    None
}

/// The kind of file system that holds a path, where that can be asked.
pub fn file_system(path: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    mounted(&mounts, &path.canonicalize().ok()?)
}

/// Whether a kind of file system is shared between machines.
pub fn is_network(kind: &str) -> bool {
    NETWORK.contains(&kind)
}

/// Of the mounts in Linux's list, the kind of the one that holds a path.
fn mounted(mounts: &str, path: &Path) -> Option<String> {
    let holding = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let place = PathBuf::from(unescape(left.split(' ').nth(4)?));
        let kind = right.split(' ').next()?;
        path.starts_with(&place).then(|| (place.components().count(), kind))
    });
    // The innermost, and of mounts over one another the last.
    holding.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind.to_owned())
}

/// Blanks and backslashes stand as octal numbers in the list.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::{clock, files, is_network, mounted};
    use crate::commands::doctor::State;
    use std::path::Path;

    #[test]
    fn the_innermost_mount_holds_a_path() {
        let mounts = "\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
35 21 0:44 / /srv rw,relatime - xfs /dev/sdb1 rw
36 35 0:45 / /srv/the\\040news rw - nfs4 host:/news rw,vers=4.2
37 21 0:46 / /srv rw - btrfs /dev/sdc1 rw
broken
";
        let check = |path: &str, kind: &str| {
            assert_eq!(mounted(mounts, Path::new(path)).as_deref(), Some(kind), "{path}");
        };
        check("/home/ada", "ext4");
        check("/srv/the news/library", "nfs4");
        check("/srvant", "ext4");
        check("/srv/news", "btrfs");
        assert_eq!(mounted("", Path::new("/")), None);
        assert!(
            is_network("nfs4") && is_network("fuse.sshfs") && !is_network("ext4") && !is_network("fuseblk")
        );
    }

    #[test]
    fn a_clock_that_is_behind_and_few_files_are_told() {
        let at = |time: &str, written: Option<&str>| {
            let instant = |t: &str| t.parse().expect("an instant");
            clock(instant(time), written.map(instant)).state
        };
        assert_eq!(at("1970-01-01T00:10:00Z", None), State::Problem);
        assert_eq!(at("2031-03-04T10:00:00Z", None), State::Ok);
        assert_eq!(at("2031-03-04T10:00:00Z", Some("2031-03-04T10:00:30Z")), State::Ok);
        assert_eq!(at("2031-03-04T10:00:00Z", Some("2031-03-05T09:00:00Z")), State::Problem);
        assert_eq!((files(64).state, files(1024).state), (State::Warning, State::Ok));
    }
}
