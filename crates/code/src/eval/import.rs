//! What imports give: modules of the code itself, or libraries.

use super::Eval;
use crate::Language;
use crate::ir::Name;
use crate::modules::{find, is_data, is_local, is_own_package};
use crate::sdk::calls_by_itself;
use crate::value::Value;
use palisade_core::{Problem, ProblemLevel, Span};

impl Eval<'_> {
    pub(super) fn import_all(&mut self, specifier: &Name) {
        match self.import(specifier) {
            Value::Module(unit) => {
                let Some((scope, _)) = self.pass.modules.get(&unit) else {
                    return;
                };
                let all = self.scopes[*scope].variables.clone();
                for (name, value) in all {
                    self.store(self.pass.scope, name, value);
                }
            }
            Value::OneOf(values) => values.iter().for_each(|value| self.export_all(value)),
            value => self.export_all(&value),
        }
    }

    fn export_all(&mut self, value: &Value) {
        let Value::Object(from) = value else { return };
        let all = self.heap.get(*from).entries.clone();
        let exports = self.lookup("exports");
        for (key, value) in all {
            self.write(&exports, key, value);
        }
    }

    /// The module that a specifier means.
    pub(super) fn import(&mut self, specifier: &Name) -> Value {
        let Some(unit) = self.find(specifier) else {
            if is_local(specifier) {
                if !is_data(specifier) {
                    self.not_there(specifier);
                }
                return Value::unknown(format!("the module `{specifier}` is not there"));
            }
            let unit = &self.units[self.unit()];
            if unit.language != Language::Python
                && is_own_package(specifier, &unit.path, self.modules)
            {
                self.not_there(specifier);
            }
            if calls_by_itself(specifier) {
                self.unseen_library(specifier);
            }
            return Value::Library(specifier.clone());
        };
        let exports = self.run_module(unit);
        match exports {
            Value::Object(module) => {
                let entries = &self.heap.get(module).entries;
                entries
                    .get(&Value::text("exports"))
                    .cloned()
                    .unwrap_or(Value::Nothing)
            }
            other => other,
        }
    }

    /// Code of the owner's that would be read if it were there.
    fn not_there(&mut self, specifier: &str) {
        self.warn(format!(
            "the module `{specifier}` that it imports is not there"
        ));
    }

    fn unseen_library(&mut self, name: &str) {
        self.warn(format!(
            "what the library `{name}` calls by itself is not seen"
        ));
    }

    /// Notes a problem of the module that runs, once.
    fn warn(&mut self, message: String) {
        let from = self.units[self.unit()].path.clone();
        let problem = Problem::file(from, ProblemLevel::Warning, message);
        if !self.result.problems.contains(&problem) {
            self.result.problems.push(problem);
        }
    }

    fn find(&mut self, specifier: &Name) -> Option<usize> {
        let (from, language) = {
            let unit = &self.units[self.unit()];
            (unit.path.clone(), unit.language)
        };
        let absolute = language == Language::Python && !is_local(specifier);
        if absolute && let Some(unit) = self.by_import.get(specifier) {
            return Some(*unit);
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let key = (Name::from(folder), specifier.clone());
        if let Some(found) = self.by_folder.get(&key) {
            return *found;
        }
        let found = find(specifier, folder, language, self.roots, self.modules);
        let unit = found.and_then(|(path, text)| self.load(path, &text));
        if absolute && let Some(unit) = unit {
            self.by_import.insert(specifier.clone(), unit);
        }
        self.by_folder.insert(key, unit);
        unit
    }

    /// What an import gives under a name.
    pub(super) fn import_name(&mut self, specifier: &Name, name: &Name) -> Value {
        let python = self.units[self.unit()].language == Language::Python;
        if !python && is_data(specifier) {
            return Value::unknown("a data file");
        }
        // `from pkg import module`, also where `pkg` itself has no file
        let inner = || -> Name {
            let dot = if specifier.ends_with('.') { "" } else { "." };
            format!("{specifier}{dot}{name}").into()
        };
        if python && specifier.trim_matches('.').is_empty() && self.find(specifier).is_none() {
            return self.import(&inner());
        }
        match self.import(specifier) {
            Value::Library(path) if python => {
                if let Some(unit) = self.find(&inner()) {
                    return self.run_module(unit);
                }
                Value::Library(format!("{path}.{name}").into())
            }
            Value::Library(path) if name.as_ref() == "default" => Value::Library(path),
            module @ Value::Module(_) => {
                let found = self.attribute(&module, name, Span::default());
                if matches!(found, Value::Unknown(_) | Value::Nothing)
                    && let Some(unit) = self.find(&inner())
                {
                    return self.run_module(unit);
                }
                found
            }
            module => {
                let found = self.attribute(&module, name, Span::default());
                if name.as_ref() == "default" && found == Value::Nothing {
                    return module;
                }
                found
            }
        }
    }
}
