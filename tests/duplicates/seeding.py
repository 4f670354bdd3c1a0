"""People of an address book with pairs that are one person, and pairs that only look like it.

Written without the finder: its lists, its typing errors and its spellings are its own.
"""

import random
from dataclasses import dataclass, field, replace


def _words(text: str) -> list[str]:
    return text.split()


KINDS = ("typo", "transliteration", "swapped", "nickname", "phone")

_GIVEN = _words("""Emma Liam Noah Olivia Sven Ingrid Pieter Marijke Joris Femke Daan Sanne Lukas Greta Heike Jürgen Birgit Uwe Claire Luc
Amélie Thierry Margaux Hugo Inés Álvaro Lucía Rodrigo Paloma Iker Søren Freja Mikkel Astrid Rasmus Signe Chloe Oscar Hazel Ethan
Priya Arjun Mei Haruto Yuki Amara Kofi Zanele Tariq Leila Nadia Emre Selin Deniz Milan Zofia Tomasz Agnieszka Dorota Bogdan Ioana
Radu Marek Jitka Zoltan Eszter Gergo Katalin Niamh Ciaran Aoife Rhys Gwenllian Callum Isla Finley Poppy Ruben Beatriz Tiago Joana
Mirjam Wietse Jelle Hylke Sietske Roel Noor Fenna Cas Teun Saskia Floor Merel Jasmijn Bram Lieke Gijs Marloes""")
_COMMON = [("John", "Smith"), ("Jan", "Jansen"), ("Maria", "Garcia"), ("Anna", "Müller"), ("Peter", "Nielsen")]
_HEADS = _words("""Ver Hol Bak Wes Oost Zand Berg Kamp Dahl Lind Sund Hag Mar Tor Bran Wald Stein Eich Rosen Garten Mon Beau Cler Roche Val
Font Cas Her Mor Sal Bel Gra Pin Tre Pol Kow Nov Zab Hor Sze Kis Mol Far Tak Yam Nak Osa Ibr Kar Yil Dem Ash Thorn Black Hart Wood
Green Fair Kirk""")
_TAILS = _words("""hoeven land stra veld man broek huis son sen qvist gaard holm mark berger feld bach haus tal mont champ vaux det ier ano
ez ini elli etti ska cki wicz ovic escu anyi ai moto hara wood ley ford ham shaw well stone field by ton""")
_FIRM_HEADS = _words("""Noord Zuider Polder Delta Maas Rijn Alpen Nordic Baltic Atlas Orion Vega Lumen Terra Aqua Silva Ferro Cobalt Amber
Opal Quartz Falcon Heron Otter Badger Linden Cedar Willow Juniper Saffron Copper Slate Granite Marble Indigo Crimson""")
_FIRM_TAILS = _words("""Meubel Techniek Logistics Systems Foods Textiles Printing Bouw Consulting Optics Tools Bikes Paper Glass Energy
Gardens
Marine Studio Interiors Packaging Robotics Labs Trading Works""")
_CITIES = _words("""Utrecht Zwolle Gent Aarhus Bremen Lyon Sevilla Bergen Malmö Leeds Cork Porto Gdańsk Brno Győr Cluj Izmir Haifa Amman
Tunis Rabat Tbilisi Riga Tartu Graz""")
_ROLES = ("info", "sales", "office")

