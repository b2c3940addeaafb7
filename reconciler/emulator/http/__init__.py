"""From bytes on a socket to a call of an endpoint and back."""
