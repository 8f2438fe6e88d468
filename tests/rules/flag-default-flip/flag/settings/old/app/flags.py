DEFAULTS = {
    "new_checkout_flag": False,
    "other": 1,
}
