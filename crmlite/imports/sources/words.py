"""What columns are called in files of people's own making, in six languages: English, Dutch, German, French, Spanish, Arabic."""

from crmlite.imports.sources.source import folded

_PEOPLE = {
    "contact.name": "name|full name|contact|contact name|contact person|person|naam|volledige naam|contactpersoon|"
    "ansprechpartner|vollständiger name|kontakt|nom complet|nom et prénom|personne de contact|contacto|nombre completo|"
    "nombre y apellidos|الاسم|الاسم الكامل|جهة الاتصال",
    "contact.given": "first name|given name|firstname|forename|voornaam|roepnaam|vorname|prénom|nombre|الاسم الأول",
    "contact.middle": "middle name|middelste naam|zweiter vorname|deuxième prénom|segundo nombre|الاسم الأوسط",
    "contact.family": "last name|surname|family name|lastname|achternaam|familienaam|nachname|familienname|zuname|"
    "nom de famille|nom|apellido|apellidos|اسم العائلة|اللقب العائلي",
    "contact.salutation": "salutation|form of address|prefix|aanhef|anrede|civilité|tratamiento|المخاطبة",
    "contact.birthday": "birthday|birth date|birthdate|date of birth|dob|born|geboortedatum|verjaardag|geboren|"
    "geburtsdatum|geburtstag|date de naissance|anniversaire|fecha de nacimiento|cumpleaños|تاريخ الميلاد",
    "contact.job": "job title|job|position|function|role|functie|functietitel|rol|position im unternehmen|funktion|"
    "berufsbezeichnung|fonction|poste|intitulé du poste|cargo|puesto|المسمى الوظيفي|الوظيفة",
    "contact.email/work": "e mail|email|mail|e mail address|email address|work email|business email|e mailadres|emailadres|"
    "e mail adres|mailadres|e mail adresse|emailadresse|mailadresse|courriel|adresse e mail|adresse email|adresse mail|"
    "correo|correo electrónico|dirección de correo|البريد الإلكتروني|الإيميل",
    "contact.email/home": "private email|home email|personal email|e mail privé|privé e mail|e mail privat|"
    "email personnel|correo personal",
    "contact.phone/work": "phone|telephone|tel|phone number|telephone number|work phone|business phone|office phone|telefoon|"
    "telefoonnummer|telefoon werk|telefon|telefonnummer|telefon geschäftlich|rufnummer|téléphone|tél|"
    "numéro de téléphone|teléfono|número de teléfono|الهاتف|رقم الهاتف|هاتف",
    "contact.phone/mobile": "mobile|cell|mobile phone|cell phone|mobile number|gsm|mobiel|mobiele telefoon|06 nummer|handy|"
    "mobil|mobiltelefon|mobilnummer|portable|téléphone portable|tél portable|móvil|celular|teléfono móvil|الجوال|"
    "الهاتف الجوال|رقم الجوال|المحمول",
    "contact.phone/home": "home phone|private phone|telefoon privé|telefoon thuis|telefon privat|téléphone domicile|"
    "teléfono particular|هاتف المنزل",
    "contact.language": "language|taal|sprache|langue|idioma|اللغة",
    "contact.note": "note|notes|remark|remarks|comment|comments|notitie|notities|opmerking|opmerkingen|notiz|notizen|bemerkung|"
    "bemerkungen|anmerkung|remarque|remarques|commentaire|commentaires|nota|notas|observaciones|comentarios|ملاحظة|ملاحظات",
    "contact.tags": "tags|tag|label|labels|category|categories|keywords|trefwoorden|categorie|categorieën|schlagworte|"
    "stichworte|kategorier|категории|kategorie|kategorien|étiquette|étiquettes|catégorie|catégories|etiqueta|etiquetas|categoría|categorías|"
    "وسوم|الوسوم|التصنيفات|الفئات",
    "owner": "owner|contact owner|account owner|account manager|assigned to|eigenaar|accountmanager|verantwoordelijke|"
    "verkoper|besitzer|zuständig|betreuer|kundenbetreuer|propriétaire|responsable|propietario|المسؤول|المالك",
}
_COMPANIES = {
    "company.name": "company|company name|organization|organisation|account|account name|firm|employer|business|bedrijf|"
    "bedrijfsnaam|organisatie|firma|firmenname|unternehmen|arbeitgeber|société|entreprise|raison sociale|empresa|"
    "compañía|organización|nombre de la empresa|razón social|الشركة|اسم الشركة|المؤسسة",
    "company.vat_id": "vat|vat id|vat number|tax id|tax number|btw|btw nummer|ust id|ust idnr|umsatzsteuer id|uid|tva|"
    "numéro de tva|n tva|nif|cif|الرقم الضريبي",
    "company.industry": "industry|sector|branch|branche|bedrijfstak|secteur|secteur d activité|industria|القطاع|المجال",
    "company.parent": "parent company|moederbedrijf|muttergesellschaft|société mère|empresa matriz|الشركة الأم",
}
_EITHER = {
    "url/work": "website|web site|web|url|homepage|web page|link|webseite|internet|site web|site internet|sitio web|"
    "página web|الموقع|الموقع الإلكتروني",
    "lines/work": "street|address|street address|address 1|address line 1|address 2|address line 2|straat|adres|"
    "straat en huisnummer|huisnummer|straße|strasse|adresse|anschrift|straße und hausnummer|hausnummer|rue|adresse postale|"
    "calle|dirección|domicilio|الشارع|العنوان",
    "postcode/work": "postcode|postal code|zip|zip code|postcode nl|plz|postleitzahl|code postal|cp|código postal|"
    "الرمز البريدي",
    "city/work": "city|town|place|plaats|woonplaats|stad|ort|stadt|wohnort|ville|localité|commune|ciudad|localidad|"
    "población|المدينة",
    "region/work": "region|state|province|county|provincie|bundesland|kanton|région|département|provincia|المنطقة|المحافظة",
    "country/work": "country|land|staat|pays|país|البلد|الدولة",
}


def _table(prefix: str, groups: dict[str, str]) -> dict[str, str]:
    return {folded(word): prefix + target for target, words in groups.items() for word in words.split("|")}


PEOPLE = _table("contact.", _EITHER) | _table("", _PEOPLE) | _table("", _COMPANIES)
"""Heading to target where the file is about people, or about both."""
_OWN = {
    target.replace("contact.", "company."): words
    for target, words in _PEOPLE.items()
    if target in {"contact.name", "contact.email/work", "contact.phone/work", "contact.note", "contact.tags"}
}
COMPANIES = (
    _table("company.", _EITHER) | _table("", _OWN) | _table("", _COMPANIES) | _table("", {"owner": _PEOPLE["owner"]})
)
"""The same where it is about companies alone."""
