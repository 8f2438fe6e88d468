"""The folders below hold sample files, not tests: nothing in them is collected."""

collect_ignore_glob = ["*/flag/*", "*/pass/*"]
