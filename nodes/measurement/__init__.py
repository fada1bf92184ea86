"""What was seen of a point, and models that agree with it."""
