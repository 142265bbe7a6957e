//! Classes become instances; what a subclass asks of its base; functions that nobody is seen to
//! call.

use super::{Arguments, Eval, Made, Owner};
use crate::ir::{self, FunctionKind};
use crate::value::{Kind, Value};
use palisade_core::Span;
use std::sync::Arc;

impl Eval<'_> {
    /// Runs a function of which no caller is known.
    pub(super) fn run_unknown(&mut self, id: usize, made: Made) {
        let function = self.program.functions[id].clone();
        let receivers = match (made.class, function.kind) {
            (Some(class), FunctionKind::ClassMethod) => vec![Some(Value::Object(class))],
            (Some(class), kind) if kind != FunctionKind::Free => self
                .instances_of(class)
                .into_iter()
                .map(|id| Some(Value::Object(id)))
                .collect(),
            _ => vec![None],
        };
        for receiver in receivers {
            let skip = usize::from(
                receiver.is_some()
                    && matches!(
                        function.kind,
                        FunctionKind::Positional
                            | FunctionKind::Property
                            | FunctionKind::ClassMethod
                    ),
            );
            let arguments = self.unknown_arguments(id, skip);
            self.run(id, made.scope, receiver.map(Arc::new), arguments);
        }
    }

    /// The instances of a class; one that nobody made if there are none.
    fn instances_of(&mut self, class: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for id in self.instances.values() {
            let mut open = vec![match self.heap.get(*id).kind {
                Kind::Instance(class) => class,
                _ => continue,
            }];
            for _ in 0..8 {
                let Some(at) = open.pop() else { break };
                if at == class {
                    found.push(*id);
                    break;
                }
                let bases = &self.heap.get(at).bases;
                open.extend(bases.iter().filter_map(|base| match base {
                    Value::Object(base) => Some(*base),
                    _ => None,
                }));
            }
        }
        found.truncate(8);
        if found.is_empty() {
            let arguments = Arguments {
                open: true,
                ..Arguments::default()
            };
            if let Value::Object(id) = self.instantiate(class, &arguments, Span::default()) {
                found.push(id);
            }
        }
        found
    }

    /// A new object of a class; the same place gives the same object.
    pub(super) fn instantiate(&mut self, class: usize, arguments: &Arguments, span: Span) -> Value {
        let Kind::Class(program_class) = self.heap.get(class).kind else {
            return Value::unknown("an object");
        };
        let key = (program_class, span);
        let id = match self.instances.get(&key) {
            Some(id) => *id,
            None => self.heap.new_object(Kind::Instance(class)),
        };
        self.instances.insert(key, id);
        self.heap.get_mut(id).kind = Kind::Instance(class);
        let this = Value::Object(id);
        self.set_fields(class, &this, 8);
        let constructor = ["__init__", "constructor"]
            .iter()
            .find_map(|name| self.member(class, &Value::text(*name), 8));
        match constructor {
            Some(Value::Function { id, scope, .. }) => {
                self.invoke(id, scope, Some(Arc::new(this.clone())), arguments.clone());
            }
            _ => {
                // A data class, or one of a library that is not seen.
                for (name, value) in &arguments.named {
                    self.heap.set(id, Value::Text(name.clone()), value.clone());
                }
                for value in &arguments.positional {
                    self.escape(value);
                }
            }
        }
        this
    }

    fn set_fields(&mut self, class: usize, this: &Value, depth: usize) {
        let object = self.heap.get(class);
        let Kind::Class(program_class) = object.kind else {
            return;
        };
        if depth > 0 {
            for base in object.bases.clone() {
                if let Value::Object(base) = base {
                    self.set_fields(base, this, depth - 1);
                }
            }
        }
        let definition = self.program.classes[program_class].clone();
        if definition.fields.is_empty() {
            return;
        }
        let scope = self.new_scope(Some(self.pass.scope), Owner::Fields);
        self.within(scope, |eval| {
            eval.store(scope, "this".into(), this.clone());
            for (name, value) in &definition.fields {
                let value = eval.eval(value);
                eval.write(this, Value::Text(name.clone()), value);
            }
        });
    }

    /// `super()` and `super(…)`.
    pub(super) fn super_call(&mut self, arguments: &Arguments, span: Span) -> Value {
        let this = self.lookup("this");
        let mut scope = Some(self.pass.scope);
        while let Some(at) = scope {
            if let Owner::Function(id) = self.scopes[at].owner
                && let Some(Made {
                    class: Some(class), ..
                }) = self.pass.made.get(&id).copied()
            {
                let function = self.program.functions[id].clone();
                if function.kind == FunctionKind::This {
                    // JavaScript: this is the base's constructor.
                    let parent = Value::Super(class, Arc::new(this.clone()));
                    let constructor = self.attribute(&parent, &"constructor".into(), span);
                    if matches!(constructor, Value::Function { .. }) {
                        self.apply(&constructor, arguments, false, span);
                    }
                    return this;
                }
                let this = match function.parameters.first().map(|p| &p.target) {
                    Some(ir::Target::Name(name)) => self.scopes[at].variables.get(name).cloned(),
                    _ => None,
                };
                return Value::Super(class, Arc::new(this.unwrap_or(Value::Nothing)));
            }
            scope = self.scopes[at].parent;
        }
        Value::unknown("`super`")
    }
}
