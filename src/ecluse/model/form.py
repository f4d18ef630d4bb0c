"""Which words does the form of the French authority offer? Their keys, as `statement.yaml` writes them.

The words themselves, in the order of the form, are in `notices/languages/cnil.fr.yaml` and `cnil.en.yaml`. They come from
three transcriptions that agree; the authority publishes no blank form, so whoever files compares them with the screen.
"""

from typing import Final

__all__ = [
    "CAUSES",
    "CONSEQUENCES",
    "DATA",
    "GROUNDS",
    "HARMS",
    "INFORMING",
    "MEANS",
    "NATURES",
    "ORIGINS",
    "PEOPLE",
    "PHASES",
    "SENSITIVE",
    "SUPPORTS",
]

NATURES: Final = ("confidentiality", "integrity", "availability")
ORIGINS: Final = (
    "lost_equipment", "lost_paper", "lost_mail", "hacking", "paper_disposal", "device_disposal", "accidental_publication",
    "wrong_person_shown", "wrong_recipient", "spoken", "other",
)  # fmt: skip
CAUSES: Final = (
    "internal_malicious", "internal_accidental", "external_malicious", "external_accidental", "unknown", "other",
)  # fmt: skip
SUPPORTS: Final = ("server", "desktop", "laptop", "backup", "usb", "phone", "paper")
SENSITIVE: Final = (
    "ethnic", "political", "philosophical_religious", "union", "sexual", "health", "biometric", "genetic",
)  # fmt: skip
DATA: Final = (
    "civil_status", "nir", "contact", "credentials", "financial", "official_documents", "location", "offences",
    *SENSITIVE, "other", "unknown",
)  # fmt: skip
PEOPLE: Final = (
    "employees", "users", "members", "students", "military", "customers", "patients", "minors", "vulnerable",
    "undetermined", "other",
)  # fmt: skip
CONSEQUENCES: Final = ("spread", "combined", "misused", "falsified", "other")
HARMS: Final = (
    "loss_of_control", "limitation_of_rights", "discrimination", "identity_theft", "fraud", "pseudonymisation_lifted",
    "financial_loss", "reputation", "privacy", "professional_secrecy", "other",
)  # fmt: skip
INFORMING: Final = ("done", "planned", "not", "undetermined")
GROUNDS: Final = ("unintelligible", "later_measures", "disproportionate", "no_high_risk")
"""Why persons are not told: GDPR art. 34(3) (a), (b), (c), and 34(1)."""
MEANS: Final = ("mail", "post", "sms", "phone", "space", "site", "press")
PHASES: Final = ("before", "done", "planned")
