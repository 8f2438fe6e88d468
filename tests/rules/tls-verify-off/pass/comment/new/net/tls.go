package net

// InsecureSkipVerify: true is refused by the linter.
var config = &tls.Config{}
