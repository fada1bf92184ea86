"""The editor: a server that owns documents and imports no torch, pages that show them, an engine process that computes."""
