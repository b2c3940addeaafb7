"""The canonical layout of manifests: text in, text out, with every comment and every way of quoting kept.

Written on the tokens of our own parser rather than with a round-trip library: what stands in a file is
copied, never written anew from values, so nothing is lost that the library does not know of. `formatting`
is the way in; it reads its own result back and gives none that means anything else.
"""
