FEATURE_EXPORT = os.getenv("FEATURE_EXPORT", "false") == "true"
