"""What can go wrong between an application and the gate? Four exceptions; after each of them nothing may be shown."""

from ecluse.model.errors import CallerError, UnavailableError

__all__ = ["GateBadAnswer", "GateRefusedCall", "GateRefusedClient", "GateUnavailable"]


class GateUnavailable(UnavailableError):  # noqa: N818 - an application's code reads as it happens
    """The gate did not answer in time, or said that it cannot decide now.

    Attributes:
        sent: whether the question may have reached it, so that it may have been counted.
    """

    def __init__(self, message: str, *, sent: bool = False, help: str = "") -> None:  # noqa: A002
        super().__init__(message, help=help)
        self.sent = sent


class GateBadAnswer(UnavailableError):  # noqa: N818 - idem
    """Something answered that is no gate, or contradicts itself."""


class GateRefusedClient(CallerError):  # noqa: N818 - idem
    """The gate does not know this client, or does not let it do this. Not a refusal of the data."""


class GateRefusedCall(CallerError):  # noqa: N818 - idem
    """The gate understood who calls, but not what."""
