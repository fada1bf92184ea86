"""The editor: documents in a browser, an engine in a process of its own."""