# One person, written as at home and as abroad.
_SCRIPTS = [
    ("Дмитрий", "Соколов", "Dmitry", "Sokolov"), ("Юлия", "Васильева", "Yulia", "Vasilyeva"),
    ("Сергей", "Кузнецов", "Sergei", "Kuznetsov"), ("Екатерина", "Морозова", "Ekaterina", "Morozova"),
    ("Алексей", "Чернов", "Alexey", "Chernov"), ("Наталья", "Щербакова", "Natalya", "Shcherbakova"),
    ("Михаил", "Жуков", "Mikhail", "Zhukov"), ("Татьяна", "Федорова", "Tatiana", "Fedorova"),
    ("Γιώργος", "Παπαδόπουλος", "Giorgos", "Papadopoulos"), ("Ελένη", "Νικολάου", "Eleni", "Nikolaou"),
    ("Κώστας", "Δημητρίου", "Kostas", "Dimitriou"), ("Μαρία", "Αντωνίου", "Maria", "Antoniou"),
    ("محمد", "حداد", "Mohammed", "Haddad"), ("فاطمة", "منصور", "Fatima", "Mansour"), ("خالد", "سليمان", "Khaled", "Suleiman"),
    ("سمير", "نصار", "Samir", "Nassar"), ("ليلى", "درويش", "Layla", "Darwish"), ("كريم", "بكري", "Karim", "Bakri"),
    ("王", "芳", "Wang", "Fang"), ("李", "明", "Li", "Ming"),
    ("Jürgen", "Größmann", "Juergen", "Groessmann"), ("Søren", "Ærø", "Soeren", "Aeroe"), ("Łukasz", "Żółkiewski", "Lukasz", "Zolkiewski"),
    ("Øyvind", "Strømmen", "Oyvind", "Strommen"), ("Zoé", "Lefèvre", "Zoe", "Lefevre"), ("İbrahim", "Yıldız", "Ibrahim", "Yildiz"),
]  # fmt: skip
_SHORT = [
    ("Robert", "Bob"), ("William", "Bill"), ("Elizabeth", "Liz"), ("Margaret", "Peggy"), ("Richard", "Dick"), ("Thomas", "Tom"),
    ("Johannes", "Hans"), ("Wilhelmina", "Mina"), ("Cornelis", "Kees"), ("Hendrik", "Henk"), ("Jacobus", "Koos"), ("Catharina", "Trijntje"),
    ("Antonius", "Theun"), ("Friedrich", "Fritz"), ("Josef", "Sepp"), ("Katharina", "Kathi"), ("Ulrich", "Uli"), ("Susanne", "Susi"),
    ("Francisco", "Paco"), ("José", "Pepe"), ("Dolores", "Lola"), ("Ignacio", "Nacho"), ("Enrique", "Quique"), ("Alexander", "Sasha"),
    ("Dmitri", "Dima"), ("Vladimir", "Vova"), ("Michael", "Mike"), ("Christopher", "Chris"), ("Nicolas", "Nico"), ("Geneviève", "Ginette"),
    ("Guillaume", "Guy"), ("Frederik", "Frits"), ("Margrethe", "Grethe"), ("Andrew", "Andy"), ("Katherine", "Kate"), ("James", "Jim"),
]  # fmt: skip


@dataclass(frozen=True)
class Person:
    given: str
    family: str
    email: str = ""
    phone: str = ""
    """As somebody typed it, of the Netherlands where it has no country."""
    company: str = ""
    city: str = ""
    birthday: str = ""


@dataclass
class Book:
    people: list[Person] = field(default_factory=list)
    pairs: dict[tuple[int, int], str] = field(default_factory=dict)
    """Which are one, by their places, and what makes them look different."""


def book(size: int, pairs: int, seed: int = 7) -> Book:
    """`size` people, of whom so many pairs are one person; and as many pairs that are not."""
    chance = random.Random(seed)
    made = Book()
    for n in range(pairs):
        one, other = _pair(KINDS[n % len(KINDS)], chance)
        made.pairs[len(made.people), len(made.people) + 1] = KINDS[n % len(KINDS)]
        made.people += [one, other]
    for n in range(pairs):
        made.people += _strangers(n, chance)
    while len(made.people) < size:
        made.people.append(_person(chance))
    return made


def _person(chance: random.Random, given: str = "", family: str = "") -> Person:
    given = given or chance.choice(_GIVEN)
    family = family or chance.choice(_HEADS) + chance.choice(_TAILS)
    company = _firm(chance) if chance.random() < 0.7 else ""
    plain = "".join(c for c in f"{given}.{family}".lower() if c.isascii() and (c.isalpha() or c == "."))
    domain = "".join(c for c in company.lower() if c.isalpha()) + ".example" if company else "gmail.com"
    return Person(
        given,
        family,
        f"{plain}{chance.randrange(1000)}@{domain}" if chance.random() < 0.85 else "",
        _phone(chance) if chance.random() < 0.7 else "",
        company,
        chance.choice(_CITIES) if chance.random() < 0.6 else "",
        f"19{chance.randrange(50, 99)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 28):02}"
        if chance.random() < 0.1
        else "",
    )


