"""Recordings: what a cassette holds, and what of it can be said again."""
