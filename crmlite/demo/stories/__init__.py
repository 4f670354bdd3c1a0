"""Twelve customers whose timelines read as stories, told over eighteen months by the people who work with them."""

from crmlite.demo.stories.east import brashlyan, lyceum
from crmlite.demo.stories.middle import brandt_loewe, ormsby, salviati, zuraw
from crmlite.demo.stories.south import fanar, sidra, yunzhou
from crmlite.demo.stories.west import havnehuset, hofstede, wilgenhoek

STORIES = {
    "Hofstede & Ruys Architecten": hofstede,
    "Scholengroep De Wilgenhoek": wilgenhoek,
    "Havnehuset Kontorhotel": havnehuset,
    "Kanzlei Brandt Löwe": brandt_loewe,
    "Studio dentistico Salviati": salviati,
    "Ormsby & Vale Insurance": ormsby,
    "Sieć Bibliotek Żuraw": zuraw,
    "Алматинский лицей искусств «Журавль»": lyceum,
    "Клиника „Бръшлян“": brashlyan,
    "مجموعة فنادق السدرة": sidra,
    "مكتبة الفنار": fanar,
    "杭州云舟软件有限公司": yunzhou,
}
"""The company's name to the story that makes it."""
