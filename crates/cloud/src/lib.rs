//! Control-plane HTTP: the few requests that Palisade itself makes.
