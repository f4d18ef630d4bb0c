"""What does a client of the portal do? It logs in, keeps its cookies, asks for pages, and sees who is on them."""

import csv
import json
import re
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from http.cookies import SimpleCookie
from urllib.parse import urlencode

__all__ = ["Browser", "Seen", "persons_in"]

PAGE = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
TIMEOUT = 120.0
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_TELEPHONE = re.compile(r'id="telephone">(\d{6})<')
_SHOWN = re.compile(r'data-person="(\w+)"')
_REFERENCE = re.compile(r"<dd>(\d+)</dd>\s*</dl>")
_TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


@dataclass(frozen=True)
class Seen:
    """One answer, as far as it came.

    Attributes:
        persons: numbers of the persons in it.
    """

    status: int
    headers: dict[str, str]
    text: str
    persons: frozenset[str] = frozenset()

    @property
    def reference(self) -> int | None:
        """Number of the gate's decision, which a refusal quotes."""
        if "problem+json" in self.headers.get("content-type", ""):
            return json.loads(self.text).get("reference")
        found = _REFERENCE.search(self.text)
        return int(found[1]) if found else None

    @property
    def title(self) -> str:
        """What it says in large letters."""
        if "json" in self.headers.get("content-type", ""):
            return str(json.loads(self.text).get("title", ""))
        found = _TITLE.search(self.text)
        return found[1].strip() if found else ""


def persons_in(kind: str, text: str) -> frozenset[str]:
    """Who is shown in a page, a document for programs, or an export that may have been cut."""
    if kind.startswith("text/html"):
        return frozenset(_SHOWN.findall(text))
    if kind.startswith("application/json"):
        document = json.loads(text)
        return frozenset(person["number"] for person in document.get("persons", [document]))
    if kind.startswith("text/csv"):
        whole = text[: text.rfind("\n") + 1]
        return frozenset(row[0] for row in csv.reader(whole.splitlines()[1:]))
    return frozenset()


@dataclass
class Browser:
    """One log-in over one kept connection. Not for several threads at once; `another` gives each its own.

    Attributes:
        host, port: of the portal.
        language: that is asked for.
        more: further headers of every request, such as a program's token.
        cookies: of the session.
    """

    host: str
    port: int
    language: str = "en"
    more: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: HTTPConnection | None = None

    def another(self) -> "Browser":
        """The same session on a connection of its own."""
        return Browser(self.host, self.port, self.language, self.more, self.cookies)

    def log_in(self, account: str, password: str) -> Seen:
        """Gives the password, and the code of the telephone where one is asked for."""
        self.cookies = {}
        form = {"username": account, "password": password}
        seen = self._post("/account/login/", self.get("/account/login/"), form)
        if "/account/factor/" in seen.headers.get("location", ""):
            where = seen.headers["location"]
            page = self.get(where)
            code = _TELEPHONE.search(page.text)
            seen = self._post(where, page, {"code": code[1] if code else ""})
        if seen.status != 302:
            raise PermissionError(f"`{account}` was not let in: {seen.status} {seen.title}")
        return seen

    def get(self, path: str, *, accept: str = PAGE) -> Seen:
        """Asks for a page."""
        return self._ask("GET", path, accept=accept)

    def post(self, path: str, fields: dict[str, str]) -> Seen:
        """Fills in the form of the portal at that address."""
        return self._post(path, self.get(path), fields)

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, path: str, page: Seen, fields: dict[str, str]) -> Seen:
        token = _TOKEN.search(page.text)
        form = {"csrfmiddlewaretoken": token[1] if token else "", **fields}
        return self._ask("POST", path, body=urlencode(form))

    def _ask(self, method: str, path: str, *, accept: str = PAGE, body: str | None = None) -> Seen:
        headers = {"Accept": accept, "Accept-Language": self.language, **self.more}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{self.host}:{self.port}"
        try:
            return self._exchange(method, path, body, headers)
        except (HTTPException, OSError):
            self.close()
            raise

    def _exchange(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Seen:
        if self._connection is None:
            self._connection = HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        text = _read(response).decode("utf-8", "replace")
        self._keep(response)
        if response.will_close:
            self.close()
        told = {name.lower(): value for name, value in response.getheaders()}
        shown = persons_in(told.get("content-type", ""), text) if response.status == 200 else ()
        return Seen(response.status, told, text, frozenset(shown))

    def _keep(self, response: HTTPResponse) -> None:
        for header in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value


def _read(response: HTTPResponse) -> bytes:
    """The body, or what came of it before it was cut."""
    try:
        return response.read()
    except IncompleteRead as cut:
        response.will_close = True
        return cut.partial
