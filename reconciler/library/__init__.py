"""The Python API: the commands' use-cases as functions, for programs; `reconciler` names what is stable.

Nothing is printed, nobody is asked, no signal handler is changed; what a command refuses is an error here.
"""
