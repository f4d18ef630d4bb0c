"""How does a document become a PDF? Typst sets it: tagged for screen readers (PDF/UA-1), the same bytes on every machine.

Typst is an extra, because its library is large. It gets template and data as bytes: it reads no file, loads no package and
fetches nothing, and no word of the document can become markup.
"""

from importlib.resources import files
from importlib.util import find_spec

from ecluse.model.errors import CallerError
from ecluse.reports.document.blocks import Document
from ecluse.reports.document.payload import payload

__all__ = ["check_installed", "installed", "render"]


def installed() -> bool:
    """Whether Typst is there."""
    return find_spec("typst") is not None


def check_installed() -> None:
    """Called before long work that a PDF ends.

    Raises:
        CallerError: when Typst is not installed.
    """
    try:
        import typst  # noqa: F401, PLC0415 - an extra, and large
    except ImportError:
        raise CallerError(
            "a PDF needs Typst, which is not installed",
            help='install it with `pip install "ecluse[pdf]"`, or ask for HTML and print it from a browser',
        ) from None


def render(document: Document) -> bytes:
    """Writes the document as PDF.

    Raises:
        CallerError: when Typst is not installed.
    """
    check_installed()
    import typst  # noqa: PLC0415 - an extra, and large

    template = files("ecluse.reports").joinpath("templates", "document.typ").read_text("utf-8")
    made: bytes = typst.compile(
        template.encode(),
        sys_inputs={"document": payload(document).decode()},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=document.made_at // 1_000_000,
    )
    return made
