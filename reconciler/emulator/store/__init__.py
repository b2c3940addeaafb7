"""What the emulator remembers: one SQLite file, and the only modules that speak SQL."""
