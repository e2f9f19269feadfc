"""What the "model" says: by a rule, by a recording, or of its own accord."""
