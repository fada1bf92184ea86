"""What is wanted of a sample: one number for each row, larger is better."""
