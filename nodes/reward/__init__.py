"""Rewards: what is wanted of a point, as one number."""
