#[test]
fn a() { assert!(b()); }
