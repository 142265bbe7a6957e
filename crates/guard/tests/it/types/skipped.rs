//! What was received can't be admitted, and what was not admitted has no request to forward.

fn skip(received: palisade_guard::Received, limited: palisade_guard::Limited) {
    let _ = received.admit();
    let _ = limited.authorize();
    let _ = limited.request();
}

fn main() {}
