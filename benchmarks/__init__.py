"""Measurements of detection on public repositories; no part of the package and none of the tests."""
