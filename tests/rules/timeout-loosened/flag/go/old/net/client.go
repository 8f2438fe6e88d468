package net

var client = &http.Client{Timeout: 5 * time.Second}
