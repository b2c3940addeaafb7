"""Leaves: values in, text out. Whatever comes from a manifest or the API is hostile until escaped here."""
