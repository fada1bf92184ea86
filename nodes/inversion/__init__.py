"""From a sample back to the noise that it comes from."""
