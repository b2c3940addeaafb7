"""Users' policies: JSON Schemas that declared containers, or a plan, must satisfy.

Policies are data. They cannot run anything, reach anything, or see a secret or the contents of a file.
jsonschema is known to this package alone, and loaded only where a policy is given (some 0.1 s).
"""
