DEFAULTS = {
    "new_checkout_flag": True,
    "other": 1,
}
