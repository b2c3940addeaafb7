"""Infrastructure as code for OpenAI-compatible containers.

This module stays empty of imports: whatever it imported, every command would pay for.
"""

__version__ = "0.1.0"
