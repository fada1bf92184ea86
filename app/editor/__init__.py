"""The editor: the server of `noiseloom edit`, and what it serves."""
