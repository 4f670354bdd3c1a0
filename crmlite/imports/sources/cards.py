"""vCards, as Apple Contacts, Outlook, phones and nearly everything else write them: the headings are reading/vcards.py's own."""

from crmlite.imports.sources.source import Source

CARDS = Source(
    "vcard",
    "vCard (Apple Contacts and others)",
    (),
    {
        "Name": "contact.name",
        "Prefix": "contact.salutation",
        "First name": "contact.given",
        "Middle name": "contact.middle",
        "Last name": "contact.family",
        "Suffix": "contact.suffix",
        "Company": "company.name",
        "Job title": "contact.job",
        "Birthday": "contact.birthday",
        "Note": "contact.note",
        "Categories": "contact.tags",
        "Language": "contact.language",
        "Is company": "is_company",
        "Special instructions": "contact.instructions",
        "Crmlite-vat-id": "company.vat_id",
        "Crmlite-industry": "company.industry",
        "Crmlite-part-of": "company.parent",
    },
    (
        (r"e mail (\d+)", "contact.email#{n}"),
        (r"e mail (\d+) label", "contact.email_label#{n}"),
        (r"phone (\d+)", "contact.phone#{n}"),
        (r"phone (\d+) label", "contact.phone_label#{n}"),
        (r"link (\d+)", "contact.url#{n}"),
        (r"link (\d+) label", "contact.url_label#{n}"),
        (r"address (\d+) label", "contact.address_label#{n}"),
        (r"address (\d+) (?:street|extended|po box)", "contact.lines#{n}"),
        (r"address (\d+) city", "contact.city#{n}"),
        (r"address (\d+) region", "contact.region#{n}"),
        (r"address (\d+) postcode", "contact.postcode#{n}"),
        (r"address (\d+) country", "contact.country#{n}"),
    ),
)
