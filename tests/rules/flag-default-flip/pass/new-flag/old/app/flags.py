DEFAULTS = {
    "a": 1,
}
