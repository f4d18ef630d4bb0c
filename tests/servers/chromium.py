"""A real browser, driven by Selenium: Debian's Chromium, without a window, that speaks to nobody but the test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
)


@contextmanager
def chromium(folder: Path, *, language: str, size: str = "900,1000") -> Iterator[Chrome]:
    """A browser with a profile of its own, whose reader prefers that language."""
    paths = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    missing = [name for name, path in paths.items() if path is None]
    if missing:
        pytest.fail(f"{' and '.join(missing)} is missing: apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = str(paths["chromium"])
    profile = folder / f"profile-{language}"
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={size}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    driver = Chrome(options=options, service=Service(str(paths["chromedriver"])))
    try:
        driver.set_page_load_timeout(120)
        driver.implicitly_wait(30)
        yield driver
    finally:
        driver.quit()
