//! Functions whose code is not seen: what they are given may be called by them.

use super::{Arguments, Eval};
use crate::ir::{self, FunctionKind, Name, ParameterKind};
use crate::value::Value;
use palisade_core::Span;

impl Eval<'_> {
    /// A function whose code is not seen: functions that it is given run, SDK clients that it is
    /// given are shown.
    pub(crate) fn unseen(&mut self, name: &str, arguments: &Arguments, span: Span) -> Value {
        let last = name.rsplit('.').next().unwrap_or(name);
        // X-Ray and its like wrap clients.
        if last.starts_with("capture")
            && let Some(first) = arguments.positional.first()
        {
            self.escape_unless_client(first);
            return first.clone();
        }
        let listed = arguments.named.iter().find(|(name, _)| &**name == "args");
        let listed = listed.map(|(_, list)| self.items(list));
        for (at, value) in arguments.positional.iter().enumerate() {
            let mut rest: Vec<Value> = arguments.positional.iter().skip(at + 1).cloned().collect();
            if last == "map" {
                rest = rest.iter().map(|list| self.item(list)).collect();
            }
            self.give(value, rest, arguments.named.clone(), span);
        }
        for (_, value) in &arguments.named {
            self.give(value, listed.clone().unwrap_or_default(), Vec::new(), span);
        }
        const HARMLESS: [&str; 16] = [
            "print",
            "log",
            "debug",
            "info",
            "error",
            "warn",
            "type",
            "isinstance",
            "hasattr",
            "id",
            "stringify",
            "patch",
            "Stubber",
            "activate",
            "push",
            "append",
        ];
        if !HARMLESS.contains(&last) {
            for value in arguments.all().flat_map(Value::each) {
                let kind = match value {
                    Value::Client(_) => "an SDK client",
                    Value::Resource(_) => "a resource object of boto3",
                    _ => continue,
                };
                self.unresolved(
                    span,
                    format!("{kind} is given to `{last}`, whose code is not seen"),
                );
            }
        }
        Value::unknown(format!("the result of `{last}`"))
    }

    fn escape_unless_client(&mut self, value: &Value) {
        if !matches!(value, Value::Client(_)) {
            self.escape(value);
        }
    }

    /// Someone else may call this value with anything.
    pub(crate) fn escape(&mut self, value: &Value) {
        self.give(value, Vec::new(), Vec::new(), Span::default());
    }

    /// Someone else may call this value, perhaps with these arguments first.
    fn give(&mut self, value: &Value, first: Vec<Value>, named: Vec<(Name, Value)>, span: Span) {
        for value in value.each() {
            match value {
                Value::Function { id, scope, this } => {
                    let function = self.program.functions[*id].clone();
                    let bound = this.is_some()
                        && matches!(
                            function.kind,
                            FunctionKind::Positional | FunctionKind::ClassMethod
                        );
                    let mut arguments = self.unknown_arguments(*id, usize::from(bound));
                    for (slot, value) in arguments.positional.iter_mut().zip(&first) {
                        *slot = value.clone();
                    }
                    arguments
                        .positional
                        .retain(|value| *value != Value::Nothing);
                    self.invoke(*id, *scope, this.clone(), arguments);
                }
                Value::Member(receiver, _)
                    if matches!(**receiver, Value::Client(_) | Value::Resource(_)) =>
                {
                    let arguments = Arguments {
                        positional: first.clone(),
                        named: named.clone(),
                        open: true,
                    };
                    self.apply(value, &arguments, false, span);
                }
                _ => {}
            }
        }
    }

    /// Arguments for a function of which no caller is known.
    pub(super) fn unknown_arguments(&self, id: usize, skip: usize) -> Arguments {
        let function = &self.program.functions[id];
        let handler = *function.name == *self.handler;
        let plain = |parameter: &&ir::Parameter| parameter.kind == ParameterKind::Plain;
        let wanted = function
            .parameters
            .iter()
            .filter(plain)
            .skip(skip)
            .enumerate();
        let positional = wanted.map(|(at, parameter)| match &parameter.target {
            _ if handler && at == 0 => Value::Event("".into()),
            ir::Target::Name(name) => Value::unknown(format!("the parameter `{name}`")),
            _ => Value::unknown("a parameter"),
        });
        Arguments {
            positional: positional.collect(),
            named: Vec::new(),
            open: true,
        }
    }
}
