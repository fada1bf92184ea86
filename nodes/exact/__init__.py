"""Exact models: laws of data for which E[x0 | x] has a closed form, so that they answer as perfect networks would."""
