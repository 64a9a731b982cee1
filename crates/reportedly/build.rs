//! Builds the pages of the example newsroom into the program, for `reportedly serve --demo`.

use std::{
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

/// What pages are called; what is not a page is not built in.
const PAGES: [&str; 5] = ["gz", "htm", "html", "mhtml", "txt"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..");
    let folder = root.join("examples/newsroom");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages = Vec::new();
    for outlet in fs::read_dir(&folder)? {
        let outlet = outlet?.path();
        if outlet.is_dir() {
            for page in fs::read_dir(outlet)? {
                pages.push(page?.path());
            }
        }
    }
    pages.retain(|path| path.extension().is_some_and(|e| PAGES.iter().any(|page| e == *page)));
    // The same program from the same pages, whatever order the disk has them in.
    pages.sort();
    let mut code =
        "/// Each page's path in the newsroom, and its bytes.\npub static PAGES: &[(&str, &[u8])] = &[\n"
            .to_owned();
    for path in &pages {
        let name = name(path, &folder);
        let file = path.canonicalize()?;
        let _ = writeln!(code, "    ({name:?}, include_bytes!({:?})),", file.display().to_string());
    }
    code.push_str("];\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("newsroom.rs"), code)
}

/// "outlet/page.html", on every system.
fn name(path: &Path, folder: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).iter();
    parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
