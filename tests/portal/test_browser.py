"""What an honest person sees in a real browser when a limit is reached, in French and in English."""

import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from servers.chromium import chromium
from servers.portal import PASSWORD, standing

POLICY = """\
version: 1
budgets:
  - id: partner
    per: account
    target: {kind: partner}
    limits: {1h: 2}
    warn_at: 0.5
    reason:
      en: Partners may read two people an hour here.
      fr: Les partenaires peuvent consulter ici deux personnes par heure.
  - id: strangers
    per: account
    target: {kind: adviser, caseload: outside}
    limits: {24h: 1}
    effect: justify
    afterwards: {24h: 1}
  - id: manager
    per: account
    target: {kind: manager, operation: view}
    limits: {24h: 1}
    effect: step_up
    afterwards: {24h: 5}
"""
SETTINGS = """\
version: 1
step_up: {max_age: 5s, factors: [totp]}
contact:
  en: the service desk, extension 1234
  fr: le centre de services, poste 1234
"""
ARRIVED = "return !window.left && document.readyState === 'complete'"
PICTURES = os.environ.get("PORTAL_PICTURES")
"""Folder for screenshots, for whoever wants to look at the pages."""


@pytest.fixture(scope="module")
def stand(filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stand")
    settings = folder / "gate.yaml"
    settings.write_text(SETTINGS, "utf-8")
    with standing(folder, filled, POLICY, more=("--settings", str(settings))) as stand:
        yield stand


@pytest.fixture(scope="module", params=["fr", "en"])
def browser(request, tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("browser"), language=request.param) as driver:
        yield driver, request.param


@pytest.fixture
def reader(stand, browser):
    driver, language = browser
    driver.delete_all_cookies()
    return Reader(driver, stand.port, language)


class Reader:
    """Somebody in front of a browser."""

    def __init__(self, driver, port: int, language: str) -> None:
        self.driver, self.language = driver, language
        self._address = f"http://127.0.0.1:{port}"

    def go(self, path: str) -> str:
        """Opens a page; its heading."""
        self.driver.get(self._address + path)
        return self.heading()

    def heading(self) -> str:
        return self.find("h1").text

    def find(self, selector: str):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector: str) -> None:
        """Clicks, and waits for the page that comes of it.

        The page that is left is told by a mark, not by an element of it: asked for an element while it puts one page
        in the place of another, Chromium now and then answers with an error of its inspector.
        """
        self.driver.execute_script("window.left = true")
        with suppress(
            WebDriverException
        ):  # the same, of the click itself; a click that failed arrives nowhere
            self.find(selector).click()
        wait = WebDriverWait(self.driver, 120, ignored_exceptions=[WebDriverException])
        wait.until(lambda driver: driver.execute_script(ARRIVED))

    def text(self) -> str:
        return self.find("body").text

    def log_in(self, account: str) -> None:
        self.go("/account/login/")
        self.find("input[name=username]").send_keys(account)
        self.find("input[name=password]").send_keys(PASSWORD)
        self.click("main button")
        if not account.startswith("partner"):
            self.give_code()

    def give_code(self) -> None:
        self.find("input[name=code]").send_keys(self.find("#telephone").text)
        self.click("main button")

    def keep(self, name: str) -> None:
        """Takes a picture, where somebody wants to look."""
        if PICTURES:
            self.driver.save_screenshot(str(Path(PICTURES) / f"{name}-{self.language}.png"))

    def says(self, *, fr: str, en: str) -> str:
        return fr if self.language == "fr" else en


def test_the_portal_itself(reader):
    reader.log_in("adviser-01")
    assert reader.heading() == reader.says(
        fr="Que souhaitez-vous faire\u202f?", en="What would you like to do?"
    )
    reader.keep("home")
    assert reader.go("/dossiers/") == reader.says(fr="Dossiers", en="Files")
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, "tbody tr")) == 60
    reader.keep("list")
    reader.click("tbody a")
    assert reader.find("article").get_attribute("data-person")
    reader.keep("file")


def test_a_refusal_says_what_happened_and_whom_to_call(reader):
    account = reader.says(fr="partner-01", en="partner-02")
    reader.log_in(account)
    reader.go("/orientation/P0000001/")
    reader.go("/orientation/P0000002/")
    assert "P0000002" in reader.text()
    near = reader.says(
        fr="Vous approchez du nombre de personnes", en="You are close to the number of"
    )
    assert near in reader.text()
    reader.keep("notice")
    heading = reader.go("/orientation/P0000003/")
    assert heading == reader.says(fr="Vous avez atteint une limite", en="You have reached a limit")
    text = reader.text()
    assert "P0000003" not in text
    assert reader.says(fr="deux personnes par heure", en="two people an hour") in text
    assert reader.says(fr="Qui appeler", en="Whom to call") in text
    assert reader.find("html").get_attribute("lang") == reader.language
    reader.keep("refusal")
    reader.find("summary").click()
    assert reader.says(fr="You have reached a limit", en="Vous avez atteint une limite") in reader.text()  # fmt: skip
    assert "P0000001" in (reader.go("/orientation/P0000001/"), reader.text())[1], "seen before"


def test_a_reason_in_words_opens_a_little_more(reader, stand):
    account = reader.says(fr="adviser-02", en="adviser-03")
    reader.log_in(account)
    numbers = [n for n in range(1, 10) if not follows(stand, account, n)][:3]
    paths = [f"/dossiers/P{n:07}/" for n in numbers]
    reader.go(paths[0])
    heading = reader.go(paths[1])
    assert heading == reader.says(
        fr="Dites pourquoi vous en avez besoin", en="Say why you need this"
    )
    reader.keep("justify")
    reader.find("textarea").send_keys(
        reader.says(fr="Elle est à l’accueil, son conseiller est absent.", en="She is at the desk.")
    )
    reader.click("form button")
    assert reader.find("article").get_attribute("data-person") == f"P{numbers[1]:07}"
    assert reader.go(paths[2]) == heading
    reader.find("textarea").send_keys("encore / again")
    reader.click("form button")
    assert reader.heading() == reader.says(fr="Vous avez atteint une limite", en="You have reached a limit")  # fmt: skip


def follows(stand, account: str, number: int) -> bool:
    tables = stand.gate.folder.parent / "filled" / "gate"
    return f"{account},P{number:07}\n" in (tables / "caseload.csv").read_text("utf-8")


def test_a_second_factor_is_asked_for_again(reader):
    """A session counts as stepped up for five seconds here, so that the test need not wait for five minutes."""
    reader.log_in(reader.says(fr="manager-01", en="manager-02"))
    time.sleep(6.2)  # more than six seconds, since whole ones are compared
    reader.go("/orientation/P0000001/")
    again = reader.go("/orientation/P0000002/")
    assert again == reader.says(
        fr="Identifiez-vous de nouveau avec votre second facteur",
        en="Log in again with your second factor",
    )
    reader.keep("step-up")
    for _ in range(10):  # a slow machine may need more than the five seconds
        if reader.heading() != again:
            break
        reader.click("a.act")
        reader.give_code()
    assert reader.find("article").get_attribute("data-person") == "P0000002"
