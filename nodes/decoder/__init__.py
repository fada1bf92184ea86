"""From samples to what a person sees."""
