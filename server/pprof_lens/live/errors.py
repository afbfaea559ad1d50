"""What can go wrong with a running program; the message is the sentence that a user reads.

A FetchError is a ProfileError, so that whoever loads profiles needs to catch but one kind; its own kinds are those
that a watcher treats differently.
"""

from pprof_lens.profile.errors import ProfileError


class FetchError(ProfileError):
    """A profile could not be had from a program."""


class MissingError(FetchError):
    """The program answers and has no such profile (404)."""


class UnreachableError(FetchError):
    """The program does not answer: refused, no such host, too slow, broken off."""
