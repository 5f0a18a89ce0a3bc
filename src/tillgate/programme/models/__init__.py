"""The tables of the programme, by step of the way."""

from tillgate.programme.models.agreement import (
    Agreement,
    AgreementFile,
    AgreementLine,
    Amends,
    FileKind,
    Signature,
    SigningLink,
)
from tillgate.programme.models.codes import MailCode
from tillgate.programme.models.handover import CredentialLink
from tillgate.programme.models.interest import Interest, Invitation
from tillgate.programme.models.preparation import FeasibilityCheck, OverviewReading
from tillgate.programme.models.request import AccessRequest, Decision, Outcome, Question

__all__ = [
    "AccessRequest",
    "Agreement",
    "AgreementFile",
    "AgreementLine",
    "Amends",
    "CredentialLink",
    "Decision",
    "FeasibilityCheck",
    "FileKind",
    "Interest",
    "Invitation",
    "MailCode",
    "Outcome",
    "OverviewReading",
    "Question",
    "Signature",
    "SigningLink",
]
