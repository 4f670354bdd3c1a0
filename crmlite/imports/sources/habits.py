"""What programs write into every row, whoever it is about, and what they mean by a row without a name: as data."""

from dataclasses import dataclass, field

from crmlite.imports.sources.source import folded


@dataclass(frozen=True)
class Habits:
    """Of one program."""

    defaults: frozenset[str] = frozenset()
    """Values, in small letters, that say nothing wherever a column has no place of its own. Headings that end with a number are of
    columns that people fill as they like ("User 1")."""
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    """The same of one column alone."""
    nameless_is_company: bool = False
    """Whether a row with a company, an e-mail address and no name is about the company."""

    def is_default(self, header: str, value: str) -> bool:
        plain = value.casefold()
        return (plain in self.defaults and not header[-1:].isdigit()) or plain in self.columns.get(folded(header), ())


_NO = frozenset({"false", "no", "0"})
_OUTLOOK = frozenset({
    "normal", "normaal", "normale", "обычная", "false", "falsk", "onwaar", "falso", "falsch", "faux", "ложь",
    "unspecified", "niet opgegeven", "ikke angivet", "non specificato", "не определен", "keine angabe", "non spécifié",
    "0/0/00", "0-0-00", "00-00-00", "00/00/00", "0.0.00", "00.00.00", "smtp",
})  # fmt: skip
_GROUPS = frozenset({"* mycontacts", "* my contacts", "* starred"})

HABITS = {
    "google": Habits(_GROUPS, nameless_is_company=True),
    "outlook": Habits(_OUTLOOK, nameless_is_company=True),
    "vcard": Habits(frozenset({"mycontacts", "starred"}), nameless_is_company=True),
    "espocrm": Habits(columns={"do not call": _NO, "donotcall": _NO, "emailaddressisoptedout": _NO}),
    "odoo": Habits(columns={"active": frozenset({"true", "yes", "1"})}, nameless_is_company=True),
    "salesforce": Habits(
        columns=dict.fromkeys(
            ("hasoptedoutofemail", "hasoptedoutoffax", "donotcall", "isemailbounced"), frozenset({"false"})
        )
    ),
}
