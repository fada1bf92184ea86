"""The engine process: plans, runs, and what a browser sees of them."""
