"""The inspector: pages at `/_mock/` that show what clients sent, what they got and why. Static files; all they know is the control API."""
