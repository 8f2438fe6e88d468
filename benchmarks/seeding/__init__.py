"""How much is found: dangerous edits made to real files, and harmless twins of them."""
