"""The values and behaviours on the wires, and the few functions that every method is built on."""
