"""Anybody may check a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Http
from tests.portal.pages_harness import Eye
from tests.programme.way import Cast, sent, signed

from tillgate.programme.files import file_of
from tillgate.programme.models import Agreement, FileKind


def upload(content: bytes, name: str = "agreement.pdf") -> tuple[int, str]:
    given = {"paper": SimpleUploadedFile(name, content, content_type="application/pdf")}
    answer = Http().post("/check/", given)
    return answer.status_code, answer.content.decode()


def sealed(agreement: Agreement) -> bytes:
    paper = file_of(agreement, FileKind.SEALED)
    assert paper is not None
    return bytes(paper.content)


def test_a_sealed_agreement_is_known_again(cast: Cast) -> None:
    agreement = signed(cast)
    status, page = upload(sealed(agreement))
    assert status == 200
    assert "unchanged since" in page
    assert agreement.number in page
    assert agreement.signature.document_sha256 in page
    assert cast.shop.name not in page


def test_one_changed_byte_is_seen(cast: Cast) -> None:
    content = bytearray(sealed(signed(cast)))
    content[len(content) // 3] ^= 1
    _, page = upload(bytes(content))
    assert "changed after it was sealed" in page


def test_what_was_only_sent_has_no_seal(cast: Cast) -> None:
    paper = file_of(sent(cast), FileKind.DOCUMENT)
    assert paper is not None
    assert "without a seal" in upload(bytes(paper.content))[1]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"hello", "This is no PDF"), (b"%PDF-1.7\nxx", "damaged"), (b"", "is empty")],
)
def test_what_is_no_agreement_is_told(db: None, content: bytes, words: str) -> None:
    status, page = upload(content, "../../<script>.pdf")
    assert words in page
    assert "<script>." not in page
    assert status in {200, 422}


def test_nothing_chosen_is_told_at_the_field(db: None) -> None:
    answer = Http().post("/check/", {})
    assert answer.status_code == 422
    assert 'href="#id_paper"' in answer.content.decode()


def test_the_page_is_fit_to_be_seen(committed_cast: Cast, eye: Eye, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "agreement.pdf"
    file.write_bytes(sealed(signed(committed_cast)))
    page = eye.look_at("/check/", "check")
    page.set_input_files("#id_paper", file)
    page.click("text=Check it")
    page.wait_for_selector("text=unchanged since")
    eye.check(page, "check-unchanged")
