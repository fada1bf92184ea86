"""What runs next, and what came of what ran."""
