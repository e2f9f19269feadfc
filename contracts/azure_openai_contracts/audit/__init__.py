"""What a client does in trouble: a user's own function, run against a battery of situations, watched, and judged."""
