//! The ledger, from outside.
