"""Everybody else: firms and people with a note or two, visitors of the website, and what the quarantine holds."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

from crmlite.auth.models import User
from crmlite.contacts.models import Contact
from crmlite.demo.cast import CAST
from crmlite.demo.people import Firm, Generator, Owner
from crmlite.demo.stage import VISITOR, Stage, Story
from crmlite.demo.verbs import ByVerbs
from crmlite.demo.visitors import BROWSERS, ROBOT

SIZE = 165
NEEDS = (
    ("{count} wall panels for the corridor", "Phone"),
    ("Two phone booths for a trial", "Trade fair"),
    ("The canteen is too loud, 140 m²", "E-mail"),
    ("Meeting booth for {count} people", "Referral"),
    ("Ceiling of the gymnasium", "Phone"),
    ("Reception with a glass front", "E-mail"),
    ("Reading corner, {count} m²", "Referral"),
    ("Classroom beside the workshop, doors and walls", "Phone"),
    ("Samples of felt for a pitch", "E-mail"),
    ("Restaurant, {count} tables, vaulted ceiling", "Trade fair"),
)
REASONS = ("No budget this year", "Went to somebody else", "Wanted carpets, not panels", "Does not answer any more")
HOLDERS = (("seller", 5), ("colleague", 4), ("rival", 5), ("manager", 1), ("marketing", 1), ("service", 1))


def firms(seed: int, users: dict[str, User], now: datetime) -> Iterator[Callable[[Stage], Story]]:
    """One story a firm, so that they are told in between the long ones."""
    keys = [part.key for part in CAST]
    team_ids = list(dict.fromkeys(user.team_id for user in users.values() if user.team_id is not None))
    owners = [Owner(keys.index(key), team_ids.index(users[key].team_id or 0), weight) for key, weight in HOLDERS]
    generator = Generator(seed, SIZE, owners, now - timedelta(days=500), now - timedelta(days=3))
    verbs = ByVerbs([users[key] for key in keys], team_ids)
    random = Random(seed)  # noqa: S311 - the same for the same seed is the point
    for firm in generator.firms():
        yield partial(_firm, firm, verbs, keys, random)


def _firm(firm: Firm, verbs: ByVerbs, keys: Sequence[str], random: Random, stage: Stage) -> Story:
    luck = Random(f"{firm.number} {random.random()}")  # noqa: S311
    for when, by, step in verbs.steps(firm):
        clock = f"{8 + when.hour * 9 // 24:02}:{when.minute:02}"
        yield stage.days_ago(when), clock, keys[by]
        made = step()
        if isinstance(made, Contact) and luck.random() < 0.2:
            need, source = luck.choice(NEEDS)
            lead = stage.lead(made, need.format(count=luck.randint(4, 40)), source)
            then = luck.random()
            if then < 0.75:
                yield stage.days_ago(when) - 1, "09:30", keys[by]
                lead.take(stage.me)
            if then < 0.5:
                yield stage.days_ago(when) - 2, "15:10", keys[by]
                if then < 0.25:
                    lead.qualify(stage.me)
                else:
                    lead.disqualify(luck.choice(REASONS), stage.me)


# --- the website ------------------------------------------------------------------------------------------------------

ANSWERS = (
    "Called back. Sends photographs and the height of the room.",
    "Spoke for twenty minutes; the box of samples goes out today.",
    "Not there, left word with a colleague. Wrote a mail as well.",
    "Wants a visit first. Looking for a day with the workshop.",
)
QUOTES = (
    (410, "Morag Kirkbride", "morag@kirkbride-weaving.example", "Kirkbride Weaving", "GB", "No idea yet",
     "Looms below, office above. We shout on the telephone."),
    (338, "Trine Bruun", "trine@vibeskolen.example", "Vibeskolen", "DK", "Ceilings",
     "Gymnasium that is also the assembly hall. Nobody understands the headmaster, which has advantages, but not always."),
    (275, "Joost Timmermans", "joost@windroos-drukkerij.example", "Drukkerij Windroos", "NL", "Phone booths",
     "Eén belcel naast de drukpers. Kan dat, of zijn we gek?"),
    (222, "Sigrid Åkesson", "sigrid@fyrenhotell.example", "Hotell Fyren", "SE", "Wall panels",
     "Breakfast room with a glass roof, 60 guests, one child is enough."),
    (174, "Ευαγγελία Μακρή", "makri@faros-arch.example", "Αρχιτέκτονες «Φάρος»", "GR", "Ceilings",
     "Δικηγορικό γραφείο σε νεοκλασικό κτίριο, ταβάνι 4,5 μέτρα. Δεν επιτρέπεται να αγγίξουμε τα γύψινα."),
    (128, "Оксана Ткаченко", "tkachenko@biblioteka-zoria.example", "Бібліотека «Зоря»", "UA", "Meeting booths",
     "Потрібна тиха кімната для занять з дітьми, площа 12 м²."),
    (66, "Noemi Fontanelli", "noemi@albergoairone.example", "Albergo Airone", "IT", "Phone booths",
     "Una cabina nella hall, ma color corallo. Esiste?"),
    (33, "Bram Veenstra", "bram@rietveen-software.example", "Softwarehuis Rietveen", "NL", "Meeting booths",
     "Vier ontwikkelaars, één whiteboard, geen muren. Graag een prijs voor twee Kerkuilen."),
    (9, "Käthe Wegener", "wegener@grundschule-efeu.example", "Grundschule Efeu", "DE", "Ceilings",
     "Mensa mit 200 Kindern in zwei Schichten. Der Schulträger möchte drei Angebote bis Monatsende."),
    (1, "Imogen Hollis", "imogen@northlight-dance.example", "Northlight Dance", "GB", "Wall panels",
     "Two studios side by side, tap dancing in one, yoga in the other."),
)  # fmt: skip
VISITS = (
    (298, "عمر حجازي", "+20 100 000 4410", "القاهرة", "الاثنين", "قاعة محاضرات لمئة طالب، والصوت يضيع في الخلف."),
    (191, "نورة الظاهري", "+971 50 000 4412", "أبوظبي", "الأربعاء", "عيادة أسنان جديدة ونريد ممراً هادئاً."),
    (87, "سامي فهمي", "+20 100 000 4415", "الجيزة", "الخميس", "استوديو تسجيل صغير في شقة سكنية."),
    (14, "لطيفة النعيمي", "+971 50 000 4419", "الشارقة", "الأحد", "مكتبة للأطفال بألوان مرحة."),
    (2, "يوسف البلوشي", "+971 50 000 4421", "دبي", "الثلاثاء", "كبائن هاتف لمكتب مشترك، عددها عشر."),
)  # fmt: skip


def website() -> Iterator[Callable[[Stage], Story]]:
    """One story a visitor: what they filled in, and what came of it."""
    cues = [(days, "quote", rest) for days, *rest in QUOTES] + [(days, "visit", rest) for days, *rest in VISITS]
    for number, (days, form, rest) in enumerate(sorted(cues, key=lambda cue: -cue[0])):
        yield partial(_visit, number, days, form, rest)


def _visit(number: int, days: int, form: str, rest: Sequence[str], stage: Stage) -> Story:
    columns = {
        "quote": ("name", "email", "firm", "country", "what", "need"),
        "visit": ("name", "phone", "city", "day", "need"),
    }
    yield days, f"{6 + number % 14:02}:{7 * number % 60:02}", VISITOR
    ticked = {"news": "yes"} if form == "quote" and number % 2 else {}
    key = stage.post(
        form,
        dict(zip(columns[form], rest, strict=True)) | ticked,
        address=f"203.0.113.{30 + number}",
        agent=BROWSERS[number % 2],
    )
    if days < 12:
        return  # nobody has looked yet
    who = "rival" if form == "visit" else ("seller", "colleague")[number % 2]
    yield days - 1, "09:10", who
    lead = stage.lead_from(key)
    lead.take(stage.me)
    lead.contact.hand_over(stage.me.id)
    stage.note(lead.contact, ANSWERS[number % len(ANSWERS)])
    if days > 30:
        yield days - 15, "14:20", who
        if number % 3:
            lead.qualify(stage.me)
        else:
            lead.disqualify(REASONS[number % len(REASONS)], stage.me)


def quarantine(stage: Stage) -> Story:
    """What was held in the last month: one post was released, one thrown away, the others wait for somebody to look."""
    yield 41, "11:20", "visitor"
    late = stage.post(
        "quote",
        {"name": "Philippa Drummond", "email": "philippa@drummond-quilts.example", "country": "GB", "what": "Wall panels",
         "need": "Sorry, I began this yesterday morning and then the roof leaked. 30 m² of wall above the sewing machines."},
        seconds=27 * 3600,
    )  # fmt: skip
    yield 40, "09:50", "marketing"
    stage.release(late)

    yield 24, "03:12", "visitor"
    casino = stage.post(
        "quote",
        {"name": "Lucky Wheel", "email": "winner@lucky-wheel.example", "what": "No idea yet",
"need": "CONGRATULATIONS!!! 500 free spins are waiting for you http://lucky-wheel.example"},
        honeypot="http://lucky-wheel.example", agent=ROBOT, address="198.51.100.200",
    )  # fmt: skip
    yield 23, "10:15", "marketing"
    stage.discard(casino)

    yield 19, "04:40", "visitor"
    stage.post(
        "quote",
        {"name": "SEO Experts", "email": "rank@first-page-seo.example", "what": "No idea yet",
"need": "Dear owner, your website is not on page one. We guarantee results in 14 days."},
        honeypot="first-page-seo.example", agent=ROBOT, address="198.51.100.201",
    )  # fmt: skip
    yield 12, "02:05", "visitor"
    stage.post(
        "quote",
        {"name": "asdf", "email": "asdf@qwer.example", "what": "Ceilings", "need": "asdfasdf"},
        seconds=1, agent=ROBOT, address="198.51.100.202",
    )  # fmt: skip
    yield 8, "23:30", "visitor"
    stage.post(
        "visit",
        {"name": "test", "phone": "+971 50 000 0000", "day": "الأحد", "need": "test test"},
        token="", agent=ROBOT, address="198.51.100.203",
    )  # fmt: skip
    yield 5, "13:45", "visitor"
    stage.post(
        "quote",
        {"name": "Callum Jessop", "email": "callum@jessop-brewery.example", "firm": "Jessop Brewery", "country": "GB", "what": "Ceilings",
         "need": "Tap room, 110 m², copper kettles. My colleagues in the same building have asked as well, I believe."},
        earlier=20, address="203.0.113.90",
    )  # fmt: skip
