"""Pipedrive: people and organizations, "Export filter results" or the export of all data, as CSV or Excel.

Headings are "Person - Name" or, from one list, "Name" (https://support.pipedrive.com/en/article/exporting-data-from-pipedrive);
e-mails and phones have a column for each label. Owners are names of users.
"""

from crmlite.imports.sources.source import Source

_PERSON = {
    "Name": "contact.name", "First name": "contact.given", "Last name": "contact.family",
    "Organization": "company.name", "Organization ID": "company.key", "Title": "contact.job", "Job title": "contact.job", "Owner": "owner",
    "Email": "contact.email/work#1", "Email - Work": "contact.email/work#1", "Email - Home": "contact.email/home#2",
    "Email - Other": "contact.email/other#3", "Phone": "contact.phone/work#1", "Phone - Work": "contact.phone/work#1",
    "Phone - Home": "contact.phone/home#2", "Phone - Mobile": "contact.phone/mobile#3",
    "Phone - Other": "contact.phone/other#4", "Birthday": "contact.birthday", "Website": "contact.url/work#1",
    "Notes": "contact.note", "Label": "contact.tags", "Labels": "contact.tags",
    "Street": "contact.lines/work#1", "City": "contact.city/work#1",
    "State": "contact.region/work#1", "Country": "contact.country/work#1", "Postal code": "contact.postcode/work#1",
}  # fmt: skip
_PERSON_AND_ADDRESS = _PERSON | {
    "Postal address": "contact.lines/work#1",
    "Postal address (City/town/village/locality)": "contact.city/work#1",
    "ZIP/Postal code of Postal address": "contact.postcode/work#1",
    "Country of Postal address": "contact.country/work#1",
}
_ORGANIZATION = {
    "ID": "company.key", "Name": "company.name", "Owner": "owner", "Website": "company.url/work#1", "Industry": "company.industry",
    "Phone": "company.phone/work#1", "Address": "company.formatted/work#1", "LinkedIn profile": "company.url/work#2",
    "VAT number": "company.vat_id", "Label": "company.tags", "Labels": "company.tags",
    "Street/road name of Address": "company.lines/work#1",
    "House number of Address": "company.lines/work#1", "City/town/village/locality of Address": "company.city/work#1",
    "State/county of Address": "company.region/work#1", "ZIP/Postal code of Address": "company.postcode/work#1",
    "Country of Address": "company.country/work#1", "Full/combined address of Address": "company.formatted/work#1",
}  # fmt: skip

PIPEDRIVE = Source(
    "pipedrive",
    "Pipedrive",
    (
        ("Person - Name",),
        ("Person - Email - Work",),
        ("Name", "Organization", "Email - Work"),
        ("Name", "Phone - Work"),
    ),
    _PERSON_AND_ADDRESS
    | {f"Person - {header}": target for header, target in _PERSON_AND_ADDRESS.items()}
    | {f"Organization - {header}": target for header, target in _ORGANIZATION.items() if target != "owner"},
)
PIPEDRIVE_ORGANIZATIONS = Source(
    "pipedrive",
    "Pipedrive",
    (("Organization - Name", "Organization - Owner"), ("Organization - Name", "Organization - Address")),
    {f"Organization - {header}": target for header, target in _ORGANIZATION.items()},
)
