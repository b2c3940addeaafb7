"""Values only: what every other part speaks about, and the pure rules that several of them share.

Frozen structs of tuples: msgspec makes them in C, in a tenth of the time of dataclasses, when they are
defined and whenever one is made (tests/bench/README.md). `gc=False` stands on those of which there are many:
what is frozen and holds nothing else cannot be part of a cycle, so no collector looks at it. No input or
output, no clock, no randomness.
Import the submodules: this file re-exports nothing, so that nobody pays for what they do not use.
"""
