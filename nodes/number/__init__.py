"""Pictures in a number."""
