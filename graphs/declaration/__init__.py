"""How nodes and types of value are declared, and what the catalogue keeps of them."""
