package net

var client = &http.Client{Timeout: 5000 * time.Millisecond}
