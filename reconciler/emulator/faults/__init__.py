"""Faults on purpose: what a network, a gateway or a failing service does to a client.

Each request passes one hook before its commit and one after it. A rule is armed for a request by its endpoint
and its count, and does its harm in one of the two.
"""
