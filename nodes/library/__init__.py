"""The model library: which models a person has, what they are, and what they lack. Nothing is loaded."""
