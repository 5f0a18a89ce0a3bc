"""What can go wrong with a document: one class a fact, each saying what to do next.

DocumentError
├── BadFacts         what was to be set contradicts itself
├── BadDrawing       a drawn signature that is not one
├── NotTypeset       typst refused, or warned
├── SealKeyRefused   key or certificate of the seal cannot be used
└── NotSealed
    └── TimestampFailed   the time stamp server gave none
"""


class DocumentError(Exception):
    """A document could not be made."""


class BadFacts(DocumentError):
    """Facts that no document may state, such as a time without a zone or a negative price."""


class BadDrawing(DocumentError):
    """What was sent as a drawn signature is none, or is far too large for one."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The drawn signature cannot be used: {why}. Draw it again, or leave it.")


class NotTypeset(DocumentError):
    """typst could not set the document, or had something to warn of: mend the template."""

    def __init__(self, template: str, message: str) -> None:
        super().__init__(f"{template} could not be set: {message}")


class SealKeyRefused(DocumentError):
    """The key or the certificate of the seal cannot be used; names the file and the cure."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"The seal's {what}: {cure}.")
        self.what = what
        self.cure = cure


class NotSealed(DocumentError):
    """The document could not be sealed; nothing was changed."""


class TimestampFailed(NotSealed):
    """The time stamp server gave no time stamp that can be used."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"No time stamp from {url}: {why}. Try again later, or unset TILLGATE_TIMESTAMP_URL."
        )
