"""Names, places and words of fourteen countries in five scripts, as data: what people of the demo are called.

Nobody here exists. Domains end in .example; numbers are of ranges kept for fiction where a country has them, else of
exchanges that no country gives out (000...).
"""

from dataclasses import dataclass

from crmlite.fold import fold


@dataclass(frozen=True)
class Word:
    text: str
    latin: str
    """For addresses: lower case, a to z."""


@dataclass(frozen=True)
class Culture:
    language: str
    country: str
    share: int
    """Of a hundred people."""
    women: tuple[Word, ...]
    men: tuple[Word, ...]
    families: tuple[Word, ...]
    feminine: tuple[tuple[str, str, str, str], ...]
    """Endings of family names that women have otherwise: written so, written so by women, and the same in Latin."""
    cities: tuple[Word, ...]
    streets: tuple[str, ...]
    postcode: str
    phone: str
    mobile: str
    """Each # is a digit, each ? a letter."""
    trades: tuple[Word, ...]
    """In the order of INDUSTRIES."""
    brands: tuple[Word, ...]
    firm: tuple[str, ...]
    """How firms are called, from {trade}, {brand}, {family} and {city}."""
    titles: tuple[str, ...]
    """In the order of POSTS."""


INDUSTRIES = ("Architecture", "Dental care", "Education", "Law", "Hotels", "Culture", "Construction", "Software")
POSTS = ("decides", "influences", "influences", "uses", "blocks", "")
"""What part each of a culture's titles has in buying: director, buyer, office manager, facility manager, controller, assistant."""


def _words(text: str) -> tuple[Word, ...]:
    """ "Иван/ivan; Мария/maria": a word without a slash is Latin already."""
    found = []
    for part in text.split(";"):
        native, _, latin = part.strip().partition("/")
        found.append(Word(native, latin or "".join(c for c in fold(native) if c.isascii() and c.isalnum())))
    return tuple(found)


def _texts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";"))


_OV = (("ов", "ова", "ov", "ova"), ("ев", "ева", "ev", "eva"), ("ин", "ина", "in", "ina"))

_ARABIC_WOMEN = """فاطمة/fatima; مريم/maryam; نورة/noura; هند/hind; ريم/reem; سلمى/salma; ياسمين/yasmin; عائشة/aisha; لطيفة/latifa;
    دانة/dana; شيماء/shaimaa; رانيا/rania"""
_ARABIC_MEN = """محمد/mohammed; أحمد/ahmed; خالد/khalid; يوسف/yousef; عمر/omar; سعيد/saeed; طارق/tariq; إبراهيم/ibrahim; حسن/hassan;
    كريم/karim; عبد الله/abdullah; سامي/sami"""
_ARABIC_TITLES = "المدير العام; مدير المشتريات; مديرة المكتب; مدير المرافق; المراقب المالي; مساعد إداري"

