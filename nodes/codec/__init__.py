"""Between the space that a model works in and the space that a person sees."""
