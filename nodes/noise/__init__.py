"""Where samples begin."""
