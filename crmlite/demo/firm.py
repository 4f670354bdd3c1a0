"""The firm that the demo is about: Fluisterhout of Utrecht, which makes booths and panels of wood and felt for quiet rooms.

Its profile and its two web forms, as the administrator and marketing set them up.
"""

from pathlib import Path

from crmlite.auth.models import Organisation
from crmlite.contacts.consents import Purpose
from crmlite.demo.stage import Stage, Story
from crmlite.extensions import db
from crmlite.files import File
from crmlite.leads.fields import CONSENT, Field, check
from crmlite.leads.models import WebForm

QUOTE = (
    Field("name", "Your name", "text", True, "contact.name"),
    Field("email", "E-mail", "email", True, "contact.email"),
    Field("phone", "Phone", "phone", False, "contact.phone"),
    Field("firm", "Organisation", "text", False, "company.name"),
    Field("country", "Country", "country", False, "contact.country"),
    Field(
        "what",
        "What do you think of?",
        "choice",
        True,
        "",
        ("Phone booths", "Meeting booths", "Wall panels", "Ceilings", "No idea yet"),
    ),
    Field("need", "What is too loud, and where?", "textarea", True, "lead.need"),
    Field("sample", "Send me the box of samples", "checkbox"),
)
VISIT = (
    Field("name", "الاسم الكامل", "text", True, "contact.name"),
    Field("phone", "رقم الهاتف", "phone", True, "contact.phone"),
    Field("email", "البريد الإلكتروني", "email", False, "contact.email"),
    Field("city", "المدينة", "text", False, "contact.city"),
    Field("day", "اليوم المناسب للزيارة", "choice", True, "", ("الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس")),
    Field("need", "ما الذي تودّون رؤيته؟", "textarea", True, "lead.need"),
)


NEWS = {
    "en": "Send me news about quiet rooms, four times a year at most. I can stop it in every mail.",
    "nl": "Stuur mij nieuws over stille ruimtes, hooguit vier keer per jaar. Ik kan het in elke mail stoppen.",
    "ar": "أرسلوا إليّ أخباراً عن الغرف الهادئة، أربع مرات في السنة على الأكثر. يمكنني إيقافها من كل رسالة.",
}
PHOTOS = {
    "en": "You may show photos of our rooms on your website.",
    "nl": "U mag foto's van onze ruimtes op uw website tonen.",
}


def opening(stage: Stage) -> Story:
    """Before anything else happens: who we are, and what visitors of our website can fill in."""
    yield 548, "08:30", "admin"
    db.session.add(organisation := Organisation(
        name="Fluisterhout",
        legal_name="Fluisterhout Akoestiek B.V.",
        address="Schavelingkade 8\n3500 ZZ Utrecht\nNederland",
        vat_id="NL000099998B57",
        website="https://www.fluisterhout.example",
        email="hallo@fluisterhout.example",
        phone="+31 30 000 0100",
        currency="EUR",
        country="NL",
        locale="en",
        time_zone="Europe/Amsterdam",
    ))  # fmt: skip
    with (Path(__file__).parent / "logo.png").open("rb") as logo:
        organisation.show_logo(File.store(logo, "logo.png", "image/png"))

    yield 547, "09:40", "admin"
    news = Purpose.create(stage.me, "Newsletter", NEWS)
    Purpose.create(stage.me, "Photos of their rooms", PHOTOS)

    yield 546, "10:05", "marketing"
    users = stage.users
    stage.forms["quote"] = _form(
        stage,
        "quote",
        (*QUOTE, Field("news", NEWS["en"], "checkbox", fills=f"{CONSENT}{news.id}")),
        name="Ask for a quote",
        heading="How quiet would you like it?",
        intro="Tell us about your rooms. Sanne or Mads answers within two working days.",
        button="Ask for a quote",
        thanks="Thank you. We have your question and answer within two working days.",
        language="en",
        source="Website: quote",
        team_id=users["seller"].team_id,
        notify=[users["seller"].id, users["colleague"].id],
        sites=["https://www.fluisterhout.example"],
    )

    yield 546, "10:40", "marketing"
    stage.forms["visit"] = _form(
        stage,
        "visit",
        VISIT,
        name="زيارة المعرض",
        heading="زوروا معرضنا في دبي",
        intro="اختاروا يوماً مناسباً وسنتصل بكم لتأكيد الموعد.",
        button="احجزوا الزيارة",
        thanks="شكراً لكم. سنتصل بكم خلال يوم عمل واحد لتأكيد الموعد.",
        language="ar",
        source="Website: showroom",
        owner_id=users["rival"].id,
        team_id=users["rival"].team_id,
        sites=["https://www.fluisterhout.example"],
    )


def _form(stage: Stage, key: str, fields: tuple[Field, ...], **values: object) -> WebForm:
    assert not check(list(fields)), check(list(fields))  # noqa: S101 - a form that nobody could have made
    return WebForm.create(stage.me, public_id=f"demo-{key}", fields=[field.stored() for field in fields], **values)
