DEFAULTS = {
    "a": 1,
    "new_checkout_flag": True,
}
