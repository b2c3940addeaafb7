"""The page at ``/``: what the emulator holds and does, for a person with a browser."""
