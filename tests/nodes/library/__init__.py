"""What the model library says of files and folders."""
