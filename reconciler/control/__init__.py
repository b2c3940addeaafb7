"""The use-cases, each a few lines of composition: load, observe, diff, execute."""
