"""Which nodes and types there are, known without importing the code that declares them."""
