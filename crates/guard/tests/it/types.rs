//! That nothing skips a step is a fact of the types: these programs must not compile.

#[test]
fn no_step_can_be_skipped() {
    trybuild::TestCases::new().compile_fail("tests/it/types/*.rs");
}
