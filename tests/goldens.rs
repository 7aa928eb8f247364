//! Runs every file of `tests/goldens`.

use predilect_tests::{Case, root, run, shipped_encoder};

#[test]
fn goldens() {
    let mut files: Vec<_> = std::fs::read_dir(root().join("tests/goldens"))
        .expect("tests/goldens can be read")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no golden case was found");
    let mut failures = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a case can be read");
        let result = serde_json::from_str::<Case>(&text)
            .map_err(|error| error.to_string())
            .and_then(|case| run(&case, &shipped_encoder));
        match result {
            Ok(()) => println!("{name}: ok"),
            Err(what) => failures.push(format!("{name}: {what}")),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
