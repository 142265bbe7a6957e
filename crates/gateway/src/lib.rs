//! The HTTP adapter of guard: a gateway that stands before functions, wherever they run.
