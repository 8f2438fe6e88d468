"""Measure how long a review waits for the detection."""
