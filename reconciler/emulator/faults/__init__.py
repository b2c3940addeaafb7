"""Faults on purpose: what a network, a gateway or a failing service does to a client.

A rule says which requests it meets and how often; its harm says what is done to one, before its commit or
after it. Rate limits come before all rules. Lag is no rule: it delays what lists show of commits.
"""
