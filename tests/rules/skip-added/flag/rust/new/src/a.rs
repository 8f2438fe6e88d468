#[test]
#[ignore]
fn a() { assert!(b()); }
