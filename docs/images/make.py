"""How is the picture in the README made? `python docs/images/make.py` draws the terminal report of a replay as SVG.

The numbers are those of the theft of July 2025 inside an ordinary day's work, from the same hand-made
report that the tests use; nothing in it comes from a real log.
"""

# ruff: noqa: INP001 - a script, not a package
import io
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from ecluse.reports.terminal import renderable  # noqa: E402
from report_factory import theft  # noqa: E402 - the tests' reports are beside the package, not in it

WIDTH = 116
THEME = TerminalTheme(
    (24, 26, 32),
    (224, 226, 232),
    [
        (40, 42, 50),
        (229, 96, 84),
        (126, 190, 110),
        (222, 184, 86),
        (104, 158, 216),
        (188, 140, 200),
        (110, 190, 190),
        (224, 226, 232),
    ],
    [
        (96, 100, 112),
        (245, 118, 104),
        (150, 210, 132),
        (240, 204, 110),
        (132, 180, 234),
        (208, 164, 218),
        (136, 212, 210),
        (255, 255, 255),
    ],
)

# rich's own template fetches its font from a server; this one takes what the reader has
PICTURE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>A replay in the terminal: one account stopped after 200 of the 340,000 persons it asked for</title>
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font: 18px "DejaVu Sans", Arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Writes `replay.svg` beside this file."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        _environ={},
    )
    console.print(
        "$ ecluse replay gate-*.log.* --format nginx --policy policies/default.yaml --ledger demo/ledger",
        style="dim",
    )
    console.print()
    console.print(renderable(theft(), width=WIDTH))
    console.print()
    svg = console.export_svg(
        title="ecluse replay", theme=THEME, code_format=PICTURE, unique_id="ecluse"
    )
    (HERE / "replay.svg").write_text(
        "\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
