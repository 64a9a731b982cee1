//! Lists every table under `tables/` so that adding one (or a language) means adding a file and nothing else.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("tables");
    println!("cargo::rerun-if-changed=tables");
    let mut rows = Vec::new();
    for language in sorted(&root)? {
        if language.is_dir() {
            for file in sorted(&language)? {
                rows.push((name(&language), name(&file), file));
            }
        } else {
            rows.push((String::new(), name(&language), language));
        }
    }
    let mut code = String::from("pub(crate) const TABLES: &[(&str, &str, &str)] = &[\n");
    for (language, table, file) in rows {
        code += &format!("    ({language:?}, {table:?}, include_str!({file:?})),\n");
    }
    code += "];\n";
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("tables.rs"), code)
}

fn sorted(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths = fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|p| p.is_dir() || p.extension().is_some_and(|e| e == "tsv"));
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
