"""Proving an address by a code that was mailed to it: six digits, ten minutes, five tries.

A proof is good for half an hour and for one act. Codes are stored as a keyed hash, for the hash
of six digits alone would be undone in a moment.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from tillgate.foundation import clock
from tillgate.programme.errors import CodeUsed, TooManyCodes, WrongCode
from tillgate.programme.models import MailCode

CODE_LIFE = timedelta(minutes=10)
PROOF_LIFE = timedelta(minutes=30)
TRIES = 5
MOST_AN_HOUR = 5
_SALT = "tillgate.programme.codes"


def make_code(*, subject: str, email: str) -> tuple[MailCode, str]:
    """A code for a subject, and its digits for the mail. Raises `TooManyCodes`."""
    now = clock.now()
    recent = MailCode.objects.filter(subject=subject, sent_at__gt=now - timedelta(hours=1))
    if recent.count() >= MOST_AN_HOUR:
        raise TooManyCodes
    digits = f"{secrets.randbelow(10**6):06}"
    code = MailCode.objects.create(
        subject=subject,
        email=email,
        code_hash=_hash(subject, digits),
        sent_at=now,
        expires_at=now + CODE_LIFE,
        tries_left=TRIES,
    )
    return code, digits


def prove_code(*, subject: str, typed: str) -> MailCode:
    """The newest code of the subject, proved by its digits. Raises `WrongCode`.

    A wrong try is counted for good, also when the caller's transaction is not kept.
    """
    typed = "".join(typed.split())
    with transaction.atomic(durable=True):
        code = _newest(subject)
        if code is None or code.tries_left == 0 or code.expires_at <= clock.now():
            raise WrongCode
        code.tries_left -= 1
        if constant_time_compare(code.code_hash, _hash(subject, typed)):
            code.proved_at = clock.now()
        code.save(update_fields=["tries_left", "proved_at"])
    if code.proved_at is None:
        raise WrongCode
    return code


def use_proof(code_id: int | None, *, subject: str) -> MailCode:
    """The proof for an act, which it uses up. Raises `CodeUsed`."""
    if code_id is None or not _good_proofs(code_id, subject).update(used_at=clock.now()):
        raise CodeUsed
    return MailCode.objects.get(pk=code_id)


def is_proved(code_id: int | None, *, subject: str) -> bool:
    """Whether the proof would be good now."""
    return code_id is not None and _good_proofs(code_id, subject).exists()


def was_proved(code_id: int | None, *, subject: str) -> bool:
    """Whether the address was proved within half an hour, be the proof used or not: for reading."""
    since = clock.now() - PROOF_LIFE
    proofs = MailCode.objects.filter(subject=subject, proved_at__gt=since)
    return code_id is not None and proofs.filter(pk=code_id).exists()


def _good_proofs(code_id: int, subject: str) -> QuerySet[MailCode]:
    since = clock.now() - PROOF_LIFE
    return MailCode.objects.filter(pk=code_id, subject=subject, proved_at__gt=since, used_at=None)


def _newest(subject: str) -> MailCode | None:
    codes = MailCode.objects.select_for_update().filter(subject=subject, proved_at=None)
    return codes.order_by("-pk").first()


def _hash(subject: str, digits: str) -> str:
    return salted_hmac(_SALT, f"{subject} {digits}", algorithm="sha256").hexdigest()
