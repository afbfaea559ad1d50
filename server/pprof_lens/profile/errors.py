"""What can be wrong with a profile; never how it is shown.

ProfileError            the sentence that the user reads
├── NotAProfile         the bytes are something else
├── Malformed           they began as a profile and then broke a rule of the format
│   └── Concatenated    several profiles were written one after the other
├── TooLarge            a limit of the settings was passed
├── Unsupported         a format that is known by name and not read
└── UnknownSampleType   a sample type that this profile does not have

Cancelled               the user no longer wants the result; not an error
"""


class ProfileError(Exception):
    """A profile cannot be used; the message is one sentence for the user."""


class NotAProfile(ProfileError):
    """The bytes are no profile of any format that is read here."""


class Malformed(ProfileError):
    """The bytes began as a profile and then broke a rule of its format."""


class Concatenated(Malformed):
    """Several messages in one file, which would silently become one profile with wrong tables."""


class TooLarge(ProfileError):
    """The decompressed profile would pass the limit that the settings give."""


class Unsupported(ProfileError):
    """A profile format that is recognised by name and not read."""


class UnknownSampleType(ProfileError):
    """The profile has no sample type of that name."""


class Cancelled(Exception):
    """The user cancelled; whoever asked for the result must not get one."""
