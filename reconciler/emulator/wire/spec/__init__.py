"""The OpenAPI document of the server: made of the same limits that requests are checked by."""
