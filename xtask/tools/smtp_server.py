"""A real SMTP server for the tests: one Maildir behind three listeners.

    smtp_server.py DIRECTORY USER PASSWORD

DIRECTORY holds server.pem and server.key; mail is delivered to DIRECTORY/maildir. Once all listeners are bound, one line
of JSON with their ports is printed. The server ends when its standard input does, which also happens when the program
that started it is killed, and then removes DIRECTORY.
"""

import asyncio
import json
import logging
import pathlib
import shutil
import ssl
import sys
import warnings

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult


async def serve(directory, user, password):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(directory / "server.pem", directory / "server.key")
    mailbox = Mailbox(str(directory / "maildir"))

    def authenticate(server, session, envelope, mechanism, given):
        right = given.login == user.encode() and given.password == password.encode()
        # handled=False lets the server answer 535 itself.
        return AuthResult(success=right, handled=False)

    def listener(**options):
        return lambda: SMTP(mailbox, hostname="localhost", enable_SMTPUTF8=True, **options)

    closed = {"authenticator": authenticate, "auth_required": True}
    listeners = {
        "plain": (listener(), None),
        "starttls": (listener(tls_context=tls, require_starttls=True, **closed), None),
        # The library knows only of TLS that STARTTLS began; here the socket itself is encrypted.
        "tls": (listener(auth_require_tls=False, **closed), tls),
    }
    ports = {}
    loop = asyncio.get_running_loop()
    for name, (protocol, context) in listeners.items():
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context)
        ports[name] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)


def main():
    # Tests refuse certificates and passwords on purpose; their output should not be full of it.
    logging.disable()
    warnings.simplefilter("ignore")
    directory, user, password = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    try:
        asyncio.run(serve(directory, user, password))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
