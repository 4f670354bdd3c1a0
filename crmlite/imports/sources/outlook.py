"""Outlook: "Export to a file, Comma Separated Values", and the export of outlook.com, which has the same headings in English.

Outlook for Windows writes its headings in its own language. Those below are English, Dutch, German, French, Spanish and Arabic, as
Exchange's own reader of such files knows them (Microsoft.Exchange...OutlookCsvLanguage, one table a language); sample files of
users agree for German and French.
"""

from crmlite.imports.sources.source import Source

_TARGETS = (
    "contact.salutation", "contact.given", "contact.middle", "contact.family", "contact.suffix", "company.name",
    "contact.job",
    "contact.lines/work#1", "contact.lines/work#1", "contact.lines/work#1", "contact.city/work#1",
    "contact.region/work#1", "contact.postcode/work#1", "contact.country/work#1",
    "contact.lines/home#2", "contact.lines/home#2", "contact.lines/home#2", "contact.city/home#2",
    "contact.region/home#2", "contact.postcode/home#2", "contact.country/home#2",
    "contact.lines/other#3", "contact.city/other#3", "contact.region/other#3", "contact.postcode/other#3",
    "contact.country/other#3",
    "contact.phone/work#1", "contact.phone/work#2", "contact.phone/mobile#3", "contact.phone/home#4",
    "contact.phone/home#5", "contact.phone/other#6", "contact.phone/work#7", "contact.phone/work#8",
    "contact.email/work#1", "contact.email/work#2", "contact.email/work#3",
    "contact.birthday", "contact.url/work#1", "contact.note",
)  # fmt: skip
_ENGLISH = (
    "Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Job Title",
    "Business Street", "Business Street 2", "Business Street 3", "Business City", "Business State",
    "Business Postal Code", "Business Country/Region",
    "Home Street", "Home Street 2", "Home Street 3", "Home City", "Home State", "Home Postal Code",
    "Home Country/Region",
    "Other Street", "Other City", "Other State", "Other Postal Code", "Other Country/Region",
    "Business Phone", "Business Phone 2", "Mobile Phone", "Home Phone", "Home Phone 2", "Other Phone", "Primary Phone",
    "Company Main Phone",
    "E-mail Address", "E-mail 2 Address", "E-mail 3 Address", "Birthday", "Web Page", "Notes",
)  # fmt: skip
_DUTCH = (
    "Titel", "Voornaam", "Middelste naam", "Achternaam", "Achtervoegsel", "Bedrijf", "Functie",
    "Werkadres, straat", "Werkadres 2, straat", "Werkadres 3, straat", "Werkadres, plaats", "Werkadres, provincie",
    "Werkadres, postcode", "Land/regio (werk)",
    "Huisadres, straat", "Huisadres, straat 2", "Huisadres, straat 3", "Huisadres, plaats", "Huisadres, provincie",
    "Huisadres, postcode", "Land/regio (thuis)",
    "Ander adres, straat", "Ander adres, plaats", "Ander adres, provincie", "Ander adres, postcode",
    "Land/regio (anders)",
    "Telefoon op werk", "Telefoon op werk 2", "Mobiele telefoon", "Telefoon thuis", "Telefoon thuis 2",
    "Andere telefoon", "Hoofdtelefoon", "Hoofdtelefoon bedrijf",
    "E-mailadres", "E-mailadres 2", "E-mailadres 3", "Verjaardag", "Webpagina", "Notities",
)  # fmt: skip
_GERMAN = (
    "Anrede", "Vorname", "Weitere Vornamen", "Nachname", "Suffix", "Firma", "Position",
    "Straße geschäftlich", "Straße geschäftlich 2", "Straße geschäftlich 3", "Ort geschäftlich", "Region geschäftlich",
    "Postleitzahl geschäftlich", "Land/Region geschäftlich",
    "Straße privat", "Straße privat 2", "Straße privat 3", "Ort privat", "Bundesland/Kanton privat",
    "Postleitzahl privat", "Land/Region privat",
    "Weitere Straße", "Weiterer Ort", "Weiteres/r Bundesland/Kanton", "Weitere Postleitzahl", "Weiteres/e Land/Region",
    "Telefon geschäftlich", "Telefon geschäftlich 2", "Mobiltelefon", "Telefon (privat)", "Telefon (privat 2)",
    "Weiteres Telefon", "Haupttelefon", "Telefon Firma",
    "E-Mail-Adresse", "E-Mail 2: Adresse", "E-Mail 3: Adresse", "Geburtstag", "Webseite", "Notizen",
)  # fmt: skip
_FRENCH = (
    "Titre", "Prénom", "Deuxième prénom", "Nom", "Suffixe", "Société", "Titre (2)",
    "Rue (bureau)", "Rue (bureau) 2", "Rue (bureau) 3", "Ville (bureau)", "Dép/Région (bureau)",
    "Code postal (bureau)", "Pays/Région (bureau)",
    "Rue (domicile)", "Rue (domicile) 2", "Rue (domicile) 3", "Ville (domicile)", "Dép/Région (domicile)",
    "Code postal (domicile)", "Pays/Région (domicile)",
    "Rue (autre)", "Ville (autre)", "Dép/Région (autre)", "Code postal (autre)", "Pays/Région (autre)",
    "Téléphone (bureau)", "Téléphone 2 (bureau)", "Tél. mobile", "Téléphone (domicile)", "Téléphone 2 (domicile)",
    "Téléphone (autre)", "Téléphone principal", "Téléphone société",
    "Adresse de messagerie", "Adresse de messagerie 2", "Adresse de messagerie 3", "Anniversaire", "Page Web", "Notes",
)  # fmt: skip
_ARABIC = (
    "اللقب", "الاسم الأول", "الاسم الأوسط", "اسم العائلة", "لاحقة", "الشركة", "المسمى الوظيفي",
    "شارع العمل", "شارع 2 للعمل", "شارع 3 للعمل", "مدينة العمل", "ولاية العمل", "الرمز البريدي للعمل",
    "بلد العمل/المنطقة",
    "شارع المنزل", "شارع المنزل 2", "شارع المنزل 3", "مدينة المنزل", "ولاية المنزل", "الرمز البريدي للمنزل",
    "البلد/المنطقة",
    "شارع آخر", "مدينة أخرى", "ولاية أخرى", "رمز بريدي آخر", "بلد آخر/منطقة",
    "هاتف العمل", "هاتف العمل 2", "الهاتف الجوال", "هاتف المنزل", "هاتف المنزل 2", "هاتف آخر", "الهاتف الأساسي",
    "الهاتف الرئيسي للشركة",
    "عنوان البريد الإلكتروني", "عنوان البريد الإلكتروني 2", "عنوان البريد الإلكتروني 3", "عيد الميلاد", "صفحة ويب",
    "ملاحظات",
)  # fmt: skip
_SPANISH = (
    "Tratamiento", "Nombre", "Segundo nombre", "Apellidos", "Sufijo", "Organización", "Puesto",
    "Calle del trabajo", "Calle del trabajo 2", "Calle del trabajo 3", "Ciudad de trabajo",
    "Provincia o estado de trabajo", "Código postal del trabajo", "País o región del trabajo",
    "Calle del domicilio", "Calle del domicilio 2", "Calle del domicilio 3", "Ciudad de residencia",
    "Provincia o estado de residencia", "Código postal de residencia", "País o región del domicilio",
    "Otra calle", "Otra ciudad", "Otra provincia o estado", "Otro código postal", "Otro país o región",
    "Teléfono del trabajo", "Teléfono del trabajo 2", "Teléfono móvil", "Particular", "Número de teléfono particular 2",
    "Otro teléfono", "Teléfono principal", "Número principal de la organización",
    "Dirección de correo electrónico", "Dirección de correo electrónico 2", "Dirección de correo electrónico 3",
    "Cumpleaños", "Página Web", "Notas",
)  # fmt: skip

