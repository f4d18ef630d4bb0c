"""`python -m visitors.signed_in PORT ACCOUNT FILE`: logs in with PORTAL_PASSWORD, and leaves the session's cookie in FILE."""

import os
import sys
from pathlib import Path

from visitors.browser import Browser

COOKIE = "portal"


def main() -> None:
    """Writes the cookie to a file that this user alone reads; a drill takes it from there."""
    port, account, file = sys.argv[1:]
    browser = Browser("127.0.0.1", int(port))
    browser.log_in(account, os.environ["PORTAL_PASSWORD"])
    path = Path(file)
    path.touch(mode=0o600)
    path.write_text(browser.cookies[COOKIE] + "\n", "ascii")
    browser.close()


if __name__ == "__main__":
    main()
