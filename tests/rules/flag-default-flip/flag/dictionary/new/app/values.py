FEATURES = {
    "checkout": True,
    "other": True,
}