CULTURES = (
    Culture(
        language="nl",
        country="NL",
        share=18,
        women=_words("Anouk; Femke; Lotte; Maartje; Noor; Roos; Sofie; Tess; Wies; Ilse; Geertje; Zoë"),
        men=_words("Bram; Daan; Joost; Koen; Lars; Maarten; Niels; Pieter; Ruben; Sjoerd; Thijs; Wouter"),
        families=_words(
            "de Vries; van den Berg; Bakker; Jansen; Visser; Smit; Meijer; Mulder; Bos; Vos; Peters; Hendriks; van Dijk;"
            "Dekkers; Brouwer; de Graaf; van der Linden; Kuipers; Hoekstra; Veenstra; Postma; Schouten; Willemsen; Kramer;"
            "van Leeuwen; Huisman; Timmermans; Verbeek"
        ),
        feminine=(),
        cities=_words("Utrecht; Zwolle; Groningen; Breda; Haarlem; Nijmegen; Deventer; Leeuwarden"),
        streets=_texts("Wilgenkade; Molenpad; Lindelaan; Schoolplein; Oude Haven; Vlasmarkt"),
        postcode="#### ??",
        phone="+31 30 000 ####",
        mobile="+31 6 0000 ####",
        trades=_words(
            "Architectenbureau; Tandartspraktijk; Basisschool; Advocatenkantoor; Hotel; Bibliotheek; Bouwbedrijf; Softwarehuis"
        ),
        brands=_words("De Reiger; Waterlinie; Het Baken; De Klimop; Noorderlicht; De Zaagmolen; Rietveen; Windroos"),
        firm=("{trade} {family}", "{trade} {brand}", "{trade} {brand} {city}"),
        titles=_texts("Directeur; Inkoper; Officemanager; Facilitair manager; Controller; Assistent"),
    ),
    Culture(
        language="da",
        country="DK",
        share=8,
        women=_words("Astrid; Birgitte; Freja; Ida; Kirsten; Maja; Signe; Søs; Trine; Åse; Inge; Line"),
        men=_words("Anders; Bjørn; Emil; Frederik; Jens; Kasper; Lasse; Mikkel; Rasmus; Søren; Troels; Øyvind"),
        families=_words(
            "Sørensen; Rasmussen; Jørgensen; Møller; Holm; Kjær; Lund; Østergaard; Bach; Dahl; Friis; Krogh; Nørgaard;"
            "Skov; Toft; Vestergaard; Winther; Aagaard; Bruun; Damgaard; Hedegaard; Iversen; Kruse; Laursen; Mørk; Riis;"
            "Steffensen; Ulrich"
        ),
        feminine=(),
        cities=_words("København; Aarhus; Odense; Aalborg; Esbjerg; Randers; Kolding; Sønderborg"),
        streets=_texts("Havnegade; Bøgevej; Møllestien; Skolegade; Ved Åen; Klostertorv"),
        postcode="####",
        phone="+45 00 ## ## ##",
        mobile="+45 00 ## ## ##",
        trades=_words("Tegnestuen; Tandlægerne; Skolen; Advokatfirmaet; Hotel; Museet; Byggefirmaet; Softwarehuset"),
        brands=_words("Fyrtårnet; Bøgen; Lærken; Havblik; Nordstjernen; Klinten; Åhuset; Vibe"),
        firm=("{trade} {brand}", "{trade} {family}", "{trade} {brand} {city}"),
        titles=_texts("Direktør; Indkøber; Kontorchef; Facility manager; Økonomichef; Assistent"),
    ),
    Culture(
        language="sv",
        country="SE",
        share=4,
        women=_words("Agnes; Britta; Elsa; Frida; Görel; Hedvig; Karin; Linnéa; Märta; Sigrid; Tove; Ylva"),
        men=_words("Arvid; Björn; Erik; Gustav; Håkan; Isak; Lennart; Måns; Nils; Oskar; Sven; Viktor"),
        families=_words(
            "Åkesson; Bergström; Dahlgren; Ekblad; Forsberg; Gran; Hellström; Isaksson; Källström; Lindqvist; Månsson;"
            "Nyberg; Öberg; Palmgren; Rosén; Sjögren; Törnqvist; Ullman; Viklund; Wallin; Ström; Hägg; Björklund; Norén;"
            "Fransson; Sandell; Lindh; Malm"
        ),
        feminine=(),
        cities=_words("Göteborg; Malmö; Uppsala; Västerås; Örebro; Linköping; Lund; Umeå"),
        streets=_texts("Strandvägen; Björkgatan; Kvarngatan; Skolgatan; Hamnplan; Lärkvägen"),
        postcode="### ##",
        phone="+46 8 465 004 ##",
        mobile="+46 70 174 06 ##",
        trades=_words("Arkitekterna; Tandläkarna; Skolan; Advokatbyrån; Hotell; Museet; Byggfirman; Programvaruhuset"),
        brands=_words("Fyren; Björken; Lommen; Havsörn; Norrsken; Kvarnen; Åhuset; Vipan"),
        firm=("{trade} {brand}", "{trade} {family}", "{trade} {brand} {city}"),
        titles=_texts("VD; Inköpare; Kontorschef; Fastighetschef; Ekonomichef; Assistent"),
    ),
    Culture(
        language="de",
        country="DE",
        share=9,
        women=_words("Anke; Birgit; Dörte; Frauke; Greta; Heike; Jule; Käthe; Lena; Meike; Sabine; Wiebke"),
        men=_words("Bernd; Dirk; Eike; Florian; Götz; Holger; Jürgen; Klaus; Lukas; Matthias; Rüdiger; Uwe"),
        families=_words(
            "Müller; Schröder; Köhler; Weiß; Krüger; Böhm; Großmann; Jäger; Lüders; Möller; Nowak; Petersen; Rößler; Schäfer;"
            "Thiele; Voß; Wegener; Zöllner; Brandt; Dörfler; Ehlers; Fröhlich; Günther; Harms; Kästner; Löwe; Maaß; Strauß"
        ),
        feminine=(),
        cities=_words("Hamburg; Bremen; Köln; Münster; Lübeck; Göttingen; Würzburg; Tübingen"),
        streets=_texts("Mühlenweg; Am Alten Hafen; Lindenstraße; Schulgasse; Ulmenallee; Färbergraben"),
        postcode="#####",
        phone="+49 40 66969 ###",
        mobile="+49 171 39200 ##",
        trades=_words(
            "Architekten; Zahnarztpraxis; Grundschule; Kanzlei; Hotel; Stadtbücherei; Bauunternehmen; Softwarehaus"
        ),
        brands=_words("Reiher; Wasserturm; Leuchtfeuer; Efeu; Nordlicht; Sägemühle; Röhricht; Windrose"),
        firm=("{trade} {family}", "{trade} {brand}", "{trade} {brand} {city}"),
        titles=_texts("Geschäftsführung; Einkauf; Büroleitung; Gebäudemanagement; Controlling; Assistenz"),
    ),
    Culture(
        language="it",
        country="IT",
        share=6,
        women=_words(
            "Alessia; Beatrice; Chiara; Elena; Francesca; Ilaria; Lucia; Noemi; Ornella; Paola; Silvia; Viola"
        ),
        men=_words("Andrea; Bruno; Davide; Enzo; Fabio; Giacomo; Lorenzo; Matteo; Nicolò; Paolo; Riccardo; Stefano"),
        families=_words(
            "Rossetti; Bianchini; D'Amico; De Santis; Esposti; Fontanelli; Galletti; Innocenti; Lombardini; Marchetti;"
            "Negroni; Orsini; Palmieri; Quadri; Ricciardi; Salviati; Tedeschi; Ubaldi; Vanni; Zanetti; Barbieri; Colombani;"
            "Di Pietro; Fabbri; Grandi; Morandi; Pellegrini; Serra"
        ),
        feminine=(),
        cities=_words("Bologna; Padova; Torino; Verona; Lecce; Trieste; Bergamo; Forlì"),
        streets=_texts(
            "Via dei Tigli; Via del Molino; Piazza della Scuola; Via Porto Vecchio; Corso degli Olmi; Via Tintori"
        ),
        postcode="#####",
        phone="+39 051 000 ####",
        mobile="+39 390 000 ####",
        trades=_words(
            "Studio di architettura; Studio dentistico; Scuola; Studio legale; Albergo; Biblioteca; Impresa edile; Officina software"
        ),
        brands=_words("Airone; Il Faro; L'Edera; Aurora; La Segheria; Canneto; Rosa dei Venti; Tramontana"),
        firm=("{trade} {family}", "{trade} {brand}", "{trade} {brand} {city}"),
        titles=_texts("Direttore; Responsabile acquisti; Office manager; Facility manager; Controller; Assistente"),
    ),
    Culture(
        language="en",
        country="GB",
        share=5,
        women=_words(
            "Abigail; Bethan; Catriona; Eleanor; Fiona; Grace; Imogen; Morag; Niamh; Philippa; Rhiannon; Tamsin"
        ),
        men=_words("Alistair; Callum; Dominic; Euan; Gareth; Hamish; Jasper; Owain; Rhys; Rupert; Tobias; Wilf"),
        families=_words(
            "Ashdown; Birtwistle; Carmichael; Dunmore; Entwhistle; Fairfax; Garside; Hollis; Ibbotson; Jessop; Kirkbride;"
            "Lockhart; McAllister; Netherby; O'Rourke; Pemberton; Quayle; Ramsbottom; Sedgwick; Thackeray; Underhill;"
            "Vickers; Whitlock; Yardley; Blackwood; Cartwright; Drummond; Fenwick"
        ),
        feminine=(),
        cities=_words("Bristol; Leeds; Norwich; Cardiff; Dundee; Exeter; York; Swansea"),
        streets=_texts("Mill Lane; Old Harbour; Willow Walk; School Green; Elm Terrace; Dyers Row"),
        postcode="??# #??",
        phone="+44 20 7946 0###",
        mobile="+44 7700 900###",
        trades=_words("Architects; Dental Practice; Primary School; Solicitors; Hotel; Library; Builders; Software"),
        brands=_words("Heron; Watermark; Lighthouse; Ivy; Northlight; Sawmill; Reedbed; Compass"),
        firm=("{family} {trade}", "{brand} {trade}", "{brand} {trade} {city}"),
        titles=_texts("Managing director; Buyer; Office manager; Facilities manager; Controller; Assistant"),
    ),
    Culture(
        language="pl",
        country="PL",
        share=4,
        women=_words(
            "Agnieszka; Bożena; Danuta; Ewa; Grażyna; Hanna; Jadwiga; Kinga; Łucja; Małgorzata; Urszula; Żaneta"
        ),
        men=_words(
            "Andrzej; Błażej; Czesław; Grzegorz; Jacek; Krzysztof; Łukasz; Mateusz; Paweł; Rafał; Sławomir; Wojciech"
        ),
        families=_words(
            "Brzeziński; Czarnecki; Dąbrowski; Gałczyński; Jabłoński; Kołodziejski; Leśniewski; Malinowski; Nowacki;"
            "Ostrowski; Piotrowski; Różański; Sosnowski; Świątkowski; Wąsowski; Zieliński; Bąk; Ćwikła; Duda; Gołąb;"
            "Jeż; Kłos; Łoś; Mróz; Sroka; Wróbel; Zając; Żuk"
        ),
        feminine=(("ski", "ska", "ski", "ska"), ("cki", "cka", "cki", "cka")),
        cities=_words("Gdańsk; Wrocław; Łódź; Poznań; Kraków; Białystok; Szczecin; Toruń"),
        streets=_texts("ul. Młyńska; ul. Lipowa; ul. Szkolna; ul. Portowa; al. Wiązów; ul. Farbiarska"),
        postcode="##-###",
        phone="+48 22 000 ## ##",
        mobile="+48 600 000 ###",
        trades=_words(
            "Pracownia architektoniczna; Gabinet dentystyczny; Szkoła; Kancelaria; Hotel; Biblioteka; Zakład budowlany; Dom oprogramowania"
        ),
        brands=_words("Czapla; Latarnia; Bluszcz; Zorza; Tartak; Trzcina; Róża Wiatrów; Żuraw"),
        firm=("{trade} {brand}", "{trade} {family}", "{trade} {brand} {city}"),
        titles=_texts("Dyrektor; Kierownik zakupów; Kierownik biura; Administrator budynku; Kontroler; Asystent"),
    ),
    Culture(
        language="ru",
        country="KZ",
        share=6,
        women=_words(
            "Алина/alina; Валерия/valeria; Дарья/daria; Екатерина/ekaterina; Жанна/zhanna; Ирина/irina; Ксения/ksenia;"
            "Людмила/ludmila; Наталья/natalya; Ольга/olga; Светлана/svetlana; Юлия/yulia"
        ),
        men=_words(
            "Алексей/alexey; Борис/boris; Виктор/viktor; Григорий/grigory; Дмитрий/dmitry; Игорь/igor; Кирилл/kirill;"
            "Максим/maxim; Николай/nikolay; Сергей/sergey; Тимур/timur; Юрий/yury"
        ),
        families=_words(
            "Ахметов/akhmetov; Белов/belov; Воронин/voronin; Гусев/gusev; Дьяков/dyakov; Ёлкин/yolkin; Жуков/zhukov;"
            "Зимин/zimin; Исаев/isaev; Калинин/kalinin; Лебедев/lebedev; Мухин/mukhin; Носков/noskov; Орлов/orlov;"
            "Панов/panov; Рябов/ryabov; Сафин/safin; Титов/titov; Уваров/uvarov; Фомин/fomin; Храмов/khramov; Цветков/tsvetkov;"
            "Чернов/chernov; Шубин/shubin; Щукин/shchukin; Юдин/yudin; Яшин/yashin; Назаров/nazarov"
        ),
        feminine=_OV,
        cities=_words(
            "Алматы/almaty; Астана/astana; Шымкент/shymkent; Караганда/karaganda; Актобе/aktobe; Павлодар/pavlodar"
        ),
        streets=_texts("ул. Мельничная; ул. Липовая; ул. Школьная; пер. Речной; пр. Тополей; ул. Красильная"),
        postcode="######",
        phone="+7 727 000 ## ##",
        mobile="+7 700 000 ## ##",
        trades=_words(
            "Архитектурное бюро/arhbureau; Стоматология/stomatologia; Школа/shkola; Адвокатское бюро/advokat; Гостиница/gostinitsa;"
            "Библиотека/biblioteka; Стройфирма/stroyfirma; Студия разработки/devstudio"
        ),
        brands=_words(
            "Цапля/tsaplya; Маяк/mayak; Плющ/plyushch; Северное сияние/siyanie; Лесопилка/lesopilka; Камыш/kamysh;"
            "Роза ветров/rozavetrov; Журавль/zhuravl"
        ),
        firm=("{trade} «{brand}»", "{trade} «{brand}», {city}", "ТОО «{brand}»"),
        titles=_texts(
            "Генеральный директор; Менеджер по закупкам; Офис-менеджер; Инженер здания; Контролёр; Ассистент"
        ),
    ),
    Culture(
        language="bg",
        country="BG",
        share=5,
        women=_words(
            "Анелия/anelia; Борислава/borislava; Гергана/gergana; Десислава/desislava; Елица/elitsa; Ивелина/ivelina;"
            "Калина/kalina; Милена/milena; Радостина/radostina; Силвия/silvia; Таня/tanya; Цветелина/tsvetelina"
        ),
        men=_words(
            "Ангел/angel; Борис/boris; Валентин/valentin; Георги/georgi; Димитър/dimitar; Емил/emil; Златко/zlatko;"
            "Калоян/kaloyan; Любомир/lyubomir; Пламен/plamen; Стоян/stoyan; Тодор/todor"
        ),
        families=_words(
            "Ангелов/angelov; Божков/bozhkov; Василев/vasilev; Генчев/genchev; Добрев/dobrev; Железов/zhelezov; Златев/zlatev;"
            "Илчев/ilchev; Колев/kolev; Личев/lichev; Манолов/manolov; Найденов/naydenov; Огнянов/ognyanov; Пенев/penev;"
            "Русев/rusev; Славов/slavov; Тонев/tonev; Узунов/uzunov; Филипов/filipov; Христов/hristov; Цанев/tsanev;"
            "Чолаков/cholakov; Шишков/shishkov; Янев/yanev; Кацаров/katsarov; Минчев/minchev; Ралев/ralev; Томов/tomov"
        ),
        feminine=_OV,
        cities=_words(
            "София/sofia; Пловдив/plovdiv; Варна/varna; Бургас/burgas; Русе/ruse; Велико Търново/veliko-tarnovo"
        ),
        streets=_texts("ул. Воденична; ул. Липа; ул. Училищна; ул. Пристанищна; бул. Брястове; ул. Бояджийска"),
        postcode="####",
        phone="+359 2 000 ####",
        mobile="+359 88 000 ####",
        trades=_words(
            "Архитектурно студио/arhstudio; Дентална клиника/dental; Училище/uchilishte; Кантора/kantora; Хотел/hotel;"
            "Библиотека/biblioteka; Строителна фирма/stroitelstvo; Софтуерна къща/softuer"
        ),
        brands=_words(
            "Чапла/chapla; Фар/far; Бръшлян/brashlyan; Зорница/zornitsa; Дъскорезница/daskoreznitsa; Тръстика/trastika;"
            "Роза на ветровете/rozavetrove; Жерав/zherav"
        ),
        firm=("{trade} „{brand}“", "{trade} „{brand}“ {city}", "{brand} ООД"),
        titles=_texts("Управител; Купувач; Офис мениджър; Мениджър сгради; Контрольор; Асистент"),
    ),
    Culture(
        language="uk",
        country="UA",
        share=5,
        women=_words(
            "Богдана/bohdana; Віра/vira; Галина/halyna; Євгенія/yevheniia; Зоряна/zoriana; Ірина/iryna; Леся/lesia;"
            "Мар'яна/mariana; Надія/nadiia; Оксана/oksana; Соломія/solomiia; Уляна/uliana"
        ),
        men=_words(
            "Андрій/andrii; Богдан/bohdan; Василь/vasyl; Гліб/hlib; Данило/danylo; Євген/yevhen; Ігор/ihor; Любомир/liubomyr;"
            "Микола/mykola; Остап/ostap; Тарас/taras; Юрій/yurii"
        ),
        families=_words(
            "Бондаренко/bondarenko; Вовк/vovk; Гайдук/haiduk; Дорошенко/doroshenko; Єременко/yeremenko; Жук/zhuk; Заєць/zaiets;"
            "Іваненко/ivanenko; Коваль/koval; Литвин/lytvyn; Мельник/melnyk; Науменко/naumenko; Олійник/oliinyk; Петренко/petrenko;"
            "Романюк/romaniuk; Савчук/savchuk; Ткаченко/tkachenko; Федоренко/fedorenko; Хоменко/khomenko; Цимбал/tsymbal;"
            "Чумак/chumak; Швець/shvets; Щербак/shcherbak; Юрченко/yurchenko; Ярема/yarema; Кравець/kravets; Панчук/panchuk; Сорока/soroka"
        ),
        feminine=(),
        cities=_words("Львів/lviv; Київ/kyiv; Одеса/odesa; Чернівці/chernivtsi; Полтава/poltava; Ужгород/uzhhorod"),
        streets=_texts("вул. Млинова; вул. Липова; вул. Шкільна; вул. Портова; пров. В'язовий; вул. Фарбарська"),
        postcode="#####",
        phone="+380 44 000 ## ##",
        mobile="+380 50 000 ## ##",
        trades=_words(
            "Архітектурне бюро/arhbiuro; Стоматологія/stomatolohiia; Школа/shkola; Адвокатське бюро/advokat; Готель/hotel;"
            "Бібліотека/biblioteka; Будівельна фірма/budfirma; Студія розробки/devstudio"
        ),
        brands=_words(
            "Чапля/chaplia; Маяк/maiak; Плющ/pliushch; Зоря/zoria; Тартак/tartak; Очерет/ocheret; Журавель/zhuravel; Вітряк/vitriak"
        ),
        firm=("{trade} «{brand}»", "{trade} «{brand}», {city}", "ТОВ «{brand}»"),
        titles=_texts("Директор; Менеджер із закупівель; Офіс-менеджер; Інженер будівлі; Контролер; Асистент"),
    ),
    Culture(
        language="ar",
        country="AE",
        share=8,
        women=_words(_ARABIC_WOMEN),
        men=_words(_ARABIC_MEN),
        families=_words(
            "المنصوري/almansoori; الهاشمي/alhashimi; الكعبي/alkaabi; الشامسي/alshamsi; النعيمي/alnuaimi; السويدي/alsuwaidi;"
            "المرزوقي/almarzooqi; الظاهري/aldhaheri; الزعابي/alzaabi; البلوشي/albalushi; الحمادي/alhammadi; المهيري/almheiri;"
            "الشحي/alshehhi; الرميثي/alromaithi; القبيسي/alqubaisi; العامري/alameri; الفلاسي/alfalasi; الكتبي/alketbi;"
            "المزروعي/almazrouei; السعدي/alsaadi; الخوري/alkhoori; الطنيجي/altunaiji; النقبي/alnaqbi; اليماحي/alyammahi"
        ),
        feminine=(),
        cities=_words("دبي/dubai; أبوظبي/abudhabi; الشارقة/sharjah; العين/alain; عجمان/ajman; رأس الخيمة/rak"),
        streets=_texts("شارع النخيل; شارع الطاحونة; شارع المدرسة; شارع الميناء القديم; شارع السدر; شارع اللؤلؤ"),
        postcode="#####",
        phone="+971 4 000 ####",
        mobile="+971 50 000 ####",
        trades=_words(
            "مكتب العمارة/architects; عيادة الأسنان/dental; مدرسة/school; مكتب محاماة/law; فندق/hotel; مكتبة/library;"
            "شركة البناء/builders; دار البرمجيات/software"
        ),
        brands=_words(
            "النخيل/nakheel; المنارة/manara; اللؤلؤة/lulua; الفجر/fajr; السدرة/sidra; الواحة/waha; الصقر/saqr; الياسمين/yasmin"
        ),
        firm=("{trade} {brand}", "{trade} {brand} {city}", "مجموعة {brand} {city}"),
        titles=_texts(_ARABIC_TITLES),
    ),
    Culture(
        language="ar",
        country="EG",
        share=6,
        women=_words(_ARABIC_WOMEN),
        men=_words(_ARABIC_MEN),
        families=_words(
            "المصري/elmasry; الشناوي/elshennawy; فوزي/fawzy; شوقي/shawky; الجندي/elgendy; حجازي/hegazy; رشدي/roshdy; زكي/zaki;"
            "سليمان/soliman; عبد الرحمن/abdelrahman; غانم/ghanem; فهمي/fahmy; قنديل/kandil; لبيب/labib; منصور/mansour; نجيب/naguib;"
            "هلال/helal; وهبة/wahba; يونس/younes; بدوي/badawy; توفيق/tawfik; حلمي/helmy; راغب/ragheb; صبري/sabry"
        ),
        feminine=(),
        cities=_words("القاهرة/cairo; الإسكندرية/alexandria; الجيزة/giza; المنصورة/mansoura; طنطا/tanta; أسوان/aswan"),
        streets=_texts("شارع الطاحونة; شارع النيل; شارع المدرسة; شارع الميناء; شارع الجميز; شارع الصباغين"),
        postcode="#####",
        phone="+20 2 0000 ####",
        mobile="+20 100 000 ####",
        trades=_words(
            "مكتب هندسي/engineers; مركز الأسنان/dental; مدرسة/school; مكتب محاماة/law; فندق/hotel; مكتبة/library;"
            "شركة المقاولات/contractors; دار البرمجيات/software"
        ),
        brands=_words(
            "اللوتس/lotus; الفنار/fanar; النيل/nile; الشروق/shorouk; الأهرام الزرقاء/blue; الواحة/waha; الهدهد/hodhod; البردي/bardi"
        ),
        firm=("{trade} {brand}", "{trade} {brand} {city}", "شركة {brand}"),
        titles=_texts(_ARABIC_TITLES),
    ),
    Culture(
        language="zh",
        country="CN",
        share=8,
        women=_words(
            "芳/fang; 丽娜/lina; 雪梅/xuemei; 静怡/jingyi; 晓燕/xiaoyan; 婉婷/wanting;"
            "若兰/ruolan; 思琪/siqi; 玉洁/yujie; 梦瑶/mengyao"
        ),
        men=_words(
            "伟/wei; 建国/jianguo; 志强/zhiqiang; 小明/xiaoming; 文博/wenbo; 俊杰/junjie;"
            "浩然/haoran; 子轩/zixuan; 国栋/guodong; 天宇/tianyu"
        ),
        families=_words(
            "王/wang; 李/li; 张/zhang; 刘/liu; 陈/chen; 杨/yang; 赵/zhao; 黄/huang; 周/zhou; 吴/wu; 徐/xu; 孙/sun; 胡/hu;"
            "朱/zhu; 高/gao; 林/lin; 何/he; 郭/guo; 马/ma; 罗/luo; 梁/liang; 宋/song; 郑/zheng; 谢/xie; 韩/han; 唐/tang;"
            "冯/feng; 于/yu; 欧阳/ouyang"
        ),
        feminine=(),
        cities=_words("杭州/hangzhou; 苏州/suzhou; 成都/chengdu; 宁波/ningbo; 厦门/xiamen; 青岛/qingdao"),
        streets=_texts("磨坊路; 柳堤路; 书院街; 旧港路; 榆树大道; 染坊巷"),
        postcode="######",
        phone="+86 10 0000 ####",
        mobile="+86 100 0000 ####",
        trades=_words(
            "建筑设计/design; 口腔门诊/dental; 学校/school; 律师事务所/law; 酒店/hotel; 图书馆/library; 建设/construction; 软件/software"
        ),
        brands=_words(
            "云舟/yunzhou; 白鹭/bailu; 灯塔/dengta; 青藤/qingteng; 晨光/chenguang; 芦苇/luwei; 松风/songfeng; 鹤鸣/heming"
        ),
        firm=("{city}{brand}{trade}", "{brand}{trade}有限公司", "{city}{brand}{trade}有限公司"),
        titles=_texts("总经理; 采购经理; 行政经理; 物业经理; 财务总监; 助理"),
    ),
    Culture(
        language="zh",
        country="TW",
        share=4,
        women=_words(
            "雅婷/yating; 怡君/yijun; 淑芬/shufen; 佩珊/peishan; 欣怡/xinyi; 美惠/meihui; 詩涵/shihan; 宜蓁/yizhen"
        ),
        men=_words(
            "志明/zhiming; 家豪/jiahao; 冠宇/guanyu; 俊宏/junhong; 承翰/chenghan; 宗翰/zonghan; 柏翰/bohan; 彥廷/yanting"
        ),
        families=_words(
            "陳/chen; 林/lin; 黃/huang; 張/chang; 李/lee; 王/wang; 吳/wu; 劉/liu; 蔡/tsai; 楊/yang; 許/hsu; 鄭/cheng; 謝/hsieh; 郭/kuo;"
            "洪/hung; 邱/chiu; 曾/tseng; 廖/liao; 賴/lai; 徐/hsu; 蘇/su; 葉/yeh; 莊/chuang; 呂/lu"
        ),
        feminine=(),
        cities=_words("台北/taipei; 台中/taichung; 台南/tainan; 高雄/kaohsiung; 新竹/hsinchu; 花蓮/hualien"),
        streets=_texts("磨坊路; 柳堤路; 書院街; 舊港路; 榆樹大道; 染坊巷"),
        postcode="###",
        phone="+886 2 0000 ####",
        mobile="+886 900 000 ###",
        trades=_words(
            "建築設計/design; 牙醫診所/dental; 學校/school; 法律事務所/law; 飯店/hotel; 圖書館/library; 營造/construction; 軟體/software"
        ),
        brands=_words(
            "雲舟/yunzhou; 白鷺/bailu; 燈塔/dengta; 青藤/qingteng; 晨光/chenguang; 蘆葦/luwei; 松風/songfeng; 鶴鳴/heming"
        ),
        firm=("{city}{brand}{trade}", "{brand}{trade}股份有限公司", "{city}{brand}{trade}有限公司"),
        titles=_texts("總經理; 採購經理; 行政經理; 物業經理; 財務長; 助理"),
    ),
    Culture(
        language="el",
        country="GR",
        share=4,
        women=_words(
            "Αγγελική/angeliki; Βασιλική/vasiliki; Δήμητρα/dimitra; Ελένη/eleni; Ζωή/zoi; Ιωάννα/ioanna; Κατερίνα/katerina;"
            "Μαρία/maria; Νεφέλη/nefeli; Σοφία/sofia"
        ),
        men=_words(
            "Αλέξανδρος/alexandros; Γιώργος/giorgos; Δημήτρης/dimitris; Ηλίας/ilias; Θανάσης/thanasis; Κώστας/kostas;"
            "Νίκος/nikos; Παύλος/pavlos; Σπύρος/spyros; Χρήστος/christos"
        ),
        families=_words(
            "Αγγελίδης/angelidis; Βλάχος/vlachos; Γεωργίου/georgiou; Δημητριάδης/dimitriadis; Ζερβός/zervos; Ιωαννίδης/ioannidis;"
            "Καραγιάννης/karagiannis; Λαμπρόπουλος/lampropoulos; Μακρής/makris; Νικολάου/nikolaou; Οικονόμου/oikonomou;"
            "Παππάς/pappas; Ραπτόπουλος/raptopoulos; Σταυρίδης/stavridis; Τσακίρης/tsakiris; Φραγκιάς/fragkias;"
            "Χατζής/chatzis; Ψαράς/psaras"
        ),
        feminine=(
            ("ης", "η", "is", "i"),
            ("ής", "ή", "is", "i"),
            ("ος", "ου", "os", "ou"),
            ("ός", "ού", "os", "ou"),
            ("ας", "α", "as", "a"),
            ("άς", "ά", "as", "a"),
        ),
        cities=_words(
            "Αθήνα/athina; Θεσσαλονίκη/thessaloniki; Πάτρα/patra; Ηράκλειο/irakleio; Βόλος/volos; Ιωάννινα/ioannina"
        ),
        streets=_texts("Μύλων; Φιλύρας; Σχολείου; Παλαιού Λιμένος; Ιτιάς; Βαφέων"),
        postcode="### ##",
        phone="+30 21 0000 ####",
        mobile="+30 690 000 ####",
        trades=_words(
            "Αρχιτέκτονες/architects; Οδοντιατρείο/dental; Σχολείο/school; Δικηγορικό γραφείο/law; Ξενοδοχείο/hotel; Βιβλιοθήκη/library;"
            "Τεχνική εταιρεία/construction; Οίκος λογισμικού/software"
        ),
        brands=_words(
            "Ερωδιός/erodios; Φάρος/faros; Κισσός/kissos; Αυγή/avgi; Πριόνι/prioni; Καλάμι/kalami; Γερανός/geranos; Ανέμη/anemi"
        ),
        firm=("{trade} «{brand}»", "{trade} «{brand}» {city}", "{brand} Α.Ε."),
        titles=_texts("Διευθυντής; Υπεύθυνος προμηθειών; Διευθυντής γραφείου; Τεχνικός κτιρίου; Ελεγκτής; Βοηθός"),
    ),
)
