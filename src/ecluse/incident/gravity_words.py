"""In which words does the score say why? One sentence a code, in English and in French."""

from typing import Final

__all__ = ["sentence"]

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "no-data": (
        "no data of this class was exposed",
        "aucune donnée de cette classe n’a été exposée",
    ),
    "base-simple": (
        "simple data: {listed}",
        "données simples : {listed}",
    ),
    "base-behavioural": (
        "data on behaviour: {listed}",
        "données comportementales : {listed}",
    ),
    "base-financial": (
        "financial data: {listed}",
        "données financières : {listed}",
    ),
    "base-sensitive": (
        "sensitive data: {listed}",
        "données sensibles : {listed}",
    ),
    "unknown-category": (
        "not in the table of categories, so taken cautiously: {listed}",
        "catégorie absente de la table, donc appréciée avec prudence : {listed}",
    ),
    "minors": (
        "{number} of the persons are minors",
        "{number} des personnes concernées sont mineures",
    ),
    "protected": (
        "{number} of the persons are protected, so that knowing where they are can be a danger to them",
        "{number} des personnes concernées sont protégées : les retrouver peut les mettre en danger",
    ),
    "vulnerable": (
        "the persons are stated to be vulnerable",
        "les personnes concernées sont déclarées vulnérables",
    ),
    "reveals-sensitive": (
        "lets others assume something on health, opinions or private life",
        "permet des suppositions sur la santé, les opinions ou la vie privée",
    ),
    "reveals-status": (
        "lets others assume something on the person's social or financial status",
        "permet des suppositions sur la situation sociale ou financière de la personne",
    ),
    "fraud": (
        "complete enough for fraud in the person's name: {listed}",
        "assez complètes pour permettre une fraude au nom de la personne : {listed}",
    ),
    "identified": (
        "`{listed}` tells directly who it is",
        "« {listed} » désigne directement la personne",
    ),
    "identifiable": (
        "`{listed}` tells who it is with some further knowledge",
        "« {listed} » permet d’identifier la personne avec des informations complémentaires",
    ),
    "pseudonym": (
        "nothing exposed tells who it is without the controller's own files",
        "rien de ce qui a été exposé ne désigne la personne sans les fichiers du responsable du traitement",
    ),
    "reads-only": (
        "the ledger tells of reads; a person has to say whether anything was altered or lost",
        "le registre des accès ne relate que des lectures ; une personne doit dire si des données ont été altérées ou perdues",
    ),
    "nobody-can-read": (
        "the data are unintelligible to whoever has them",
        "les données sont incompréhensibles pour quiconque les détient",
    ),
    "no-recipient": (
        "no evidence that anybody got the data",
        "rien n’indique que quelqu’un ait obtenu les données",
    ),
    "known-recipients": (
        "the recipients are known",
        "les destinataires sont connus",
    ),
    "unknown-recipients-exported": (
        "data of {number} persons was exposed, some of it exported; who holds it now is unknown",
        "les données de {number} personnes ont été exposées, dont une partie exportée ; leurs détenteurs actuels sont inconnus",
    ),
    "unknown-recipients-read": (
        "data of {number} persons was read; who holds it now is unknown",
        "les données de {number} personnes ont été consultées ; leurs détenteurs actuels sont inconnus",
    ),
    "malice": (
        "somebody meant it",
        "l’acte est malveillant",
    ),
    "no-malice": (
        "a person states that nobody meant it",
        "une personne déclare que l’acte n’est pas malveillant",
    ),
    "malice-not-stated": (
        "nobody has stated whether it was meant: taken for malicious until then",
        "personne n’a déclaré si l’acte est malveillant : il est tenu pour tel jusque-là",
    ),
    "unlikely": (
        "a risk to the persons is unlikely: the register is enough, with the reasons (GDPR art. 33(1), 33(5))",
        "un risque pour les personnes est peu probable : l’inscription motivée au registre suffit (RGPD, art. 33.1 et 33.5)",
    ),
    "nobody": (
        "the ledger shows that nobody's data left: if that is all, the register is enough, with the reasons (GDPR art. 33(1), 33(5))",
        "le registre des accès montre qu’aucune donnée n’est sortie ; si c’est tout, l’inscription motivée au registre suffit (RGPD, art. 33.1 et 33.5)",
    ),
    "risk": (
        "a risk to the persons cannot be excluded: notify the authority (GDPR art. 33); telling the persons is not compulsory, and may be apt",
        "un risque pour les personnes ne peut être écarté : notifier l’autorité de contrôle (RGPD, art. 33) ; informer les personnes n’est pas obligatoire, mais peut être opportun",
    ),
    "high-risk": (
        "a high risk to the persons is likely: notify the authority (GDPR art. 33) and tell the persons (art. 34)",
        "un risque élevé pour les personnes est probable : notifier l’autorité de contrôle (RGPD, art. 33) et informer les personnes (art. 34)",
    ),
    "hidden": (
        "the data are unintelligible to whoever has them: notify the authority; the persons need not be told (GDPR art. 34(3)(a))",
        "les données sont incompréhensibles pour quiconque les détient : notifier l’autorité de contrôle ; informer les personnes n’est pas requis (RGPD, art. 34.3.a)",
    ),
}


def sentence(code: str, **words: str) -> tuple[tuple[str, str], ...]:
    """A sentence in English and French."""
    en, fr = _WORDS[code]
    return (("en", en.format(**words)), ("fr", _spaced(fr.format(**words))))


def _spaced(text: str) -> str:
    """French typography: no line breaks before these signs."""
    for sign in (":", ";", "»"):
        text = text.replace(f" {sign}", f"\N{NO-BREAK SPACE}{sign}")
    return text.replace("« ", "«\N{NO-BREAK SPACE}")
