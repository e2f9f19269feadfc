"""Timings as ratios against references in the same run. No figure here is a test."""
