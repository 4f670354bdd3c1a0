"""Outlook: "Export to a file, Comma Separated Values", and the export of outlook.com, which has the same headings in English.

Outlook for Windows writes its headings in its own language. Those below are English, Dutch, German, French, Spanish, Arabic, Italian,
Russian and Danish, as Exchange's own reader of such files knows them (Microsoft.Exchange...OutlookCsvLanguage, one table a language);
sample files of users agree for German and French.
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

_ITALIAN = (
    "Titolo", "Nome", "Secondo nome", "Cognome", "Titolo straniero", "Società", "Posizione",
    "Via (uff.)", "Via (uff.) 2", "Via (uff.) 3", "Città (uff.)", "Provincia (uff.)", "CAP (uff.)",
    "Paese/area geografica (uff.)",
    "Via (ab.)", "Via (ab.) 2", "Via (ab.) 3", "Città (ab.)", "Provincia (ab.)", "CAP (ab.)",
    "Paese/area geografica (ab.)",
    "Altra via", "Altra città", "Altra provincia", "Altro CAP", "Altro paese/area geografica",
    "Ufficio", "Ufficio 2", "Cellulare", "Abitazione", "Abitazione 2", "Altro telefono", "Telefono principale",
    "Telefono principale società",
    "Indirizzo posta elettronica", "Indirizzo posta elettronica 2", "Indirizzo posta elettronica 3", "Compleanno",
    "Pagina Web", "Note",
)  # fmt: skip
_RUSSIAN = (
    "Обращение", "Имя", "Отчество", "Фамилия", "Суффикс", "Организация", "Должность",
    "Улица (раб. адрес)", "Улица 2 (раб. адрес)", "Улица 3 (раб. адрес)", "Город (раб. адрес)", "Область (раб. адрес)",
    "Индекс (раб. адрес)", "Страна или регион (раб. адрес)",
    "Улица (дом. адрес)", "Улица 2 (дом. адрес)", "Улица 3 (дом. адрес)", "Город (дом. адрес)", "Область (дом. адрес)",
    "Почтовый код (дом.)", "Страна или регион (дом. адрес)",
    "Улица (другой адрес)", "Город (другой адрес)", "Область (другой адрес)", "Индекс (другой адрес)",
    "Страна или регион (другой адрес)",
    "Рабочий телефон", "Телефон раб. 2", "Телефон переносной", "Домашний телефон", "Телефон дом. 2", "Другой телефон",
    "Основной телефон", "Основной телефон организации",
    "Адрес эл. почты", "Адрес 2 эл. почты", "Адрес 3 эл. почты", "День рождения", "Веб-страница", "Заметки",
)  # fmt: skip
_DANISH = (
    "Titel", "Fornavn", "Mellemnavn", "Efternavn", "Suffiks", "Firma", "Stilling",
    "Gade (arbejde)", "Gade 2 (firma)", "Gade 3 (firma)", "By (arbejde)", "Område (arbejde)", "Postnummer (arbejde)",
    "Land/område (arbejde)",
    "Gade (privat)", "Gade 2 (privat)", "Gade 3 (privat)", "By (privat)", "Område (privat)", "Postnummer (privat)",
    "Land/område (privat)",
    "Anden gade", "Anden by", "Andet område", "Andet postnummer", "Andet land/område",
    "Telefon (arbejde)", "Telefon 2 (arbejde)", "Mobiltelefon", "Telefon (privat)", "Telefon 2 (privat)", "Anden telefon",
    "Primær telefon", "Primær telefon (firma)",
    "E-mail-adresse", "E-mail 2-adresse", "E-mail 3-adresse", "Fødselsdag", "webside", "Notater",
)  # fmt: skip

_GROUPS = {
    "contact.lines/work#1": "Business Address PO Box|Werkadres, postbusnummer|Indirizzo (uff.) - Casella postale|"
    "Почтовый ящик (раб. адрес)|Adresse, postboks (arbejde)|Postfach geschäftlich",
    "contact.lines/home#2": "Home Address PO Box|Huisadres, postbusnummer|Indirizzo (ab.) - Casella postale|"
    "Почтовый ящик (дом. адрес)|Adresse, postboks (privat)|Postfach privat",
    "contact.lines/other#3": "Other Street 2|Other Street 3|Other Address PO Box|Ander adres, straat 2|Ander adres, straat 3|"
    "Ander adres, postbusnummer|Altra via 2|Altra via 3|Altro indirizzo - Casella postale|Улица 2 (другой адрес)|"
    "Улица 3 (другой адрес)|Почтовый ящик (другой адрес)|Anden gade 2|Anden gade 3|Anden adresse, postboks|Weitere Straße 2|"
    "Weitere Straße 3|Weiteres Postfach",
    "contact.phone/fax#9": "Business Fax|Fax op werk|Fax (uff.)|Рабочий факс|Fax (arbejde)|Fax geschäftlich|Télécopie (bureau)",
    "contact.phone/fax#10": "Home Fax|Fax thuis|Fax (ab.)|Домашний факс|Fax (privat)|Fax privat|Télécopie (domicile)",
    "contact.phone/fax#11": "Other Fax|Andere fax|Altro fax|Другой факс|Anden fax|Weiteres Fax|Télécopie (autre)",
    "contact.phone/pager#12": "Pager|Cercapersone|Пейджер|Personsøger",
    "contact.phone/other#13": "Car Phone|Radio Phone|Autotelefoon|Radiotelefoon|Telefono auto|Radiotelefono|Телефон в машине|"
    "Радиотелефон|Biltelefon|Radiotelefon|Autotelefon|Mobiltelefon 2",
    "contact.language": "Language|Taal|Lingua|Язык|Sprog|Sprache|Langue|Idioma",
    "contact.note": "Notes",
    "contact.url/home#2": "Personal Web Page",
    "contact.email/home#4": "Home Email",
    "contact.email/work#1": "Email Address",
    "contact.email/work#2": "E-mail 2",
    "contact.phone/home#4": "Telefon privat",
    "contact.phone/home#5": "Telefon privat 2",
    "contact.formatted/work#1": "Business Address",
    "contact.formatted/home#2": "Home Address",
    "-": "E-mail Display Name|E-mail 2 Display Name|E-mail 3 Display Name|E-mail Type|E-mail 2 Type|E-mail 3 Type|"
    "E-mail: Angezeigter Name|E-mail 2: Angezeigter Name|E-mail 3: Angezeigter Name|E-Mail-Typ|E-Mail 2: Typ|E-Mail 3: Typ|"
    "Weergavenaam voor e-mail|E-mail, weergegeven naam 2|E-mail, weergegeven naam 3|E-mailtype|E-mailtype 2|E-mailtype 3|"
    "Nom complet de l'adresse de messagerie|Nom complet de l'adresse de messagerie 2|"
    "Nom complet de l'adresse de messagerie 3|Type de messagerie|Type de messagerie 2|Type de messagerie 3|"
    "Nome visualizzato posta elettronica|Nome visualizzato posta elettronica 2|Nome visualizzato posta elettronica 3|"
    "Tipo posta elettronica|Tipo posta elettronica 2|Tipo posta elettronica 3|Краткое имя эл. почты|Краткое 2 имя эл. почты|"
    "Краткое 3 имя эл. почты|Тип эл. почты|Тип 2 эл. почты|Тип 3 эл. почты|E-mail-type|E-mail 2-type|E-mail 3-type|"
    "E-mail-vist navn|E-mail 2-vist navn|E-mail 3-vist navn|Initials|Initialen|Iniziali|Инициалы|Initialer",
}  # fmt: skip
"""What else there is, where it is not only in one language: faxes, boxes, and what Outlook makes of the rest by itself."""


def _columns() -> dict[str, str]:
    found: dict[str, str] = {}
    for headers in (_DANISH, _RUSSIAN, _ITALIAN, _SPANISH, _ARABIC, _FRENCH, _GERMAN, _DUTCH, _ENGLISH):
        found |= dict(zip(headers, _TARGETS, strict=True))
    return found | {header: target for target, headers in _GROUPS.items() for header in headers.split("|")}


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
        ("Nome", "Cognome", "Indirizzo posta elettronica"),
        ("Nome", "Via (uff.)"),
        ("Имя", "Фамилия", "Адрес эл. почты"),
        ("Fornavn", "Efternavn", "E-mail-adresse"),
        ("Nombre", "Apellidos", "Dirección de correo electrónico"),
        ("الاسم الأول", "عنوان البريد الإلكتروني"),
    ),
    _columns(),
)
