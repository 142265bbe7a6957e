//! What becomes of the providers' names.

mod data;
