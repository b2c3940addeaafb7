"""Values only: what every other part speaks about, and the pure rules that several of them share.

Frozen dataclasses of tuples, standard library only; no input or output, no clock, no randomness.
Import the submodules: this file re-exports nothing, so that nobody pays for what they do not use.
"""
