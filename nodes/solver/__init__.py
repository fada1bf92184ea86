"""From one noise level to the next."""
