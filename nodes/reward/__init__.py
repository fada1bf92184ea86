"""What is wanted of a sample, as one number for each row."""
