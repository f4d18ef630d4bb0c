"""How do commands reach a running gate? Its address, and the token of whoever asks."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ecluse.sdk.gate import Gate

__all__ = ["at_gate", "gate_options"]


def gate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--gate` and `--token-file`."""
    token = click.option(
        "--token-file",
        envvar="ECLUSE_TOKEN_FILE",
        show_envvar=True,
        type=click.Path(dir_okay=False),
        help="File with your token, as `ecluse client add --token-file` writes it.",
    )
    address = click.option(
        "--gate",
        "address",
        envvar="ECLUSE_GATE",
        show_envvar=True,
        default="unix:/run/ecluse/gate.sock",
        show_default=True,
        help="Address of the gate: unix:/path or https://host:port.",
    )
    return address(token(command))


def at_gate(address: str, token_file: str | None) -> "Gate":
    """A client of the gate for one command."""
    from ecluse.sdk.gate import Gate

    return Gate(address, token_file=token_file, deadline=10.0)
