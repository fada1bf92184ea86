"""The document as the server owns it: every edit is kept before it is acknowledged."""
