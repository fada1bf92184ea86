"""The architectures that can be opened, a file each."""
