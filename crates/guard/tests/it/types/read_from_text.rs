//! No step can be read from a text.

fn reads<'t, T: serde::Deserialize<'t>>() {}

fn main() {
    reads::<palisade_guard::Admitted>();
}