def _firm(chance: random.Random) -> str:
    return f"{chance.choice(_FIRM_HEADS)} {chance.choice(_FIRM_TAILS)} {chance.choice(_CITIES)}"


def _phone(chance: random.Random) -> str:
    return f"+31 6 {chance.randrange(10_000_000, 100_000_000)}"


def _pair(kind: str, chance: random.Random) -> tuple[Person, Person]:
    """Somebody, and the same person as somebody else typed them."""
    if kind == "transliteration":
        home_given, home_family, given, family = chance.choice(_SCRIPTS)
        one = _with_reach(_person(chance, home_given, home_family), chance)
        return one, _seen_again(replace(one, given=given, family=family), one, chance)
    if kind == "nickname":
        whole, short = chance.choice(_SHORT)
        one = _with_reach(_person(chance, whole), chance)
        return one, _seen_again(replace(one, given=short), one, chance)
    one = _with_reach(_person(chance), chance)
    if kind == "typo":
        where = chance.choice(("given", "family", "family"))
        return one, _seen_again(replace(one, **{where: _mistyped(getattr(one, where), chance)}), one, chance)
    if kind == "swapped":
        return one, _seen_again(replace(one, given=one.family, family=one.given), one, chance)
    digits = one.phone.replace("+31 ", "").replace(" ", "")
    spelled = chance.choice(
        (f"0{digits}", f"0031{digits}", f"+31 (0){digits[0]} {digits[1:4]} {digits[4:]}", f"06-{digits[1:]}")
    )
    return one, replace(one, phone=spelled, email="", company=chance.choice(("", one.company)))


def _with_reach(person: Person, chance: random.Random) -> Person:
    return replace(
        person,
        email=person.email or f"zz{chance.randrange(10**7)}@gmail.com",
        phone=person.phone or _phone(chance),
        company=person.company or _firm(chance),
    )


def _seen_again(changed: Person, one: Person, chance: random.Random) -> Person:
    """The second time only some of it is known: an e-mail, or a phone, or where they work."""
    known = chance.choice(("email", "phone", "company", "both"))
    return replace(
        changed,
        email=one.email if known in {"email", "both"} else "",
        phone=one.phone if known in {"phone", "both"} else "",
        company=one.company if known == "company" else chance.choice(("", one.company)),
        birthday="",
    )


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, max(2, len(word) - 1))
    how = chance.choice(("double", "drop", "turn", "other"))
    if how == "double":
        return word[:at] + word[at] + word[at:]
    if how == "drop" and len(word) > 4:
        return word[:at] + word[at + 1 :]
    if how == "turn" and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + chance.choice("aeiounrst") + word[at + 1 :]


def _strangers(n: int, chance: random.Random) -> list[Person]:
    """Two who are not one, however alike: father and son, colleagues, namesakes."""
    one = _with_reach(_person(chance), chance)
    kind = n % 5
    if kind == 0:  # father and son, with the family's e-mail
        return [
            one,
            replace(_person(chance, family=one.family), given=_other(one.given, chance), email=one.email, company=""),
        ]
    if kind == 1:  # colleagues, with the firm's phone
        other = _person(chance, given=_other(one.given, chance))
        return [one, replace(other, company=one.company, phone=one.phone)]
    if kind == 2:  # namesakes who work elsewhere
        given, family = chance.choice(_COMMON)
        return [replace(one, given=given, family=family), _with_reach(_person(chance, given, family), chance)]
    if kind == 3:  # colleagues, with the firm's own address
        address = f"{chance.choice(_ROLES)}{n}@firm.example"
        other = _person(chance, given=_other(one.given, chance))
        return [replace(one, email=address), replace(other, email=address, company=one.company)]
    # father and son of one name, who were not born on one day
    born = replace(one, birthday="1951-03-04")
    return [born, replace(born, birthday="1984-09-10", phone=_phone(chance))]


def _other(given: str, chance: random.Random) -> str:
    """A first name that nobody takes for a mistyped one."""
    while True:
        found = chance.choice(_GIVEN)
        if found[0] != given[0] and found[-1] != given[-1]:
            return found
