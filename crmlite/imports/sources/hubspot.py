"""HubSpot: contacts and companies, "Export" of a view with all properties.

Headings are the labels of its default properties (https://knowledge.hubspot.com/properties/hubspots-default-contact-properties and
.../hubspot-crm-default-company-properties), in the language of who exports; owners are names or addresses of users.
"""

from crmlite.imports.sources.source import Source

HUBSPOT = Source(
    "hubspot",
    "HubSpot",
    (
        ("Record ID", "First Name", "Last Name", "Email"),
        ("Record ID", "Email", "Contact owner"),
        ("Record ID", "Email", "Company Name"),
        ("Record ID", "Lifecycle Stage"),
        ("Contact ID", "First Name", "Contact owner"),
        ("Datensatz-ID", "Vorname", "E-Mail"),
        ("Record-ID", "Voornaam", "E-mail"),
        ("ID de l'enregistrement", "Prénom"),
        ("ID de registro", "Nombre", "Apellidos"),
    ),
    {
        "First Name": "contact.given",
        "Last Name": "contact.family",
        "Email": "contact.email/work#1",
        "Work email": "contact.email/work#2",
        "Additional email addresses": "contact.email/other#3",
        "Phone Number": "contact.phone/work#1",
        "Mobile Phone Number": "contact.phone/mobile#2",
        "Job Title": "contact.job",
        "Salutation": "contact.salutation",
        "Date of birth": "contact.birthday",
        "Preferred language": "contact.language",
        "Website URL": "contact.url/work#1",
        "Company Name": "company.name",
        "Associated Company": "company.name#2",
        "Primary Associated Company": "company.name#2",
        "Associated Company (Primary)": "company.name#2",
        "Contact owner": "owner",
        "Street Address": "contact.lines/work#1",
        "City": "contact.city/work#1",
        "State/Region": "contact.region/work#1",
        "Postal Code": "contact.postcode/work#1",
        "Country/Region": "contact.country/work#1",
        "Message": "contact.note",
        "Vorname": "contact.given",
        "Nachname": "contact.family",
        "E-Mail": "contact.email/work#1",
        "Telefonnummer": "contact.phone/work#1",
        "Unternehmensname": "company.name",
        "Zugeordnetes Unternehmen": "company.name#2",
        "Kontaktverantwortlicher": "owner",
        "Contact-eigenaar": "owner",
        "Bedrijfsnaam": "company.name",
    },
)
HUBSPOT_COMPANIES = Source(
    "hubspot",
    "HubSpot",
    (("Record ID", "Company name", "Company Domain Name"), ("Record ID", "Company name", "Company owner")),
    {
        "Company name": "company.name",
        "Company Domain Name": "company.url/work#1",
        "Website URL": "company.url/work#2",
        "LinkedIn Company Page": "company.url/work#3",
        "Phone Number": "company.phone/work#1",
        "Industry": "company.industry",
        "Street Address": "company.lines/work#1",
        "Street Address 2": "company.lines/work#1",
        "City": "company.city/work#1",
        "State/Region": "company.region/work#1",
        "Postal Code": "company.postcode/work#1",
        "Country/Region": "company.country/work#1",
        "Company owner": "owner",
        "Parent Company": "company.parent",
        "Description": "company.note",
    },
)
