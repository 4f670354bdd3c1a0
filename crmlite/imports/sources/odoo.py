"""Odoo: "Export" of a list of contacts (res.partner), as CSV or Excel; people and companies are in one list.

Headings are labels of fields in the user's language, or, for "import-compatible export", their names: addons/base/models/
res_partner.py and base/i18n of https://github.com/odoo/odoo. Company rows say so in is_company or company_type.
"""

from crmlite.imports.sources.source import Source

_FIELDS = {
    "name": "contact.name", "is_company": "is_company", "company_type": "is_company", "parent_id": "company.name",
    "id": "key", "parent_id/id": "company.key#2", "parent_id/.id": "-", "parent_id/name": "company.name",
    "company_id": "-", "company_id/id": "-",
    "type": "contact.address_label#1", "country_id/id": "contact.country/work#1",
    "title": "contact.salutation", "function": "contact.job", "email": "contact.email/work#1",
    "phone": "contact.phone/work#1", "mobile": "contact.phone/mobile#2", "website": "contact.url/work#1",
    "street": "contact.lines/work#1", "street2": "contact.lines/work#1", "zip": "contact.postcode/work#1",
    "city": "contact.city/work#1", "state_id": "contact.region/work#1", "country_id": "contact.country/work#1",
    "vat": "company.vat_id", "lang": "contact.language", "category_id": "contact.tags", "comment": "contact.note", "user_id": "owner",
}  # fmt: skip
_LABELS = {
    "Company/Name": "-", "Company/External ID": "-", "Color Index": "-", "Related Company/Name": "company.name",
    "External ID": "key", "Related Company/External ID": "company.key#2", "Country/Country Code": "contact.country/work#1",
    "Address Type": "contact.address_label#1",
    "Country/Country Name": "contact.country/work#1", "State/State Name": "contact.region/work#1", "Salesperson/Name": "owner",
    "Name": "contact.name", "Display Name": "contact.name", "Complete Name": "-",
    "Is a Company": "is_company", "Company Type": "is_company", "Related Company": "company.name",
    "Company Name": "company.name", "Job Position": "contact.job", "Email": "contact.email/work#1",
    "Phone": "contact.phone/work#1", "Mobile": "contact.phone/mobile#2", "Website": "contact.url/work#1",
    "Website Link": "contact.url/work#1", "Street": "contact.lines/work#1", "Street2": "contact.lines/work#1",
    "Zip": "contact.postcode/work#1", "City": "contact.city/work#1", "State": "contact.region/work#1",
    "Country": "contact.country/work#1", "Tax ID": "company.vat_id", "Language": "contact.language",
    "Notes": "contact.note", "Tags": "contact.tags", "Salesperson": "owner", "Title": "contact.salutation",
    # Dutch, German, French, Spanish
    "Naam": "contact.name", "Is een bedrijf": "is_company", "Gerelateerd bedrijf": "company.name",
    "Functie": "contact.job", "Telefoon": "contact.phone/work#1", "Mobiel": "contact.phone/mobile#2",
    "Straat": "contact.lines/work#1", "Postcode": "contact.postcode/work#1", "Plaats": "contact.city/work#1",
    "Land": "contact.country/work#1", "BTW-nummer": "company.vat_id", "Verkoper": "owner",
    "Ist ein Unternehmen": "is_company", "Zugehöriges Unternehmen": "company.name", "Stelle": "contact.job",
    "E-Mail": "contact.email/work#1", "Telefon": "contact.phone/work#1", "Mobil": "contact.phone/mobile#2",
    "Straße": "contact.lines/work#1", "PLZ": "contact.postcode/work#1", "Stadt": "contact.city/work#1",
    "USt-IdNr.": "company.vat_id", "Steuernummer": "company.vat_id", "Verkäufer": "owner", "Vertriebsmitarbeiter": "owner",
    "Est une société": "is_company", "Société liée": "company.name", "Poste": "contact.job", "Nom": "contact.name",
    "Téléphone": "contact.phone/work#1", "Rue": "contact.lines/work#1", "Code postal": "contact.postcode/work#1",
    "Ville": "contact.city/work#1", "Pays": "contact.country/work#1", "Numéro de TVA": "company.vat_id",
    "Vendeur": "owner", "Es una empresa": "is_company", "Empresa relacionada": "company.name",
    "Puesto de trabajo": "contact.job", "Nombre": "contact.name", "Correo electrónico": "contact.email/work#1",
    "Teléfono": "contact.phone/work#1", "Móvil": "contact.phone/mobile#2", "Calle": "contact.lines/work#1",
    "C.P.": "contact.postcode/work#1", "Ciudad": "contact.city/work#1", "País": "contact.country/work#1",
    "NIF": "company.vat_id", "Comercial": "owner",
}  # fmt: skip

_NONE_OF_COMPANIES = {
    "company.job",
    "company.salutation",
    "company.given",
    "company.family",
    "company.birthday",
    "company.language",
}
ODOO = Source(
    "odoo",
    "Odoo",
    (
        ("name", "is_company"), ("name", "company_type"), ("name", "parent_id/id"), ("External ID", "Name", "Email"),
        ("name", "parent_id", "function"), ("Name", "Is a Company"), ("Name", "Company Type"), ("Naam", "Is een bedrijf"),
        ("Name", "Ist ein Unternehmen"), ("Nom", "Est une société"), ("Nombre", "Es una empresa"),
        ("Name", "Related Company"), ("Name", "Salesperson", "Country"), ("Display Name", "Salesperson"),
    ),
    _LABELS | _FIELDS,
)  # fmt: skip

_OF_COMPANY = {
    header: target.replace("contact.", "company.")
    for header, target in (_LABELS | _FIELDS).items()
    if target.startswith("contact.") and target.replace("contact.", "company.").split("/")[0] not in _NONE_OF_COMPANIES
}
ODOO_BY_COMPANY = Source(
    "odoo",
    "Odoo",
    (("Name", "Related Contacts/Name"), ("name", "child_ids/name")),
    {
        **_OF_COMPANY, "Name": "company.name", "name": "company.name", "Is a Company": "is_company#2", "is_company": "is_company#2",
        "Tax ID": "company.vat_id", "vat": "company.vat_id", "Salesperson": "owner", "user_id": "owner",
        **{f"Related Contacts/{header}": target for header, target in _LABELS.items() if target.startswith("contact.")},
        **{f"child_ids/{name}": target for name, target in _FIELDS.items() if target.startswith("contact.")},
    },
)  # fmt: skip
"""Companies with their contacts below them, who may take rows of their own."""
