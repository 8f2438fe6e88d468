FEATURE_EXPORT = os.getenv("FEATURE_EXPORT", "true") == "true"
