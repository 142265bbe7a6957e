//! Operators with two sides.

use super::{Evaluator, number, reason_of, size};
use crate::decide::{self, equal, truth};
use crate::scope::Scope;
use palisade_app::combine::{MAX_ALTERNATIVES, spread};
use palisade_app::{Data, Value};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::hcl::{Expr, Operator};

impl Evaluator<'_> {
    pub(super) fn binary(
        &self,
        a: &Expr,
        operator: Operator,
        b: &Expr,
        origin: &Origin,
        scope: &Scope,
    ) -> Value {
        match operator {
            Operator::And | Operator::Or => {
                let decides = operator == Operator::Or;
                let first = self.truth(a, scope);
                if matches!(first.data, Data::Bool(known) if known == decides) {
                    return first;
                }
                let second = self.truth(b, scope);
                return self.both(&first, &second, origin, &mut |first, second| match (
                    &first.data,
                    &second.data,
                ) {
                    (Data::Bool(x), Data::Bool(y)) => {
                        let holds = if decides { *x || *y } else { *x && *y };
                        Value::new(Data::Bool(holds), origin.clone())
                    }
                    _ => first,
                });
            }
            _ => {}
        }
        let (left, right) = (self.eval(a, scope), self.eval(b, scope));
        match operator {
            Operator::Equal | Operator::NotEqual => {
                let same = self.same(&left, &right, (a, b), origin, scope);
                spread(same, &mut |same| match (&same.data, operator) {
                    (Data::Bool(holds), Operator::NotEqual) => {
                        Value::new(Data::Bool(!holds), same.origin)
                    }
                    _ => same,
                })
            }
            _ => self.both(&left, &right, origin, &mut |left, right| {
                let (Some(x), Some(y)) = (left.as_number(), right.as_number()) else {
                    let open = if left.as_number().is_none() {
                        &left
                    } else {
                        &right
                    };
                    if is_comparison(operator) {
                        return truth(&unknown_of(open, origin), &|| {
                            let sign = sign(operator);
                            format!(
                                "{} {sign} {}",
                                self.written(a, scope),
                                self.written(b, scope)
                            )
                        });
                    }
                    return unknown_of(open, origin);
                };
                compute(x, operator, y, origin)
                    .unwrap_or_else(|| self.refuse("division by zero", origin))
            }),
        }
    }

    /// A function of two values, for each pair of their alternatives.
    fn both(
        &self,
        a: &Value,
        b: &Value,
        origin: &Origin,
        then: &mut dyn FnMut(Value, Value) -> Value,
    ) -> Value {
        let count = |value: &Value| match &value.data {
            Data::OneOf(_) => decide::branches(value).len(),
            _ => 1,
        };
        let pairs = count(a).saturating_mul(count(b));
        if pairs > MAX_ALTERNATIVES * 4 || !self.may_work(pairs * (size(a) + size(b))) {
            return Value::unknown(
                palisade_app::Reason::new(
                    palisade_app::ReasonKind::Limit,
                    "more alternatives than are followed",
                ),
                origin.clone(),
            );
        }
        spread(a.clone(), &mut |a| {
            spread(b.clone(), &mut |b| then(a.clone(), b))
        })
    }

    fn same(
        &self,
        left: &Value,
        right: &Value,
        (a, b): (&Expr, &Expr),
        origin: &Origin,
        scope: &Scope,
    ) -> Value {
        self.both(left, right, origin, &mut |left, right| {
            let environment = self.is_environment(&left) || self.is_environment(&right);
            match equal(&left, &right).filter(|_| !environment) {
                Some(same) => Value::new(Data::Bool(same), origin.clone()),
                None => {
                    let name = |value: &Value, expr: &Expr| match &value.data {
                        Data::Symbolic(_) => decide::symbol_name(value),
                        Data::Text(_) if self.is_environment(value) => self.written(expr, scope),
                        Data::Text(text) => format!("\"{text}\""),
                        Data::Null => "null".to_owned(),
                        Data::Bool(_) | Data::Number(_) => value.display(),
                        _ => self.written(expr, scope),
                    };
                    let names = format!("{} == {}", name(&left, a), name(&right, b));
                    decide::open(&names, origin)
                }
            }
        })
    }

    /// Whether a text is the default of an input that names the environment.
    pub(super) fn is_environment(&self, value: &Value) -> bool {
        let known = self.environments.borrow();
        !known.is_empty()
            && matches!(value.data, Data::Text(_))
            && value.origin.steps().any(|step| match &step.kind {
                ViaKind::Parameter(name) => known.contains(name),
                _ => false,
            })
    }
}

fn unknown_of(value: &Value, origin: &Origin) -> Value {
    Value::unknown(
        reason_of(value, "a number that is not known"),
        origin.clone(),
    )
}

fn is_comparison(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual
    )
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        _ => ">=",
    }
}

fn compute(x: f64, operator: Operator, y: f64, origin: &Origin) -> Option<Value> {
    let truth = |holds| Some(Value::new(Data::Bool(holds), origin.clone()));
    let number = |value| Some(number(value, origin));
    match operator {
        Operator::Less => truth(x < y),
        Operator::LessOrEqual => truth(x <= y),
        Operator::Greater => truth(x > y),
        Operator::GreaterOrEqual => truth(x >= y),
        Operator::Add => number(x + y),
        Operator::Subtract => number(x - y),
        Operator::Multiply => number(x * y),
        Operator::Divide if y == 0.0 => None,
        Operator::Divide => number(x / y),
        Operator::Modulo if y == 0.0 => None,
        Operator::Modulo => number(x % y),
        // INVARIANT: these were taken care of before.
        Operator::Equal | Operator::NotEqual | Operator::And | Operator::Or => None,
    }
}
