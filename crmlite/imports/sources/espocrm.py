"""EspoCRM: "Export" of a list of contacts or accounts, as CSV (fields separated by ; or ,) or Excel.

CSV has the fields' own names (firstName, accountName, addressStreet), Excel their labels in the user's language: application/Espo/
Modules/Crm/Resources/metadata/entityDefs/Contact.json and Resources/i18n of https://github.com/espocrm/espocrm.
"""

from crmlite.imports.sources.source import Source

ESPOCRM = Source(
    "espocrm",
    "EspoCRM",
    (
        ("firstName", "lastName", "emailAddress"),
        ("lastName", "accountName", "assignedUserName"),
        ("First Name", "Last Name", "Account", "Assigned User"),
        ("Name", "Account", "Assigned User"),
    ),
    {
        "deleted": "deleted", "accountsIds": "-", "teamsIds": "-",
        "salutationName": "contact.salutation", "Salutation": "contact.salutation",
        "firstName": "contact.given", "First Name": "contact.given", "middleName": "contact.middle",
        "lastName": "contact.family", "Last Name": "contact.family", "name": "contact.name", "Name": "contact.name",
        "accountName": "company.name", "Account": "company.name", "accountId": "company.key",
        "title": "contact.job", "accountRole": "contact.job", "Title": "contact.job", "Account Title": "contact.job",
        "emailAddress": "contact.email/work#1", "emailAddressData": "contact.email#2",
        "phoneNumberData": "contact.phone#0", "Email": "contact.email/work#1",
        "phoneNumber": "contact.phone/work#1", "Phone": "contact.phone/work#1",
        "phoneNumberMobile": "contact.phone/mobile#2", "phoneNumberHome": "contact.phone/home#3",
        "addressStreet": "contact.lines/work#1", "addressCity": "contact.city/work#1",
        "addressState": "contact.region/work#1", "addressPostalCode": "contact.postcode/work#1",
        "addressCountry": "contact.country/work#1", "Street": "contact.lines/work#1", "City": "contact.city/work#1",
        "State": "contact.region/work#1", "Address": "contact.formatted/work#1",
        "Postal Code": "contact.postcode/work#1", "Country": "contact.country/work#1",
        "description": "contact.note", "Description": "contact.note",
        "assignedUserName": "owner", "Assigned User": "owner", "assignedUserId": "-", "createdById": "-",
        "modifiedById": "-",
    },
)  # fmt: skip
ESPOCRM_ACCOUNTS = Source(
    "espocrm",
    "EspoCRM",
    (("name", "billingAddressStreet"), ("name", "sicCode"), ("Name", "Billing Street", "Assigned User")),
    {
        "deleted": "deleted", "teamsIds": "-", "id": "company.key",
        "name": "company.name", "Name": "company.name", "website": "company.url/work#1",
        "emailAddress": "company.email/work#1", "emailAddressData": "company.email#2",
        "phoneNumberData": "company.phone#0", "Email": "company.email/work#1",
        "phoneNumber": "company.phone/work#1", "Phone": "company.phone/work#1", "industry": "company.industry",
        "billingAddressStreet": "company.lines/invoice#1", "billingAddressCity": "company.city/invoice#1",
        "billingAddressState": "company.region/invoice#1", "billingAddressPostalCode": "company.postcode/invoice#1",
        "billingAddressCountry": "company.country/invoice#1",
        "shippingAddressStreet": "company.lines/delivery#2", "shippingAddressCity": "company.city/delivery#2",
        "shippingAddressState": "company.region/delivery#2",
        "shippingAddressPostalCode": "company.postcode/delivery#2",
        "shippingAddressCountry": "company.country/delivery#2",
        "description": "company.note", "assignedUserName": "owner", "Assigned User": "owner", "assignedUserId": "-",
        "createdById": "-", "modifiedById": "-",
    },
)  # fmt: skip
