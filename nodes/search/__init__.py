"""Looking for samples that a reward likes."""
