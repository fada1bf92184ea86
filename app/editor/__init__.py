"""The editor: a server that owns documents, and a page that shows them."""
