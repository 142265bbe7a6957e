//! What a permission allows: the catalogue of AWS's actions, policies and SDK calls.

pub mod catalogue;
