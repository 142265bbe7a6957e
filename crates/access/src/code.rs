//! The source code of a function: where it lies, and what it asks of the cloud.

use palisade_app::{Application, Data, Files, Resource, resolve};
use palisade_code::{Calls, Modules, calls, calls_or_problem};
use palisade_core::Sources;
use palisade_syntax::Node;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the code of a function asks for.
#[derive(Debug)]
pub struct FunctionCode {
    /// The texts that were read.
    pub sources: Sources,
    /// The calls that it makes.
    pub calls: Calls,
}

/// The files of a function, or the one text that is written in the template.
struct Reader<'a> {
    files: &'a dyn Files,
    inline: Option<(&'static str, Arc<str>)>,
}

impl Modules for Reader<'_> {
    fn read(&self, path: &str) -> Option<Arc<str>> {
        match &self.inline {
            Some((name, text)) => (path == *name).then(|| text.clone()),
            None => {
                let bytes = self.files.read(path).ok()?;
                String::from_utf8(bytes).ok().map(Arc::from)
            }
        }
    }
}

/// The code of the functions of an application. What several functions share is read once.
pub(crate) struct Codes<'a> {
    app: &'a Application,
    files: &'a dyn Files,
    /// What can be read of code is wanted, whatever else can't be.
    in_part: bool,
    read: BTreeMap<Handler, Arc<FunctionCode>>,
}

/// Where the code of a function begins: its file, the name in it, and the folders in which imports
/// are looked for.
type Handler = (String, String, Vec<String>);

impl<'a> Codes<'a> {
    pub(crate) fn new(app: &'a Application, files: &'a dyn Files, in_part: bool) -> Self {
        Self {
            app,
            files,
            in_part,
            read: BTreeMap::new(),
        }
    }

    /// The code of a function, or why it can't be read, for people.
    pub(crate) fn of(&mut self, function: &Resource) -> Result<Arc<FunctionCode>, String> {
        let (app, files) = (self.app, self.files);
        let runtime = function.text("Runtime").unwrap_or_default();
        let endings: &[&str] = match runtime {
            _ if runtime.starts_with("python") => &["py"],
            _ if runtime.starts_with("nodejs") => &["js", "mjs", "cjs", "ts", "mts"],
            "" => return Err("its runtime is not known".to_owned()),
            _ => return Err(format!("code for {runtime} is not read yet")),
        };
        let handler = function.text("Handler").ok_or("its handler is not known")?;
        let (module, name) = handler.rsplit_once('.').unwrap_or((handler, ""));
        let code = function
            .properties
            .get("Code")
            .ok_or("the template does not say where its code is")?;
        if let Some(text) = code.get("ZipFile").and_then(|text| text.as_text()) {
            let entry = if endings.contains(&"py") {
                "index.py"
            } else {
                "index.js"
            };
            let reader = Reader {
                files,
                inline: Some((entry, Arc::from(text))),
            };
            return Ok(Arc::new(self.calls(entry, name, &[""], &reader)));
        }
        let root = root(app, function)?;
        let mut roots = vec![root.clone()];
        for layer in function.references("Layers") {
            if let Some(layer) = app.resource(&layer)
                && let Some(folder) = local(app, layer, "Content")
            {
                for inside in ["", "python", "nodejs", "nodejs/node_modules"] {
                    roots.extend(resolve(&format!("{folder}/_"), inside));
                }
            }
        }
        let entry = entries(function, module, endings)
            .iter()
            .filter_map(|entry| resolve(&format!("{root}/_"), entry))
            .find(|path| files.read(path).is_ok())
            .ok_or_else(|| format!("no source file of its handler `{handler}` lies in `{root}`"))?;
        let handler = (entry, name.to_owned(), roots);
        if let Some(code) = self.read.get(&handler) {
            return Ok(code.clone());
        }
        let roots: Vec<&str> = handler.2.iter().map(String::as_str).collect();
        let reader = Reader {
            files,
            inline: None,
        };
        let code = Arc::new(self.calls(&handler.0, name, &roots, &reader));
        self.read.insert(handler, code.clone());
        Ok(code)
    }

    fn calls(
        &self,
        entry: &str,
        handler: &str,
        roots: &[&str],
        reader: &Reader<'_>,
    ) -> FunctionCode {
        let mut sources = Sources::default();
        let handler = (!handler.is_empty()).then_some(handler);
        let read = if self.in_part {
            calls
        } else {
            calls_or_problem
        };
        let calls = read(entry, handler, roots, reader, &mut sources);
        FunctionCode { sources, calls }
    }
}

/// The files that may hold the handler, the likeliest first.
fn entries(function: &Resource, module: &str, endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let folders = module.contains('.').then(|| module.replace('.', "/"));
    for module in [module].into_iter().chain(folders.as_deref()) {
        for ending in endings {
            found.push(format!("{module}.{ending}"));
        }
    }
    // A bundler's entry points lie elsewhere than the handler says.
    let bundled = function
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.at(&["BuildProperties", "EntryPoints"]))
        .and_then(Node::as_seq)
        .unwrap_or_default();
    found.extend(bundled.iter().filter_map(Node::as_str).map(str::to_owned));
    found
}

/// The folder of the code, relative to the scanned root.
fn root(app: &Application, function: &Resource) -> Result<String, String> {
    if let Some(folder) = local(app, function, "Code") {
        return Ok(folder);
    }
    let asset = function
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.get("aws:asset:path"))
        .and_then(Node::as_str);
    asset
        .and_then(|path| resolve(&app.sources.path(function.origin.span.file), path))
        .ok_or_else(|| "its code does not lie in the scanned tree".to_owned())
}

/// The local path that a property names.
fn local(app: &Application, resource: &Resource, property: &str) -> Option<String> {
    let value = resource.properties.get(property)?;
    let Data::Text(path) = &value.data else {
        return None;
    };
    resolve(&app.sources.path(value.span().file), path)
}
