//! The activities that Palisade's own code reports: `activity_id` by class.

/// Of [`Class::EntityManagement`](crate::Class::EntityManagement).
pub mod entity {
    /// Something was made.
    pub const CREATE: u8 = 1;
    /// Something was changed.
    pub const UPDATE: u8 = 3;
    /// Something was removed.
    pub const DELETE: u8 = 4;
    /// Something was switched on.
    pub const ENABLE: u8 = 8;
    /// Something was switched off.
    pub const DISABLE: u8 = 9;
}

/// Of [`Class::DatastoreActivity`](crate::Class::DatastoreActivity).
pub mod datastore {
    /// Data was read.
    pub const READ: u8 = 1;
    /// Data was searched.
    pub const QUERY: u8 = 4;
    /// Data was written.
    pub const WRITE: u8 = 5;
}

/// Of [`Class::ApplicationLifecycle`](crate::Class::ApplicationLifecycle).
pub mod lifecycle {
    /// A program was started.
    pub const START: u8 = 3;
    /// A program was stopped.
    pub const STOP: u8 = 4;
    /// A program was started again.
    pub const RESTART: u8 = 5;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, schema};

    #[test]
    fn the_numbers_are_those_of_the_schema() {
        for (class, number, caption) in [
            (Class::EntityManagement, entity::CREATE, "Create"),
            (Class::EntityManagement, entity::UPDATE, "Update"),
            (Class::EntityManagement, entity::DELETE, "Delete"),
            (Class::EntityManagement, entity::ENABLE, "Enable"),
            (Class::EntityManagement, entity::DISABLE, "Disable"),
            (Class::DatastoreActivity, datastore::READ, "Read"),
            (Class::DatastoreActivity, datastore::QUERY, "Query"),
            (Class::DatastoreActivity, datastore::WRITE, "Write"),
            (Class::ApplicationLifecycle, lifecycle::START, "Start"),
            (Class::ApplicationLifecycle, lifecycle::STOP, "Stop"),
            (Class::ApplicationLifecycle, lifecycle::RESTART, "Restart"),
        ] {
            let object = &schema::builtin().class(class).object;
            let values = object
                .attribute("activity_id")
                .and_then(|a| a.values.as_ref());
            let found = values.and_then(|values| values.caption(number.into()));
            assert_eq!(found, Some(caption), "{}", object.name);
        }
    }
}
