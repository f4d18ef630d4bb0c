import json

import pytest
from click.testing import CliRunner

from ecluse.cli import _demo_stage, _ecluse
from ecluse.model.errors import CallerError


def run(*arguments):
    return CliRunner().invoke(_ecluse, ["demo", *arguments])


def test_without_the_checkout_it_says_what_works(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_demo_stage.ecluse, "__file__", str(tmp_path / "site" / "ecluse" / "x.py"))
    done = run("--out", "here")
    assert isinstance(done.exception, CallerError)
    assert "not part of the installed package" in str(done.exception)
    assert "ecluse demo --logs" in done.exception.help
    assert not (tmp_path / "here").exists()


def test_without_django_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(_demo_stage.importlib.util, "find_spec", lambda _: None)
    done = run("--out", str(tmp_path / "here"))
    assert "needs Django" in str(done.exception)


@pytest.mark.parametrize("more", [(), ("--force",)])
@pytest.mark.parametrize("way", [(), ("--logs",)])
def test_a_folder_of_something_else_stays(tmp_path, way, more):
    (tmp_path / "mine").write_text("mine")
    done = run("--out", str(tmp_path), *way, *more)
    assert isinstance(done.exception, CallerError)
    assert (tmp_path / "mine").read_text() == "mine"


def test_on_logs(tmp_path):
    """The theft in the logs of a day, afresh in a folder that an earlier demo filled."""
    out = tmp_path / "demo"
    out.mkdir()
    for name in (".ecluse-demo", "from-before"):
        (out / name).touch()
    done = run("--logs", "--small", "--json", "--force", "--out", str(out))
    assert done.exit_code == 0, done.stderr
    assert set(json.loads(done.stdout)) == {"folder", "report", "thief"}
    assert "$ ecluse replay " in done.stderr
    found = {path.name for path in out.iterdir()}
    assert {"logs", "ledger", "report.html", "persons.csv", "register.txt"} <= found
    assert "from-before" not in found
