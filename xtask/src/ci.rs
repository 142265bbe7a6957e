//! What CI checks.

use crate::run::run;
use anyhow::Result;

/// Runs everything that CI checks, the quick things first.
pub(crate) fn all() -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])?;
    crate::generate::run(&["--check".to_owned()])?;
    run(
        "cargo",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    run("cargo", &["test", "--workspace", "--locked"])?;
    let mut doc = crate::run::command(
        "cargo",
        &[
            "doc",
            "--workspace",
            "--no-deps",
            "--locked",
            "--quiet",
            "--document-private-items",
        ],
    );
    println!("$ cargo doc --workspace --no-deps");
    anyhow::ensure!(
        doc.env("RUSTDOCFLAGS", "-D warnings").status()?.success(),
        "the documentation has warnings"
    );
    crate::new_rule::try_out()?;
    println!("all passed");
    Ok(())
}
