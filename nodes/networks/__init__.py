"""Noiseloom's own small networks: denoisers that follow a text, in safetensors files that say how they are built."""
