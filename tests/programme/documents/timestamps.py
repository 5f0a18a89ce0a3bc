"""A time stamp server (RFC 3161) on loopback, well or badly behaved."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from tests.programme.documents.certificates import certificate_for, key_pem

STAMPED_AT = datetime(2026, 11, 25, 13, 10, 42, tzinfo=UTC)
Answer = Callable[[bytes], bytes]


class Stamper:
    """Stamps what is asked, at a fixed time, with a key of its own."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(65537, 2048)
        self.certificate = certificate_for(key, name="Stamps", time_stamping=True)
        private = serialization.load_pem_private_key(key_pem(key), None).private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        self._stamper = DummyTimeStamper(
            Certificate.load(der), keys.PrivateKeyInfo.load(private), fixed_dt=STAMPED_AT
        )

    def __call__(self, body: bytes) -> bytes:
        return self._stamper.request_tsa_response(tsp.TimeStampReq.load(body)).dump()

    def on_another_document(self, body: bytes) -> bytes:
        request = tsp.TimeStampReq.load(body).copy()
        request["message_imprint"]["hashed_message"] = bytes(32)
        return self(request.dump(force=True))

    def badly_signed(self, body: bytes) -> bytes:
        response = tsp.TimeStampResp.load(self(body))
        signer = response["time_stamp_token"]["content"]["signer_infos"][0]
        signer["signature"] = bytes(256)
        return response.dump(force=True)


def refusing(_: bytes) -> bytes:
    return bytes.fromhex("30053003020102")  # a response of status 2, rejection


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """The URL of a server that answers each request so while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/stamp"
        finally:
            server.shutdown()
            thread.join()
