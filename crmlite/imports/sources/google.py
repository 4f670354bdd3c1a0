"""Google Contacts: "Export, Google CSV" at contacts.google.com.

Headings: https://support.google.com/contacts/answer/7199294 describes the export; the lists are those of files exported since 2024
("First Name", "E-mail 1 - Label") and before ("Given Name", "E-mail 1 - Type"). They are English in all languages. Several
values of one field are joined by " ::: ".
"""

from crmlite.imports.sources.source import Source

GOOGLE = Source(
    "google",
    "Google Contacts",
    (
        ("E-mail 1 - Label", "E-mail 1 - Value"),
        ("E-mail 1 - Type", "E-mail 1 - Value"),
        ("Phone 1 - Label", "Phone 1 - Value"),
        ("Phone 1 - Type", "Phone 1 - Value"),
        ("First Name", "Phonetic First Name", "Organization Name"),
        ("Given Name", "Given Name Yomi"),
    ),
    {
        "Name": "contact.name",
        "Given Name": "contact.given",
        "First Name": "contact.given",
        "Additional Name": "contact.middle",
        "Middle Name": "contact.middle",
        "Family Name": "contact.family",
        "Last Name": "contact.family",
        "Name Prefix": "contact.salutation",
        "Name Suffix": "contact.suffix",
        "Birthday": "contact.birthday",
        "Notes": "contact.note",
        "Labels": "contact.tags",
        "Group Membership": "contact.tags",
        "Language": "contact.language",
        "Organization Name": "company.name",
        "Organization Title": "contact.job",
        "Organization 1 - Name": "company.name",
        "Organization 1 - Title": "contact.job",
        "Organization 1 - Type": "-",
    },
    (
        (r"e mail (\d) (?:label|type)", "contact.email_label#{n}"),
        (r"e mail (\d) value", "contact.email#{n}"),
        (r"phone (\d) (?:label|type)", "contact.phone_label#{n}"),
        (r"phone (\d) value", "contact.phone#{n}"),
        (r"website (\d) (?:label|type)", "contact.url_label#{n}"),
        (r"website (\d) value", "contact.url#{n}"),
        (r"address (\d) (?:label|type)", "contact.address_label#{n}"),
        (r"address (\d) street", "contact.lines#{n}"),
        (r"address (\d) extended address", "contact.lines#{n}"),
        (r"address (\d) po box", "contact.lines#{n}"),
        (r"address (\d) city", "contact.city#{n}"),
        (r"address (\d) region", "contact.region#{n}"),
        (r"address (\d) postal code", "contact.postcode#{n}"),
        (r"address (\d) country", "contact.country#{n}"),
        (r"address (\d) formatted", "contact.formatted#{n}"),
    ),
)
