//! Folders of Terraform that another folder calls as a module. They are a part of that one, so they
//! are read by themselves only when no call has brought them in: a call that counts zero times does
//! not.

use crate::disk::Candidate;
use palisade_app::Files;
use palisade_scan::terraform_calls;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The folders among the candidates that another one of them calls.
pub(crate) fn called(candidates: &[Candidate], files: &(dyn Files + Sync)) -> BTreeSet<String> {
    let folders = candidates.par_iter().filter(|candidate| candidate.folder);
    folders
        .flat_map_iter(|folder| terraform_calls(&folder.path, files))
        .collect()
}

/// What comes of the candidates, in their order: first of those that nobody calls, then of the
/// called ones that are not nested in any of these.
pub(crate) fn callers_first<T: Send>(
    candidates: &[Candidate],
    called: &BTreeSet<String>,
    read: impl Fn(&Candidate) -> Option<T> + Sync,
    nested: impl Fn(&T) -> &[Arc<str>],
) -> Vec<T> {
    let is_called = |candidate: &Candidate| candidate.folder && called.contains(&candidate.path);
    let read_all = |wanted: &(dyn Fn(&Candidate) -> bool + Sync)| -> Vec<(usize, T)> {
        let wanted = candidates.par_iter().enumerate().filter(|(_, c)| wanted(c));
        wanted.filter_map(|(n, c)| Some((n, read(c)?))).collect()
    };
    let mut all = read_all(&|candidate| !is_called(candidate));
    let inner = all.iter().flat_map(|(_, done)| nested(done));
    let inner: BTreeSet<Arc<str>> = inner.cloned().collect();
    all.extend(read_all(&|candidate| {
        is_called(candidate) && !inner.contains(&*candidate.path)
    }));
    all.sort_by_key(|(n, _)| *n);
    all.into_iter().map(|(_, done)| done).collect()
}
