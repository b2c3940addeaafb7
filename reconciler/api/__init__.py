"""The remote API: the only package that knows its paths, rows, errors and transport."""
