//! Lists every table and every file of learned weights under `tables/` so that adding one (or a language) means adding a file and nothing else.

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
    rows.sort();
    let (weights, tables): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, _, file)| is(file, "weights"));
    let mut code = String::from("pub(crate) const TABLES: &[(&str, &str, &str)] = &[\n");
    for (language, table, file) in tables {
        list(&mut code, &language, &table, &format!("include_str!({:?})", file.display().to_string()));
    }
    code += "];\npub(crate) const WEIGHTS: &[(&str, &str, &[u8])] = &[\n";
    for (language, model, file) in weights {
        list(&mut code, &language, &model, &format!("include_bytes!({:?})", file.display().to_string()));
    }
    code += "];\n";
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("tables.rs"), code)
}

fn list(code: &mut String, language: &str, name: &str, content: &str) {
    for part in ["    (\"", language, "\", \"", name, "\", ", content, "),\n"] {
        code.push_str(part);
    }
}

fn sorted(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths = fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|p| p.is_dir() || is(p, "tsv") || is(p, "weights"));
    paths.sort();
    Ok(paths)
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e == extension)
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
