//! Who is calling: bytes, keys and the time in, verified claims out. Nothing here knows of files,
//! networks or clocks.
