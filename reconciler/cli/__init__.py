"""The command line: options, exit codes, wiring. Nothing heavy is imported before a command needs it."""
