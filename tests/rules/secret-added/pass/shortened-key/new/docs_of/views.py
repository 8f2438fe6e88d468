BODY = {
    "key": "-----BEGIN RSA PRIVATE KEY-----...",
}
