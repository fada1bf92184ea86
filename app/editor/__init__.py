"""The editor: a server that owns documents, pages that show them, and an engine process that computes."""
