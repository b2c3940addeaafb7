"""The one error a caller of the emulator's Python API meets."""


class EmulatorError(Exception):
    """The emulator cannot start; the message is a sentence for a person.

    Raised for a data file that cannot be used (not writable, not a database, of a newer format), for an
    address that cannot be bound, and for settings that make no sense.
    """
