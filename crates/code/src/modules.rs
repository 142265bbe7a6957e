//! Which file an import means. Only paths are looked at; whether a file is there, the port says.

use crate::{Language, Modules};
use std::sync::Arc;

/// The path and text of the module that `specifier` means in a file of a folder; `None` for a package
/// that is not part of the code.
pub(crate) fn find(
    specifier: &str,
    folder: &str,
    language: Language,
    roots: &[&str],
    modules: &dyn Modules,
) -> Option<(Arc<str>, Arc<str>)> {
    candidates(specifier, folder, language, roots)
        .into_iter()
        .find_map(|path| {
            Language::of_path(&path)?;
            let text = modules.read(&path)?;
            Some((path.into(), text))
        })
}

/// Whether an import can only mean a file of the code itself.
pub(crate) fn is_local(specifier: &str) -> bool {
    specifier.starts_with('.')
}

/// Whether an import means a package of the same owner: one that the nearest `package.json` takes
/// from a folder or a workspace, or that has the scope of its own name. What such a package calls
/// is not known from anywhere else.
pub(crate) fn is_own_package(specifier: &str, from: &str, modules: &dyn Modules) -> bool {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let package: Vec<&str> = specifier.split('/').take(parts).collect();
    let package = package.join("/");
    let mut folder = from;
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let Some(text) = join(folder, "package.json").and_then(|path| modules.read(&path)) else {
            continue;
        };
        let of = |key: &str| {
            let (_, behind) = text.split_once(&format!("\"{key}\""))?;
            let value = behind.trim_start().strip_prefix(':')?.trim_start();
            value.strip_prefix('"')?.split('"').next()
        };
        let local = ["workspace:", "file:", "link:", "portal:"];
        let scope = |name: &str| name.split_once('/').map(|(scope, _)| scope.to_owned());
        return of(&package).is_some_and(|version| local.iter().any(|l| version.starts_with(l)))
            || (scope(&package).is_some() && of("name").and_then(scope) == scope(&package));
    }
    false
}

/// Whether an import means a file that is not code.
pub(crate) fn is_data(specifier: &str) -> bool {
    let ending = specifier.rsplit('.').next().unwrap_or("");
    matches!(
        ending,
        "json" | "css" | "scss" | "svg" | "png" | "html" | "txt" | "graphql" | "node" | "wasm"
    )
}

/// Libraries whose calls are known: a copy of them beside the code is not read.
const KNOWN: [&str; 6] = [
    "boto3",
    "botocore",
    "aioboto3",
    "aiobotocore",
    "s3transfer",
    "aws_lambda_powertools",
];

fn candidates(specifier: &str, folder: &str, language: Language, roots: &[&str]) -> Vec<String> {
    match language {
        Language::Python => python(specifier, folder, roots),
        _ => javascript(specifier, folder, roots),
    }
}

fn python(specifier: &str, folder: &str, roots: &[&str]) -> Vec<String> {
    let name = specifier.trim_start_matches('.');
    let dots = specifier.len() - name.len();
    if dots == 0 && KNOWN.contains(&name.split('.').next().unwrap_or(name)) {
        return Vec::new();
    }
    let path = name.replace('.', "/");
    let bases = if dots > 0 {
        let up = "../".repeat(dots - 1);
        vec![join(folder, &up)]
    } else {
        let roots = roots.iter().map(|root| join(root, ""));
        roots.chain([Some(folder.to_owned())]).collect()
    };
    let mut found = Vec::new();
    for base in bases.into_iter().flatten() {
        if path.is_empty() {
            found.extend(join(&base, "__init__.py"));
            continue;
        }
        found.extend(join(&base, &format!("{path}.py")));
        found.extend(join(&base, &format!("{path}/__init__.py")));
    }
    found
}

fn javascript(specifier: &str, folder: &str, roots: &[&str]) -> Vec<String> {
    let bases: Vec<&str> = if is_local(specifier) {
        vec![folder]
    } else {
        roots.to_vec()
    };
    // A layer's content lies under /opt when it runs.
    let specifier = specifier.strip_prefix("/opt/").unwrap_or(specifier);
    let mut found = Vec::new();
    for path in bases.into_iter().filter_map(|base| join(base, specifier)) {
        if Language::of_path(&path).is_some() {
            found.push(path.clone());
        }
        for ending in ["js", "mjs", "cjs", "ts", "mts"] {
            found.push(format!("{path}.{ending}"));
        }
        // TypeScript is imported under the name of what it is compiled to.
        if let Some(stem) = path.strip_suffix("js") {
            found.push(format!("{stem}ts"));
        }
        for ending in ["js", "mjs", "cjs", "ts"] {
            found.push(
                format!("{path}/index.{ending}")
                    .trim_start_matches('/')
                    .to_owned(),
            );
        }
    }
    found
}

/// `base/path` without dots; `None` if it leads out of the root.
pub(crate) fn join(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
