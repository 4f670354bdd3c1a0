"""Salesforce: reports of contacts and accounts ("Export, Details only") and the weekly Data Export, which has the fields' names.

Labels and names: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/ (Contact, Account).
Reports end with lines about who made them and when, which have no e-mail, phone or name in their columns.
"""

from crmlite.imports.sources.source import Source

SALESFORCE = Source(
    "salesforce",
    "Salesforce",
    (
        ("First Name", "Last Name", "Account Name", "Mailing Street"),
        ("First Name", "Last Name", "Account Name", "Mailing City"),
        ("First Name", "Last Name", "Account Name", "Title", "Email"),
        ("FirstName", "LastName", "MailingStreet"),
        ("Id", "FirstName", "LastName", "AccountId"),
        ("Last Name", "Contact ID", "Account Name"),
    ),
    {
        "IsDeleted": "deleted", "CreatedById": "-", "LastModifiedById": "-", "LastModifiedDate": "-", "SystemModstamp": "-",
        "MailingLatitude": "-", "MailingLongitude": "-", "PhotoUrl": "-", "Fax": "contact.phone/fax#5",
        "Salutation": "contact.salutation", "FirstName": "contact.given", "First Name": "contact.given",
        "MiddleName": "contact.middle", "Middle Name": "contact.middle", "LastName": "contact.family",
        "Last Name": "contact.family", "Suffix": "contact.suffix", "Name": "contact.name", "Full Name": "contact.name",
        "Account Name": "company.name", "Account.Name": "company.name", "AccountName": "company.name",
        "AccountId": "company.key", "Account ID": "company.key",
        "Title": "contact.job", "Email": "contact.email/work#1", "Phone": "contact.phone/work#1",
        "Business Phone": "contact.phone/work#1", "MobilePhone": "contact.phone/mobile#2",
        "Mobile": "contact.phone/mobile#2", "Mobile Phone": "contact.phone/mobile#2",
        "HomePhone": "contact.phone/home#3", "Home Phone": "contact.phone/home#3",
        "OtherPhone": "contact.phone/other#4", "Other Phone": "contact.phone/other#4",
        "MailingStreet": "contact.lines/work#1", "Mailing Street": "contact.lines/work#1",
        "Mailing Address Line 1": "contact.lines/work#1", "Mailing Address Line 2": "contact.lines/work#1",
        "Mailing Address Line 3": "contact.lines/work#1",
        "MailingCity": "contact.city/work#1", "Mailing City": "contact.city/work#1",
        "MailingState": "contact.region/work#1", "Mailing State": "contact.region/work#1",
        "Mailing State/Province": "contact.region/work#1",
        "MailingPostalCode": "contact.postcode/work#1", "Mailing Zip/Postal Code": "contact.postcode/work#1",
        "Mailing Postal Code": "contact.postcode/work#1",
        "MailingCountry": "contact.country/work#1", "Mailing Country": "contact.country/work#1",
        "OtherStreet": "contact.lines/other#2", "Other Street": "contact.lines/other#2",
        "OtherCity": "contact.city/other#2", "Other City": "contact.city/other#2",
        "OtherState": "contact.region/other#2", "Other State/Province": "contact.region/other#2",
        "OtherPostalCode": "contact.postcode/other#2", "Other Zip/Postal Code": "contact.postcode/other#2",
        "OtherCountry": "contact.country/other#2", "Other Country": "contact.country/other#2",
        "Birthdate": "contact.birthday", "Description": "contact.note", "Contact Description": "contact.note",
        "Contact Owner": "owner", "Account Owner": "owner", "Owner": "owner",
    },
)  # fmt: skip
SALESFORCE_ACCOUNTS = Source(
    "salesforce",
    "Salesforce",
    (
        ("Account Name", "Billing Street"), ("Account Name", "Billing City"), ("Account Name", "Account Owner"),
        ("Id", "Name", "BillingStreet"),
    ),
    {
        "IsDeleted": "deleted", "CreatedById": "-", "LastModifiedById": "-", "LastModifiedDate": "-", "SystemModstamp": "-",
        "Fax": "company.phone/fax#2", "Name": "company.name", "Account Name": "company.name",
        "Id": "company.key", "Account ID": "company.key",
        "Parent Account": "company.parent", "Phone": "company.phone/work#1",
        "Website": "company.url/work#1", "Industry": "company.industry",
        "BillingStreet": "company.lines/invoice#1", "Billing Street": "company.lines/invoice#1",
        "Billing Address Line 1": "company.lines/invoice#1", "Billing Address Line 2": "company.lines/invoice#1",
        "BillingCity": "company.city/invoice#1", "Billing City": "company.city/invoice#1",
        "BillingState": "company.region/invoice#1", "Billing State/Province": "company.region/invoice#1",
        "BillingPostalCode": "company.postcode/invoice#1", "Billing Zip/Postal Code": "company.postcode/invoice#1",
        "BillingCountry": "company.country/invoice#1", "Billing Country": "company.country/invoice#1",
        "ShippingStreet": "company.lines/delivery#2", "Shipping Street": "company.lines/delivery#2",
        "ShippingCity": "company.city/delivery#2", "Shipping City": "company.city/delivery#2",
        "ShippingState": "company.region/delivery#2", "Shipping State/Province": "company.region/delivery#2",
        "ShippingPostalCode": "company.postcode/delivery#2", "Shipping Zip/Postal Code": "company.postcode/delivery#2",
        "ShippingCountry": "company.country/delivery#2", "Shipping Country": "company.country/delivery#2",
        "Description": "company.note", "Account Description": "company.note", "Account Owner": "owner",
    },
)  # fmt: skip
