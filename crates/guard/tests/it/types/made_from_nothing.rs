//! A step has no constructor, and no default.

fn main() {
    let _ = palisade_guard::Admitted {};
    let _ = palisade_guard::Authenticated::default();
}
