"""The endpoints of the API, one function each: check, store, answer."""
