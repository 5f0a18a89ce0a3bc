"""What poppler's tools say of a PDF: an independent reader's view."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)

# Breaks in long words, and marks of direction: nothing that one reads.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def run(tool: str, *options: str, pdf: bytes, folder: Path) -> str:
    """The words a tool says on a PDF, on both its outputs."""
    path = folder / "document.pdf"
    path.write_bytes(pdf)
    output = ["-"] if tool == "pdftotext" else []
    command = [tool, *options, str(path), *output]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return (done.stdout + done.stderr).decode(errors="replace")


def text_of(pdf: bytes, folder: Path) -> str:
    """The text in the order in which it was set, each run of white space as one space."""
    text = run("pdftotext", "-raw", "-enc", "UTF-8", pdf=pdf, folder=folder)
    return " ".join(_UNSEEN.sub("", text).split())


def squeezed(text: str) -> str:
    """The text without any white space: words that were broken are whole again."""
    return "".join(_UNSEEN.sub("", text).split())
