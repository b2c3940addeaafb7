"""The only reader: from an account to a live state, complete or not at all."""
