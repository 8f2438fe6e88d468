FEATURES = {
    "checkout": False,
    "other": True,
}
