BODY = {
    "key": "---Begin...",
}
