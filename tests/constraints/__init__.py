"""Constraints, judged on values."""
