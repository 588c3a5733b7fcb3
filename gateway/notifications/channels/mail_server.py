"""A mail server of somebody else, for tests: aiosmtpd. Prints each letter that it takes as JSON.

Arguments: port, "tls", "starttls" or "none", then certificate and key where there is TLS. Its one
login is tributary with the password secret. By the recipient's name it says what real servers do:
busy@ is 451, nobody@ 550, full@ 452 behind the letter, spam@ 554 behind it.
"""

import json
import ssl
import sys
import time
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

AT_RECIPIENT = {"busy": "451 4.2.1 mailbox busy", "nobody": "550 5.1.1 no such user"}
AT_DATA = {"full": "452 4.3.1 out of space", "spam": "554 5.7.1 refused by policy"}


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = AT_RECIPIENT.get(address.split("@")[0])
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = AT_DATA.get(envelope.rcpt_tos[0].split("@")[0])
        if answer is not None:
            return answer
        letter = message_from_bytes(envelope.content, policy=policy.default)
        told = {
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "headers": dict(letter.items()),
            "text": letter.get_content(),
            "encrypted": server.transport.get_extra_info("ssl_object") is not None,
            "login": session.auth_data,
        }
        print(json.dumps(told), flush=True)
        return "250 2.0.0 taken"


def authenticated(server, session, envelope, mechanism, data):
    right = data.login == b"tributary" and data.password == b"secret"
    # Not handled: it answers by itself.
    return AuthResult(
        success=right, handled=False, auth_data=data.login.decode() if right else None
    )


port, security = int(sys.argv[1]), sys.argv[2]
context = None
if security != "none":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])


class Server(Controller):
    def factory(self):
        return SMTP(
            self.handler,
            enable_SMTPUTF8=False,
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
            authenticator=authenticated,
            auth_require_tls=security != "none" and security != "tls",
        )


Server(
    Handler(),
    hostname="127.0.0.1",
    port=port,
    ssl_context=context if security == "tls" else None,
).start()
while True:
    time.sleep(3600)
