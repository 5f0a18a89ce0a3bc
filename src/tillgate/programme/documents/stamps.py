"""Time stamps (RFC 3161): asked of a server, and whether one is on what it should be on."""

import hashlib
from collections.abc import Callable

from aiohttp import ClientError
from asn1crypto import cms
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

SECONDS = 10  # for an answer, from the first byte asked to the last one read


class TimestampServer(HTTPTimeStamper):
    """A time stamp server that must answer in time, and about what it was asked."""

    def __init__(self, url: str) -> None:
        super().__init__(url, timeout=SECONDS)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        # The library compares nonces only: what was stamped, and whether it holds, we look at.
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            fits = is_stamp_on(lambda _: message_digest, token["content"])
        except TimestampRequestError:
            raise
        except Exception as error:
            # A refusal without a token, which is how servers refuse, ends here too.
            raise TimestampRequestError("it refused, or sent no time stamp") from error
        if not fits:
            raise TimestampRequestError("its answer is not a stamp on this document")
        return token


def why_none(error: TimestampRequestError) -> str:
    """What kept a server from giving a time stamp, in a few words."""
    if isinstance(error.__cause__, TimeoutError):
        return f"no answer within {SECONDS} seconds"
    network = isinstance(error.__cause__, OSError | ClientError)
    return str(error.__cause__ if network else error)


def is_stamp_on(imprint: Callable[[str], bytes], stamp: cms.SignedData) -> bool:
    """Whether a time stamp holds in itself and is on what has this imprint (by a hash's name).

    Whose it is, is not looked at. May raise anything on a stamp that is malformed.
    """
    signer = extract_signer_info(stamp)
    server = extract_certificate_info(stamp).signer_cert
    said = stamp["encap_content_info"]["content"]
    on = said.parsed["message_imprint"]
    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, bytes(said)).digest()
    return on["hashed_message"].native == imprint(on["hash_algorithm"]["algorithm"].native) and all(
        validate_sig_integrity(signer, server, "tst_info", digest)
    )
