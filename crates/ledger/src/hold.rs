//! Holds: what they cover is neither removed nor erased while they are in force.

use crate::deeds::{self, Deed, KeepError, Objection, Scope};
use crate::ledger::Ledger;

impl Ledger {
    /// Puts a hold in force; it is once this returns. Neither its name nor its reason is ever
    /// erased; outsiders who are shown the leaf see the name only.
    ///
    /// # Errors
    /// When the name is in use or can't be one, when the ledger can't write.
    pub async fn hold(&self, name: &str, reason: &str, scope: Scope) -> Result<u64, KeepError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
            return Err(Objection::Name.into());
        }
        if matches!(scope, Scope::Time { from, to } if from > to) {
            return Err(Objection::Time.into());
        }
        let (name, reason) = (name.to_owned(), reason.to_owned());
        self.keep(move |writer| {
            if writer.deeds.holds.contains_key(&name) {
                return Err(Objection::Taken(name).into());
            }
            Ok(deeds::record(writer, &Deed::Hold { name, scope }, &reason)?)
        })
        .await
    }

    /// Ends a hold.
    ///
    /// # Errors
    /// When there is none of that name, when the ledger can't write.
    pub async fn release(&self, name: &str, reason: &str) -> Result<u64, KeepError> {
        let (name, reason) = (name.to_owned(), reason.to_owned());
        self.keep(move |writer| {
            if !writer.deeds.holds.contains_key(&name) {
                return Err(Objection::Unknown(name).into());
            }
            Ok(deeds::record(writer, &Deed::Release { name }, &reason)?)
        })
        .await
    }
}
