"""The doors: command line, and what they show."""
