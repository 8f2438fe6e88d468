fn limits() -> u32 { 3 }
