//! The chain that every invocation passes before it reaches a function. Nothing here knows of HTTP.
