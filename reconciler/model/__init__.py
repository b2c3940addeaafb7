"""Values only: what every other part speaks about, and the pure rules that several of them share.

Frozen structs of tuples: msgspec makes them in C, a tenth of the time of dataclasses in every use, at import
besides (tests/bench/README.md). No input or output, no clock, no randomness.
Import the submodules: this file re-exports nothing, so that nobody pays for what they do not use.
"""
