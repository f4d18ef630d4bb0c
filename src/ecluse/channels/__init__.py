"""The ways on which a person hears of findings: one file a kind, found by its name; each defines `open_channel`."""

from importlib import import_module
from typing import cast

from ecluse.model.channel import Channel
from ecluse.ports import Channel as OpenChannel

__all__ = ["open_channel"]


def open_channel(settings: Channel) -> OpenChannel:
    """Opens the channel that settings describe. Nothing is sent yet.

    Raises:
        ConfigError: when a file that it names cannot be used.
    """
    module = import_module(f"{__name__}.{settings.kind}")
    return cast("OpenChannel", module.open_channel(settings.way))
