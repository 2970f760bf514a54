//! The build script, with the feature `codegen`, generates the committed code.

#[test]
fn the_build_script_and_regen_make_the_same_code() {
    let built = include_str!(concat!(env!("OUT_DIR"), "/generated.rs"));
    let committed = include_str!("../../src/generated.rs");
    // Not `assert_eq`, which would print both.
    assert!(built == committed, "run `cargo xtask regen`");
}
