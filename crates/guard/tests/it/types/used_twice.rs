//! A step is used up by the next one, and can't be copied before.

fn twice(authorized: palisade_guard::Authorized) {
    let copy = authorized.clone();
    let _ = authorized.admit();
    let _ = authorized.admit();
    let _ = copy;
}

fn main() {}
