"""What samples say that imports do not take today, and where what has no place of its own has to be told."""

KNOWN: dict[str, set[str]] = {
    # A birthday has a year here; without one it is told in the note.
    "apple/contacts-mac.vcf": {"Karen Marie Østerby: birthday is None"},
    "apple/thunderbird40.vcf": {"Wouter Peeters: birthday is None"},
    "google/contacts.vcf": {"Nora Vestergaard: birthday is None"},
    "google/current.csv": {"Søren Bo Kjærgård: birthday is None"},
    "google/old.csv": {"Anneke: birthday is None"},
    "vcards/v40.vcf": {"Keiko Tanaka: birthday is None"},
    # A job title is of somebody at a company: without one it is told in the note.
    "espocrm/contacts-titled.xlsx": {"Cher: title is told in the note"},
    "odoo/res_partner.csv": {"فاطمة الزهراء: title is told in the note"},
    "outlook/outlook-it.csv": {"Niccolò Zerbì: title is told in the note"},
    # Companies that are only named by an id of another file are no companies yet; the id is told.
    "salesforce/Contact.csv": {
        "Grace Whitfield: title is told in the note", "Grace Whitfield: the company is told by its id alone",
        "Emre Ünal: the company is told by its id alone", "Olga Orphan: the company is told by its id alone",
        "张伟: the company is told by its id alone",
    },
    # Local numbers without an area code are taken for whole ones (crmlite/points.py).
    "outlook/outlook-en.csv": {
        "Kwame \"Kay\" Boateng Jr.: title is told in the note",
        "Kwame \"Kay\" Boateng Jr.: phones are ['+442079460125', '+445550162', '+447700900123']",
    },
    # Nobody is written to in Welsh: SPOKEN has 35 languages, this is none of them.
    "hubspot/contacts.csv": {"Nia Bevan: language is None"},
    # A number of four digits is none that a contact may have; it is told in the note.
    "outlook/outlook.vcf": {"Анна Иванова: phones are ['+74955550150']"},
    # Groups are refused by name, and do not become labels of their members.
    "vcards/kinds40.vcf": {
        "Hanna Groß: the label Messeteam is told nowhere", "Emil Kraus: the label Messeteam is told nowhere",
    },
}  # fmt: skip

TOLD: dict[str, dict[str, list[str]]] = {
    "apple/contacts-mac.vcf": {
        "NICKNAME": ["Nickname: KM"], "X-MAIDENNAME": ["Maidenname: Dahl"], "ORG, second part: Salg (department)": ["Department: Salg"],
        "X-ABDATE (Anniversary)": ["Anniversary: 2004-06-19"], "X-ABRELATEDNAMES (Spouse)": ["Spouse: Ole Østerby"],
        "IMPP": ["xmpp:karen@im.example.com"], "X-PHONETIC-FIRST-NAME": ["name: Nà"], "X-PHONETIC-LAST-NAME": ["name: Lǐ"],
    },
    "apple/thunderbird40.vcf": {
        "NICKNAME": ["Nickname: Wout"], "ORG, second part: Planning (department)": ["Department: Planning"],
        "ANNIVERSARY": ["Anniversary: 20100501"], "TZ": ["Tz: Europe/Brussels"], "X-CUSTOM1": ["Custom1: Klant 77"],
    },
    "espocrm/Contact.csv": {
        "optOut of ines.home@example.net": ["ines.home@example.net: (opted out)"],
        "the second account of accountsNames (Second Sample)": ["Dæmi ehf., Second Sample"],
    },
    "google/contacts.vcf": {
        "NICKNAME": ["Nickname: No"], "X-PHONETIC-FIRST-NAME": ["name: Meiling"], "X-PHONETIC-LAST-NAME": ["name: Chen"],
        "X-ABDATE": ["Anniversary: 2011-04-30"], "X-ABRELATEDNAMES": ["Spouse: Laila"],
    },
    "hubspot/broken.csv": {
        "the two cells of row 4 that have no header (extra one, extra two)": ["+: extra one", "+: extra two"],
    },
    "hubspot/contacts.csv": {
        "Associated Company, the second one (Jørn Åberg)": ["Associated Company: Bevan Tanks Ltd"],
    },
    "outlook/outlook-en.csv": {
        "E-mail Address of the E-mail Type EX (not an address to write to)": ["E-mail: /o=ExchangeLabs/ou=Exchange"],
    },
    "outlook/outlook.vcf": {
        "ORG, second part: Salg (department)": ["Department: Salg"], "X-MS-ANNIVERSARY": ["20110113"],
    },
    "vcards/agent.vcf": {
        "AGENT": ["N:Helper;Hugo", "hugo@example.com", "+49 30 23125 129", "FN:Sue Small", "sue@example.net", "CID:agent.card"],
    },
    "vcards/kinds40.vcf": {"RELATED": ["Related: urn:uuid:00000000-0000-4000-8000-000000000022", "Related: Hanna Groß"]},
    "vcards/qp21.vcf": {"ORG, second part: Nákup (department)": ["Department: Nákup"]},
    "vcards/v40.vcf": {
        "GENDER": ["Gender: F"], "ORG, second part: Conservation (department)": ["Department: Conservation"],
        "ROLE": ["Role: Head of laboratory"], "ANNIVERSARY": ["Anniversary: 20090808"], "IMPP": ["Impp: xmpp:keiko@im.example.com"],
        "RELATED": ["Related: Please ask for Mr Sato"], "GEO": ["Geo: geo:35.6586,139.7454"], "TZ": ["Tz: Asia/Tokyo"],
        "CALURI": ["Caluri: https://cal.example.org/keiko"], "X-EXAMPLE-NUMBER": ["Example-number: A-17"],
        "the second form of the name: 田中 恵子": ["田中 恵子"],
    },
}  # fmt: skip
"""Entries of `not_taken` that name no column: what has to stand in a note."""
