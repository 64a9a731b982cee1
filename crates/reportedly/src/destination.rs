//! Where an export goes: standard output, or a file that is there whole or not at all.

use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Bytes that are written in one go.
const CHUNK: usize = 256 << 10;

/// What is written to.
pub struct Destination {
    out: BufWriter<Box<dyn Write + Send>>,
    file: Option<Unfinished>,
    force: bool,
}

/// A file that takes its name once it is whole.
struct Unfinished {
    file: File,
    beside: PathBuf,
    to: PathBuf,
}

impl Destination {
    /// Opens it; `-` is standard output. A file that is there is not overwritten unless `force` says so.
    pub fn open(to: &Path, force: bool) -> Result<Self> {
        let buffered = |out: Box<dyn Write + Send>| BufWriter::with_capacity(CHUNK, out);
        if to == Path::new("-") {
            return Ok(Self { out: buffered(Box::new(io::stdout())), file: None, force });
        }
        let name = || to.display().to_string();
        match fs::metadata(to) {
            Ok(there) if there.is_dir() => bail!("{}: is a folder: name a file", name()),
            // A pipe or a device is no file that could be lost.
            Ok(there) if !there.is_file() => {
                let file = File::options().write(true).open(to).with_context(name)?;
                return Ok(Self { out: buffered(Box::new(file)), file: None, force });
            }
            Ok(_) if !force => bail!("{}: is there already: --force overwrites it", name()),
            Ok(_) | Err(_) => {}
        }
        let parent = folder_of(to);
        if !parent.is_dir() {
            bail!("{}: there is no such folder", parent.display());
        }
        // Two that write the same file at once each have their own, and the last one to end gives it its name.
        let mut beside = to.as_os_str().to_owned();
        beside.push(format!(".{}.unfinished", std::process::id()));
        let beside = PathBuf::from(beside);
        let file = File::create_new(&beside).with_context(|| beside.display().to_string())?;
        let out = file.try_clone().with_context(name)?;
        Ok(Self {
            out: buffered(Box::new(out)),
            file: Some(Unfinished { file, beside, to: to.to_path_buf() }),
            force,
        })
    }

    /// Gives the file its name, once all of it is on disk.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()?;
        let Some(Unfinished { file, beside, to }) = &self.file else { return Ok(()) };
        file.sync_all()?;
        if !self.force && to.exists() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "another one made the file meanwhile"));
        }
        fs::rename(beside, to)?;
        self.file = None;
        Ok(())
    }
}

/// The folder that a file lies in, or would.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        if let Some(unfinished) = &self.file {
            let _ = fs::remove_file(&unfinished.beside);
        }
    }
}
