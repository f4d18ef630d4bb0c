"""A letter is offered, then given: encrypted where that is asked for, and never in clear instead."""

from ecluse.channels.letter_server import SmtpLetterServer
from ecluse.model.channel import Mail
from ecluse.model.letter import Stage
from servers.certificates import Authority
from servers.mail import mail_server

LETTER = b"Subject: x\r\n\r\n.dot\r\n"


def server(box, **more):
    settings = {"tls": "none", "sender": "bounces@example.org", "to": ()} | more
    return SmtpLetterServer(Mail(host="127.0.0.1", port=box.port, **settings), timeout=5)


def test_starttls_and_a_password(tmp_path):
    ours = Authority(tmp_path)
    password = tmp_path / "password"
    password.write_text("not a secret\n")
    certificate = tuple(map(str, ours.sign("mail")))
    with mail_server(certificate=certificate, password="not a secret") as box:
        more = {"tls": "starttls", "ca_file": str(ours.certificate), "account": "ecluse", "password_file": str(password)}  # fmt: skip
        line = server(box, **more)
        assert line.offer("p@example.org").code == 250
        answer = line.give(LETTER)
        assert (answer.stage, answer.code) == (Stage.GIVEN, 250)
        line.close()
        assert box.encrypted == [True]
        password.write_text("another\n")
        refused = server(box, **more).offer("p@example.org")
        assert (refused.stage, refused.code) == (Stage.SERVER, 535)
        unknown = server(box, **more | {"ca_file": None}).offer("p@example.org")
        assert (unknown.stage, unknown.code) == (Stage.SERVER, 0)
        assert len(box.letters) == 1


def test_nothing_goes_out_in_clear_where_encryption_is_asked_for():
    with mail_server() as box:
        assert server(box, tls="starttls").offer("p@example.org").stage is Stage.SERVER
        assert box.letters == []


def test_a_refused_text_leaves_the_line_usable():
    with mail_server() as box:
        line = server(box)
        box.refusal = "554 no"
        assert line.offer("p@example.org").code == 250
        assert line.give(LETTER).code == 554
        box.refusal = ""
        assert line.offer("q@example.org").code == 250
        assert line.give(LETTER).code == 250
        line.close()
        assert [str(m.get_content()).rstrip() for m in box.letters] == [".dot"]
