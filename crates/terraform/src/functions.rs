//! The functions of the language, on values that may be known in part only.
