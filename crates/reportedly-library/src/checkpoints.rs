//! The fold's states on disk: the newest, to go on from, and a few older ones, spaced ever wider towards the past, for
//! what comes late.

use crate::{
    error::Error,
    folding::steps,
    store::{CHECKPOINTS, Store, cannot_write, database},
    stored::Hash,
};
use reportedly_story::Fold;
use rusqlite::{Connection, Transaction, params};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
};

/// How far apart states are kept: so many steps, which take a fraction of a second to take again; of a large library one
/// part in so many instead, since its state takes longer to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spacing(i64, i64);

/// At the end of a run: the next one begins where this one ended.
pub(crate) const AT_THE_END: Spacing = Spacing(1_000, 200);
/// On the way, where only a crash goes back to them.
pub(crate) const ON_THE_WAY: Spacing = Spacing(20_000, 20);

/// Steps back of the newest of the older states that stay.
const BACK: i64 = 1_000;
/// Each older state that stays is so many times as far back as the one before it.
const WIDER: i64 = 3;
/// How hard states are packed: they are written often and read rarely.
const LEVEL: i32 = 1;

/// The newest state that can be read, and how many steps lead to it; none at all is the state of no steps. A state
/// that is missing or damaged costs only time.
pub(crate) fn newest(connection: &Connection, folder: &Path) -> Result<(Fold, i64), Error> {
    let kept = listed(connection).map_err(|e| database(folder, e))?;
    for (steps, file, hash) in kept {
        if let Ok(fold) = load(&folder.join(CHECKPOINTS).join(file), &hash) {
            return Ok((fold, steps));
        }
    }
    Ok((Fold::new(), 0))
}

/// The states that are kept, the newest first.
pub(crate) fn listed(connection: &Connection) -> rusqlite::Result<Vec<(i64, String, Hash)>> {
    let mut all = connection.prepare("SELECT steps, file, hash FROM checkpoint ORDER BY steps DESC")?;
    let all = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    all.collect()
}

/// Reads a state.
pub(crate) fn load(path: &Path, hash: &Hash) -> io::Result<Fold> {
    let mut hashing = Hashing { inner: BufReader::new(File::open(path)?), hash: Sha256::new() };
    let fold = Fold::load(zstd::stream::read::Decoder::new(BufReader::new(&mut hashing))?)?;
    io::copy(&mut hashing, &mut io::sink())?;
    if hashing.hash.finalize().as_slice() != hash {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(fold)
}

/// Keeps the state after so many steps where the last one that is kept is far enough back, and lets go of those that
/// are no longer needed: in the transaction that has these steps. Gives the file that it made; the files of others stay
/// until the transaction is over, as a run that is killed goes back to them.
pub(crate) fn keep(
    transaction: &Transaction<'_>,
    folder: &Path,
    fold: &Fold,
    taken: i64,
    spacing: Spacing,
) -> Result<Option<String>, Error> {
    let failed = |e| database(folder, e);
    let kept = listed(transaction).map_err(failed)?;
    let since = taken - kept.first().map_or(0, |k| k.0);
    let Spacing(steps_apart, part) = spacing;
    if since < steps_apart.max(taken / part) {
        return Ok(None);
    }
    debug_assert_eq!(steps(transaction).ok(), Some(taken));
    let (file, hash) = save(&folder.join(CHECKPOINTS), fold, taken).map_err(|e| cannot_write(folder, e))?;
    let mut stay = BTreeSet::from([taken]);
    let mut back = BACK;
    for (steps, _, _) in &kept {
        if taken - steps >= back {
            stay.insert(*steps);
            back = (taken - steps) * WIDER;
        }
    }
    let noted = (|| {
        transaction.execute(
            "INSERT OR REPLACE INTO checkpoint (steps, file, hash) VALUES (?1, ?2, ?3)",
            params![taken, file, hash],
        )?;
        for (steps, _, _) in kept.iter().filter(|k| !stay.contains(&k.0)) {
            transaction.execute("DELETE FROM checkpoint WHERE steps = ?1", [steps])?;
        }
        Ok(Some(file))
    })();
    noted.map_err(failed)
}

/// Removes those among the files that a transaction made which it has let go of again.
pub(crate) fn let_go(
    transaction: &Transaction<'_>,
    folder: &Path,
    made: &mut Vec<String>,
) -> rusqlite::Result<()> {
    let kept = listed(transaction)?;
    made.retain(|file| {
        let stays = kept.iter().any(|k| k.1 == *file);
        if !stays {
            let _ = fs::remove_file(folder.join(CHECKPOINTS).join(file));
        }
        stays
    });
    Ok(())
}

/// Removes files that no row speaks of, as a cut log and a killed run leave them. One that cannot be removed is in
/// nobody's way.
pub(crate) fn sweep(store: &Store) -> rusqlite::Result<()> {
    let kept: BTreeSet<String> = listed(&store.connection)?.into_iter().map(|k| k.1).collect();
    for file in fs::read_dir(store.folder.join(CHECKPOINTS)).into_iter().flatten().flatten() {
        if !kept.contains(&*file.file_name().to_string_lossy()) {
            let _ = fs::remove_file(file.path());
        }
    }
    Ok(())
}

/// Writes a state, whole or not at all. Gives the name and hash of its file.
fn save(folder: &Path, fold: &Fold, steps: i64) -> io::Result<(String, Hash)> {
    fs::create_dir_all(folder)?;
    let temporary = folder.join("unfinished");
    let mut hashing = Hashing { inner: BufWriter::new(File::create(&temporary)?), hash: Sha256::new() };
    let mut packed = zstd::stream::write::Encoder::new(&mut hashing, LEVEL)?;
    fold.save(&mut packed)?;
    packed.finish()?;
    hashing.flush()?;
    let Hashing { inner, hash } = hashing;
    inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    let hash: Hash = hash.finalize().into();
    let file = format!("{steps}-{:08x}", u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]));
    fs::rename(temporary, folder.join(&file))?;
    Ok((file, hash))
}

/// Bytes that are hashed on their way.
struct Hashing<T> {
    inner: T,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hash.update(&buffer[..n]);
        Ok(n)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
