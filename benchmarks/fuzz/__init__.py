"""Throw mutated input at every reader of bytes that come from a repository, a remote or a file of settings."""