_MORE = {
    "E-mail Display Name": "-", "E-mail 2 Display Name": "-", "E-mail 3 Display Name": "-", "E-mail Type": "-",
    "E-mail 2 Type": "-", "E-mail 3 Type": "-", "E-mail: Angezeigter Name": "-", "E-mail 2: Angezeigter Name": "-",
    "E-mail 3: Angezeigter Name": "-", "E-Mail-Typ": "-", "E-Mail 2: Typ": "-", "E-Mail 3: Typ": "-",
    "Weergavenaam voor e-mail": "-", "E-mail, weergegeven naam 2": "-", "E-mail, weergegeven naam 3": "-",
    "E-mailtype": "-", "E-mailtype 2": "-", "E-mailtype 3": "-",
    "Nom complet de l'adresse de messagerie": "-", "Nom complet de l'adresse de messagerie 2": "-",
    "Nom complet de l'adresse de messagerie 3": "-", "Type de messagerie": "-", "Type de messagerie 2": "-",
    "Type de messagerie 3": "-",
    # what outlook.com and the newer Outlook write
    "Email Address": "contact.email/work#1", "E-mail 2": "contact.email/work#2", "Home Email": "contact.email/home#4",
    "Personal Web Page": "contact.url/home#2", "Telefon privat": "contact.phone/home#4",
    "Telefon privat 2": "contact.phone/home#5", "Business Address": "contact.lines/work#1",
    "Home Address": "contact.lines/home#2",
}  # fmt: skip


def _columns() -> dict[str, str]:
    found: dict[str, str] = {}
    for headers in (_SPANISH, _ARABIC, _FRENCH, _GERMAN, _DUTCH, _ENGLISH):
        found |= dict(zip(headers, _TARGETS, strict=True))
    return found | _MORE


OUTLOOK = Source(
    "outlook",
    "Outlook",
    (
        ("First Name", "Last Name", "E-mail Address"),
        ("First Name", "Business Street"),
        ("First Name", "E-mail 2 Address"),
        ("Voornaam", "Achternaam", "E-mailadres", "Telefoon op werk"),
        ("Voornaam", "Werkadres, straat"),
        ("Vorname", "Nachname", "E-Mail-Adresse", "Telefon geschäftlich"),
        ("Vorname", "Straße geschäftlich"),
        ("Prénom", "Adresse de messagerie"),
        ("Prénom", "Rue (bureau)"),
        ("Nombre", "Apellidos", "Dirección de correo electrónico"),
        ("الاسم الأول", "عنوان البريد الإلكتروني"),
    ),
    _columns(),
)
