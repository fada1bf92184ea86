"""The editor in the browser. The server owns the documents and imports no torch; an engine process computes."""
