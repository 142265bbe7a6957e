//! The conditions of a template decide which policies there are. A *world* is one choice of all the
//! conditions that matter to something; what is found out in it holds when they do.

use palisade_app::{Condition, Data, Existence, Value};

/// More worlds than this are not looked at apart: what they decide is not known then.
const MAX_WORLDS: usize = 16;

/// The conditions on which values and resources depend, grouped by what decides them.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    /// Each is a list of conditions of which just one holds.
    choices: Vec<Vec<Condition>>,
}

impl Choices {
    /// Notes what a value depends on.
    pub(crate) fn of_value(&mut self, value: &Value) {
        value.walk(&mut |value| {
            if let Data::OneOf(alternatives) = &value.data {
                let conditions = alternatives.iter().map(|a| a.when.clone()).collect();
                self.note(conditions);
            }
        });
    }

    /// Notes what the existence of a resource depends on.
    pub(crate) fn of_existence(&mut self, existence: &Existence) {
        if let Existence::When(conditions) = existence {
            self.of_conditions(conditions);
        }
    }

    /// Notes conditions that decide whether something is there.
    pub(crate) fn of_conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            let both = std::iter::once(condition.clone()).chain(condition.negated());
            self.note(both.collect());
        }
    }

    fn note(&mut self, conditions: Vec<Condition>) {
        let Some(first) = conditions.first() else {
            return;
        };
        let same = self
            .choices
            .iter_mut()
            .find(|choice| choice.iter().any(|c| c == first || c.contradicts(first)));
        match same {
            None => self.choices.push(conditions),
            Some(choice) => {
                for condition in conditions {
                    if !choice.contains(&condition) {
                        choice.push(condition);
                    }
                }
            }
        }
    }

    /// All worlds; one without conditions when nothing depends on any.
    pub(crate) fn worlds(&self) -> Vec<Vec<Condition>> {
        let mut worlds: Vec<Vec<Condition>> = vec![Vec::new()];
        for choice in &self.choices {
            if worlds.len() * choice.len() > MAX_WORLDS {
                break;
            }
            worlds = worlds
                .iter()
                .flat_map(|world| {
                    choice.iter().map(|condition| {
                        let mut world = world.clone();
                        world.push(condition.clone());
                        world
                    })
                })
                .collect();
        }
        worlds
    }
}

/// Whether two worlds, or a world and some conditions, can hold at once.
#[must_use]
pub fn agree(a: &[Condition], b: &[Condition]) -> bool {
    !a.iter().any(|x| b.iter().any(|y| x.contradicts(y)))
}

/// Whether a resource is there in a world: unless the world says otherwise.
pub(crate) fn exists(world: &[Condition], existence: &Existence) -> bool {
    match existence {
        Existence::Always => true,
        Existence::When(conditions) => agree(world, conditions),
        Existence::Never => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn named(name: &str, holds: bool) -> Condition {
        Condition::Named {
            name: Arc::from(name),
            holds,
        }
    }

    #[test]
    fn worlds_are_all_choices() {
        let mut choices = Choices::default();
        assert_eq!(choices.worlds(), [Vec::new()]);
        choices.of_conditions(&[named("A", true), named("B", false)]);
        choices.of_conditions(&[named("A", false)]);
        let worlds = choices.worlds();
        assert_eq!(worlds.len(), 4);
        assert!(worlds.iter().all(|world| world.len() == 2));
        assert!(worlds[0].contains(&named("A", true)));
        assert!(!agree(&worlds[0], &[named("A", false)]));
    }

    #[test]
    fn too_many_choices_are_left_open() {
        let mut choices = Choices::default();
        for i in 0..10 {
            choices.of_conditions(&[named(&i.to_string(), true)]);
        }
        assert_eq!(choices.worlds().len(), MAX_WORLDS);
    }
}
