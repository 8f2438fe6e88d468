package net

var client = &http.Client{Timeout: 10 * time.Minute}
