"""Values as a browser sees them."""
