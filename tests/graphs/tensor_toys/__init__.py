"""Toy nodes with tensors, in a catalogue of their own: the others are imported without torch."""
