"""The names, nicknames, spellings, places and telephone plans that `independent.book` puts together."""
# ruff: noqa: E501, SIM905 - tables that are read as a whole

import random
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, product

GENDERS = [
    ("ский", "ская"),
    ("цкий", "цкая"),
    ("ов", "ова"),
    ("ев", "ева"),
    ("ёв", "ёва"),
    ("ин", "ина"),
    ("ski", "ska"),
    ("cki", "cka"),
]


@dataclass(eq=False)
class Culture:
    countries: tuple[str, ...]
    share: float
    men: list[str]  # the most frequent first
    women: list[str]
    common: list[str]  # family names that hundreds of thousands have, the most frequent first
    commonness: float  # of all people, how many have one of these
    tail: list[str]
    nicknames: dict[str, list[str]]
    mailers: tuple[str, ...]
    script: str = "latin"
    styles: dict[str, float] = field(default_factory=lambda: {"": 0.85, "bare": 0.1, "expanded": 0.05})
    abroad: tuple[str, ...] = ()
    usual: dict[str, str] = field(default_factory=dict)
    variants: dict[str, list[str]] = field(default_factory=dict)
    second: float = 0.05  # how many have two given names
    joint: str = " "

    def name(self, rng: random.Random, family: str = "") -> tuple[str, str]:
        names = rng.choice([self.men, self.women])
        given = rng.choices(names, cum_weights=weights(len(names)))[0]
        if rng.random() < self.second:
            given = self.joint.join(
                [given, rng.choice([one for one in (self.men if self.second > 0.2 else names) if one != given])]
            )
        if not family and rng.random() < self.commonness:
            family = rng.choices(self.common, cum_weights=weights(len(self.common)))[0]
        return self.gendered(given, family or rng.choice(self.tail))

    def gendered(self, given: str, family: str) -> tuple[str, str]:
        family, woman = self.masculine(family), given.replace("-", " ").split()[0] in self.women
        ending = next((pair for pair in GENDERS if family.endswith(pair[0])), None)
        return given, family.removesuffix(ending[0]) + ending[1] if ending and woman and self.gender else family

    def masculine(self, family: str) -> str:
        ending = next((pair for pair in GENDERS if family.endswith(pair[1])), None)
        return family.removesuffix(ending[1]) + ending[0] if ending and self.gender else family

    @property
    def gender(self) -> bool:
        return self.countries[0] in {"RU", "PL"}

    def is_common(self, family: str) -> bool:
        return self.masculine(family) in self.common

    def formal(self, given: str) -> str:
        """The same for Jan, Johan, Johannes and Jan Willem."""
        first = given.replace("-", " ").split()[0]
        return min((name for name, shorts in self.nicknames.items() if first in shorts), default=first)

    @cached_property
    def known(self) -> set[str]:
        names = {
            *self.men,
            *self.women,
            *self.common,
            *self.tail,
            *(one for shorts in self.nicknames.values() for one in shorts),
        }
        names |= {one for variants in self.variants.values() for one in variants}
        return {one.casefold() for name in names for one in (name, name.translate(LATIN["bare"]))}

    def latin(self, name: str, rng: random.Random) -> str:
        words = []
        for word in name.split():
            article = word.startswith("ال") and word not in self.variants
            stem = rng.choice(self.variants[word.removeprefix("ال") if article else word])
            words.append(rng.choice(["Al-", "Al-", "El ", "Al ", "al-", "El-", ""]) + stem if article else stem)
        return " ".join(words)


def weights(n: int) -> list[float]:
    return list(accumulate(1 / (rank + 8) for rank in range(n)))


def table(text: str) -> dict[str, list[str]]:
    return {one.split(":")[0]: one.split(":")[1].split(",") for one in text.split()}


def joined(stems: str, endings: str) -> list[str]:
    return [stem + ending for stem, ending in product(stems.split(), endings.split())]


DUTCH_MEN = """Johannes Jan Cornelis Hendrik Willem Pieter Peter Gerrit Petrus Jacobus Antonius Martijn Erik Mark Jeroen Bas Thijs Sander
 Dirk Kees Henk Hans Frans Daan Lucas Sem Bram Ruben Wouter Maarten Jasper Rob Theodorus Franciscus Adrianus Gerardus Wilhelmus Tom Niels
 René Daniël Jürgen Michiel Rik Joost Koen Stijn Floris Lars Tim Arjan Marcel Edwin Robert Hugo Joris Matthijs Teun Gijs"""
DUTCH_WOMEN = """Maria Johanna Anna Elisabeth Cornelia Catharina Wilhelmina Margaretha Hendrika Anne Emma Sophie Lotte Sanne Marieke Femke
 Ingrid Monique Esther Linda Marijke Ria Els Karin Petra Saskia Annemarie Marloes Iris Eva Fleur Noa Julia Lisa Eline Maaike Renée Zoë
 Willemijn Jolanda Yvonne Mirjam Carla Angelique Kim Manon Roos Tess Jacoba Hanneke Anouk Danique Heleen Ilse Judith"""
DUTCH_COMMON = """Jong,Jansen,Vries,Berg,Bakker,Dijk,Visser,Janssen,Smit,Meijer,Boer,Mulder,Groot,Bos,Vos,Peters,Hendriks,Leeuwen,Dekker,Brouwer"""
PARTICLES = {
    "Jong": "de ",
    "Vries": "de ",
    "Berg": "van den ",
    "Dijk": "van ",
    "Boer": "de ",
    "Groot": "de ",
    "Leeuwen": "van ",
}
DUTCH_TAIL = [
    *(f"van {one}" for one in joined("Ooster Wester Bergen Hel Rijs Lelie Zand Beek Vroom Amer Scha Linden Hout Val Wijn Loos Roos", "hout horst dijk hoven veld kamp wijk broek")),
    *(f"van der {one}" for one in joined("Meul Heij Velde Wal Kruis Broek Steen Zande Schoor Pol Hoeve Laan Wouden Plas Mole", "n den man berg meer")),
    *joined("Ver Hoek Bloem Boom Kuip Wes Schoe Schip Kool Timmer Wijn Dool Kers Hof Koop Brand Sto Noor Zwa Haver Klaver Rie Boots", "mans stra sma beek huis ing kamp ten man sema"),
    *"Dijkstra Hoekstra Postma Wiersma Kuijpers Rijnders Bijl Schuurman Lankhorst Coenen Vermeulen Willemsen Evers Kox Hermans".split(),
]  # fmt: skip
DUTCH_NICKS = table("""Johannes:Jan,Hans,Johan,Joop Cornelis:Kees,Cor Wilhelmus:Willem,Wim Willem:Wim Hendrik:Henk,Rik Petrus:Piet,Peter,Pieter Pieter:Piet
 Antonius:Ton,Toon,Anton Gerardus:Gerard,Ger Jacobus:Jaap,Koos,Sjaak Franciscus:Frans Theodorus:Theo Adrianus:Ad,Adrie Robert:Rob,Bob
 Johanna:Hanneke,Jo Maria:Ria,Mieke,Marie Elisabeth:Els,Liesbeth,Betty,Lisa Catharina:Toos,Trijntje,Karin Margaretha:Greet,Margriet Cornelia:Corrie
 Wilhelmina:Willy,Mien Hendrika:Rika,Riek Jacoba:Coby Matthijs:Thijs Maarten:Marten Michiel:Chiel Sebastiaan:Bas Jolanda:Jo""")

ITALIAN_MEN = """Giuseppe Antonio Giovanni Francesco Mario Luigi Andrea Marco Salvatore Alessandro Roberto Vincenzo Stefano Paolo Domenico Luca
 Fabio Davide Simone Matteo Lorenzo Gabriele Riccardo Nicolò Federico Raffaele Claudio Michele Giorgio Enrico Massimo Maurizio Daniele Pietro
 Tommaso Emanuele Filippo Gianluca Angelo Carlo Leonardo Edoardo Giacomo Dario Alberto Bruno Umberto Mirco Renato Cesare"""
ITALIAN_WOMEN = """Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Francesca Laura Elena Paola Chiara Giulia Sara Martina Valentina Silvia
 Alessandra Elisabetta Federica Margherita Caterina Maddalena Beatrice Noemi Sofia Aurora Monica Daniela Patrizia Antonella Roberta Barbara
 Simona Cristina Ilaria Serena Marta Giorgia Carla Rita Luisa Donatella Stefania Manuela Michela Mara Nicoletta Raffaella"""
ITALIAN_COMMON = "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De Costa Giordano Mancini Rizzo Lombardi Moretti"
ITALIAN_TAIL = [
    *joined("Mart Bon Lup Sant Cav Tomm Ferr Mor Barb Gherard Bern Gal Pell Vent Zan Mont Cast Bas Tur Fab Cecc Par Bertol Gril Pasqu Rin Sal", "ini elli etti oni acci aldi ucci ese uzzo asi"),
    *(f"{particle} {one}" for particle, one in product(["De", "Di", "D'", "Della", "Lo"], "Luca Santis Marco Pietro Angelis Stefano Rosa Monte Bello Vito".split())),
    *"Niccolò Cantù Nicolò Corrà Gobbò Zanchè".split(),
]  # fmt: skip
ITALIAN_NICKS = table("""Giuseppe:Beppe,Peppe,Pino Francesco:Franco,Ciccio Luigi:Gigi Giovanni:Gianni,Nanni Antonio:Toni,Tonino Salvatore:Totò,Salvo
 Vincenzo:Enzo Alessandro:Sandro,Ale Domenico:Mimmo Lorenzo:Renzo Raffaele:Lele Elisabetta:Betta,Lisa Giuseppina:Pina,Giusy Federica:Fede
 Federico:Fede Alessandra:Sandra Caterina:Rina,Cate Maddalena:Lena Riccardo:Ricky Tommaso:Tommy Valentina:Vale Roberto:Robi""")

RUSSIAN_MEN = """Александр Сергей Дмитрий Алексей Андрей Владимир Иван Михаил Николай Евгений Павел Юрий Виктор Игорь Олег Максим Анатолий Артём
 Роман Константин Денис Борис Илья Вячеслав Кирилл Никита Пётр Антон Вадим Валерий Григорий Егор Станислав Фёдор Василий Геннадий Леонид Тимур
 Ярослав Глеб Матвей Степан Аркадий Эдуард Руслан"""
RUSSIAN_WOMEN = """Елена Ольга Татьяна Наталья Анна Ирина Светлана Мария Екатерина Людмила Юлия Галина Анастасия Марина Надежда Любовь Валентина
 Дарья Ксения Александра Алина Евгения Виктория Полина София Вера Лариса Оксана Жанна Яна Алёна Тамара Нина Зоя Раиса Кристина Вероника Маргарита
 Алла Инна Диана Эльвира Снежана Лидия"""
RUSSIAN_COMMON = "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев"
RUSSIAN_TAIL = [
    *joined("Барсук Ерш Гусак Бобр Чернышк Юшк Щерб Мельник Рыж Хром Жук Шорох Цветк Яковл Зайк Кирьян Тих Бел Дубн Грач Снегир Кулак Титар Широк Хохл Чижик Быстр", "ов ин ов ский"),
    *joined("Алябь Евсе Ильич Матве Сергач Афанась Воробь Лукьян Тимофе Юдич Аркать Гордич Мясоед", "ев"),
    *joined("Заболот Верж Троиц Вишнев Оболен Чайков Жуков Маяков Рождествен Каз Соснов Ярцев", "ский"),
    *"Шевченко Коваленко Ткаченко Юрченко Бондаренко Гончар Щукин Хрущёв Щедрин Жириков Чехов Цыганов Юсупов Ахметов Хабибуллин Гайдук Мороз".split(),
]  # fmt: skip
RUSSIAN_NICKS = table("""Александр:Саша,Саня,Шура Сергей:Серёжа Дмитрий:Дима,Митя Алексей:Лёша,Алёша Владимир:Володя,Вова Иван:Ваня Михаил:Миша
 Николай:Коля Евгений:Женя Павел:Паша Юрий:Юра Виктор:Витя Анатолий:Толя Борис:Боря Константин:Костя Вячеслав:Слава Василий:Вася Фёдор:Федя
 Пётр:Петя Григорий:Гриша Роман:Рома Максим:Макс Елена:Лена Ольга:Оля Татьяна:Таня Наталья:Наташа Анна:Аня Ирина:Ира Светлана:Света
 Мария:Маша,Маруся Екатерина:Катя Людмила:Люда,Мила Юлия:Юля Анастасия:Настя Дарья:Даша Ксения:Ксюша Александра:Саша Евгения:Женя
 Галина:Галя Надежда:Надя Любовь:Люба Виктория:Вика Маргарита:Рита Валентина:Валя""")
RUSSIAN_USUAL = dict(one.split(":") for one in """Юлия:Julia Александр:Alexander Александра:Alexandra Алексей:Alexey Дмитрий:Dmitri Ксения:Xenia
 Мария:Maria София:Sophia Евгений:Evgeny Евгения:Eugenia Андрей:Andrey Сергей:Sergei Пётр:Peter Виктор:Victor Виктория:Victoria Наталья:Natalia
 Максим:Maxim Анастасия:Anastasia Дарья:Daria Татьяна:Tatiana Юрий:Yuri Кристина:Christina Екатерина:Ekaterina Виталий:Vitaly""".split())  # fmt: skip

DANISH_MEN = """Peter Jens Lars Michael Henrik Thomas Søren Jan Christian Martin Niels Anders Morten Jesper Hans Jørgen Mads Per Ole Rasmus Kåre
 Frederik Kristian Nikolaj Mikkel Emil Magnus Bjørn Åge Torben Bent Erik Claus Kasper Simon Jakob Johannes Lauritz Tobias Alexander Viggo Malthe
 Asger Preben Flemming Steen Kjær Ejvind Gunnar Knud"""
DANISH_WOMEN = """Anne Kirsten Mette Hanne Anna Helle Susanne Lene Maria Marianne Inge Karen Lone Bente Camilla Pia Louise Charlotte Jette Tina
 Margrethe Elisabeth Birgitte Kristine Mathilde Katrine Dorthea Benedikte Ida Sofie Freja Emma Laura Signe Maja Gitte Ulla Rikke Åse Bodil Sørine
 Ellen Astrid Lærke Pernille Ditte Trine Kaja Nanna Vibeke"""
DANISH_COMMON = "Nielsen Jensen Hansen Andersen Pedersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen Kristensen Olsen Thomsen Poulsen Johansen Møller Mortensen Knudsen"
DANISH_TAIL = [
    *joined("Kirke Nør Sønder Øster Vester Lund Bjerre Hol Dam Kær Skov Høj Bæk Aa Sté Mølle Grøn Rav Fug", "gaard mark strup by toft lund holm dal bjerg"),
    *"Østergård Ågård Bjørnskov Kjærgaard Lykkegård Skovgård Nørby Bøgh Krogh Friis Juhl Vestergaard Toft Bruun Dahl Lind Brandt".split(),
]  # fmt: skip
DANISH_NICKS = table("""Lauritz:Lars Frederik:Frede,Fritz Johannes:Hans Nikolaj:Klaus,Niko Margrethe:Grethe Elisabeth:Lis,Lise,Lisbeth Birgitte:Gitte
 Kristine:Stine Mathilde:Tilde Katrine:Trine Dorthea:Dorte,Thea Christian:Chris Alexander:Alex Michael:Mikael,Mick Jakob:Jeppe
 Charlotte:Lotte Susanne:Sanne Benedikte:Bente Tobias:Tobi""")

ARABIC = table("""محمد:Mohammed,Muhammad,Mohamed,Mohammad أحمد:Ahmed,Ahmad علي:Ali,Aly حسن:Hassan,Hasan حسين:Hussein,Hussain,Husein عمر:Omar,Umar
 خالد:Khaled,Khalid محمود:Mahmoud,Mahmud إبراهيم:Ibrahim,Ebrahim يوسف:Youssef,Yousef,Yusuf مصطفى:Mustafa,Moustafa,Mostafa عبدالله:Abdullah,Abdallah
 عبدالرحمن:Abdulrahman,Abdelrahman,Abderrahman كريم:Karim,Kareem طارق:Tarek,Tariq,Tarik سعيد:Said,Saeed,Saïd سامي:Sami,Samy وليد:Walid,Waleed
 نبيل:Nabil,Nabeel جمال:Jamal,Gamal رشيد:Rashid,Rachid حمزة:Hamza,Hamzah ياسر:Yasser,Yasir زياد:Ziad,Ziyad فيصل:Faisal,Faysal عثمان:Othman,Osman
 مروان:Marwan,Merwan هشام:Hisham,Hicham أيمن:Ayman,Aiman بلال:Bilal,Bilel إسماعيل:Ismail,Ismael,Esmail سليمان:Suleiman,Sulayman,Soliman
 فاطمة:Fatima,Fatma,Fatimah مريم:Maryam,Mariam عائشة:Aisha,Aicha,Ayesha خديجة:Khadija,Khadijah زينب:Zainab,Zeinab,Zaynab نور:Nour,Noor
 ليلى:Layla,Leila,Laila سارة:Sara,Sarah أمينة:Amina,Ameena هدى:Huda,Hoda سلمى:Salma,Selma رانيا:Rania,Ranya ياسمين:Yasmin,Jasmine,Yasmine
 هبة:Heba,Hiba سميرة:Samira,Sameera نادية:Nadia,Nadya رقية:Ruqayya,Roqaya حنان:Hanan,Hanane دينا:Dina,Deena منى:Mona,Muna إيمان:Iman,Eman
 كوثر:Kawthar,Kaouthar شيماء:Shaimaa,Chaimae أسماء:Asma,Asmaa وفاء:Wafa,Wafaa بشرى:Bushra,Bouchra
 مصري:Masri,Masry خوري:Khoury,Khouri حداد:Haddad,Hadad نجار:Najjar,Naggar بغدادي:Baghdadi,Bagdadi حلبي:Halabi,Halaby شامي:Shami,Chami
 منصور:Mansour,Mansoor عبيد:Obeid,Ubaid هاشمي:Hashemi,Hashimi,Hachemi قاسم:Qasim,Kassem,Qassem صالح:Saleh,Salih شريف:Sharif,Sherif,Cherif
 سيد:Sayed,Sayyid,Said فاسي:Fassi,Fasi إدريسي:Idrissi,Idrisi علوي:Alaoui,Alawi بنعلي:Benali,Ben-Ali زهراني:Zahrani,Zahrany غامدي:Ghamdi,Gamdi
 قحطاني:Qahtani,Kahtani عتيبي:Otaibi,Utaybi دوسري:Dosari,Dossari,Dawsari طيب:Tayeb,Tayyib رفاعي:Rifai,Refai صباغ:Sabbagh,Sabagh خطيب:Khatib,Khateeb
 جابر:Jaber,Gaber,Jabir نصار:Nassar,Nasser فرج:Faraj,Farag زيدان:Zidan,Zidane,Zaydan حمدان:Hamdan,Hemdan عواد:Awad,Awwad سلامة:Salama,Salameh
 عمري:Omari,Amri,Umari بكري:Bakri,Bakry تونسي:Tounsi,Tunisi طنطاوي:Tantawi,Tantawy شناوي:Shenawy,Shinnawi بيطار:Bitar,Baytar دباغ:Dabbagh,Debbagh
 هاني:Hani,Hany عبود:Abboud,Aboud عبدو:Abdo,Abdou حمودة:Hamouda,Hammouda فطوم:Fatoum,Fattoum""")
ARABIC_NAMES = list(ARABIC)
ARABIC_STEMS = ARABIC_NAMES[ARABIC_NAMES.index("مصري") : ARABIC_NAMES.index("هاني")]
ARABIC_MEN, ARABIC_WOMEN = ARABIC_NAMES[:32], ARABIC_NAMES[32 : ARABIC_NAMES.index("مصري")]
ARABIC_TAIL = [
    *(f"ال{one}" for one in ARABIC_STEMS),
    *ARABIC_STEMS,
    *(f"{a} {b}" for a, b in product(ARABIC_MEN[:12], [*ARABIC_STEMS[:20]])),
    *ARABIC_MEN,
]
ARABIC_NICKS = table("محمد:حمودة عبدالله:عبود,عبدو عبدالرحمن:عبدو,عبود فاطمة:فطوم")

ENGLISH_MEN = """John David Michael James Robert William Richard Thomas Paul Andrew Mark Christopher Stephen Peter Daniel Matthew Anthony Joseph
 Edward Charles George Kevin Simon Steven Benjamin Samuel Alexander Nicholas Jonathan Timothy Gregory Philip Martin Ian Gary Alan Kenneth Ronald
 Frederick Henry Oliver Jack Harry Lawrence Donald Patrick Leonard Gerald Douglas Raymond"""
ENGLISH_WOMEN = """Margaret Elizabeth Mary Susan Sarah Patricia Jennifer Catherine Helen Karen Rebecca Victoria Alexandra Katherine Deborah Pamela
 Christine Jacqueline Barbara Emma Laura Charlotte Emily Olivia Amy Rachel Joanne Julie Nicola Samantha Dorothy Judith Sandra Gillian Theresa
 Eleanor Abigail Jessica Amanda Kimberly Philippa Frances Josephine Caroline Angela Florence Rosemary Beatrice Harriet Penelope"""
ENGLISH_COMMON = "Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Johnson Roberts Robinson Thompson Wright Walker White Edwards Hughes Green Hall"
ENGLISH_TAIL = joined("Hart Whit Ash Black Brad Cold Thorn Win Hal Ather Stan Rother Wal Den Ken Har Lang Mid Rad Sher Wood Swin Long", "ley ton field ford worth ham wood man bury well brook son")  # fmt: skip
ENGLISH_NICKS = table("""Robert:Bob,Rob,Bobby William:Bill,Will,Billy Richard:Dick,Rick,Rich James:Jim,Jimmy John:Jack,Johnny Michael:Mike,Mick Thomas:Tom
 David:Dave Andrew:Andy,Drew Christopher:Chris,Kit Stephen:Steve Steven:Steve Daniel:Dan,Danny Matthew:Matt Anthony:Tony Joseph:Joe Edward:Ted,Ed,Ned
 Charles:Charlie,Chuck Benjamin:Ben Samuel:Sam Alexander:Alex,Sandy Nicholas:Nick Jonathan:Jon Timothy:Tim Gregory:Greg Philip:Phil Kenneth:Ken
 Ronald:Ron Frederick:Fred Henry:Harry,Hal Lawrence:Larry Donald:Don Patrick:Pat,Paddy Margaret:Peggy,Maggie,Meg Elizabeth:Liz,Betty,Beth,Lisa
 Susan:Sue Patricia:Pat,Trish Jennifer:Jen,Jenny Catherine:Cathy,Kate Katherine:Kate,Kathy,Katie Rebecca:Becky Victoria:Vicky Deborah:Debbie
 Pamela:Pam Christine:Chris,Tina Jacqueline:Jackie Barbara:Barb,Babs Samantha:Sam Dorothy:Dot,Dolly Judith:Judy Theresa:Terry,Tess Eleanor:Ellie,Nell
 Abigail:Abby Jessica:Jess Amanda:Mandy Kimberly:Kim Philippa:Pippa Frances:Fran Josephine:Jo Mary:Molly,Polly Sarah:Sally Penelope:Penny""")

GERMAN_MEN = """Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Hans Frank Joachim Josef Johannes Heinrich Friedrich
 Wilhelm Ludwig Maximilian Sebastian Alexander Ulrich Matthias Markus Jörg Björn Götz Tobias Florian Daniel Felix Lukas Jonas Paul Leon Karl Rüdiger
 Bernd Dieter Manfred Helmut Gerhard Ralf Sven Kai Dirk Jannik"""
GERMAN_WOMEN = """Ursula Maria Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela Claudia Susanne Gabriele Christa
 Katharina Margarete Johanna Anna Julia Lena Sophie Jasmin Käthe Bärbel Heike Birgit Silke Anja Nicole Stefanie Sandra Tanja Ute Jutta Franziska
 Barbara Hannelore Dörte Gudrun Antje Friederike Theresa Magdalena Lieselotte Veronika Elke"""
GERMAN_COMMON = "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann"
GERMAN_TAIL = joined("Ober Unter Grün Wein Hof Stein Busch Kirch Birk Rosen Kauf Lind Eich Mühl Brück Acker Baum Bröck Höl Süß Weiß Käs Schön Hart", "bauer mann berger hofer ner meier hardt stein bach müller feld ler")  # fmt: skip
GERMAN_NICKS = table("""Johannes:Hans,Hannes,Jo Heinrich:Heinz,Heiner Friedrich:Fritz Josef:Sepp,Jupp Wilhelm:Willi Maximilian:Max Sebastian:Basti
 Alexander:Alex Ulrich:Uli Matthias:Matze Michael:Michi,Michel Andreas:Andi Thomas:Tom,Tommy Wolfgang:Wolf,Wolfi Joachim:Jochen,Achim
 Elisabeth:Lisa,Sissi,Liesl,Elsbeth Katharina:Kathi,Käthe Margarete:Grete,Gretel Susanne:Susi Johanna:Hanna,Hanni Stefanie:Steffi Gabriele:Gabi
 Ursula:Uschi,Ulla Barbara:Babsi,Bärbel Franziska:Franzi Magdalena:Lena,Leni Lieselotte:Lilo Theresa:Resi Tobias:Tobi Ludwig:Lutz
 Brigitte:Gitte Veronika:Vroni Friederike:Rike Manfred:Manni Gerhard:Gerd Daniel:Dani Hannelore:Hanne""")

POLISH_MEN = """Jan Stanisław Andrzej Krzysztof Tomasz Piotr Paweł Józef Michał Marcin Marek Grzegorz Jerzy Tadeusz Adam Łukasz Zbigniew Ryszard Dariusz
 Henryk Mariusz Kazimierz Wojciech Robert Mateusz Rafał Jacek Janusz Jakub Maciej Kamil Aleksander Sławomir Przemysław Bartłomiej"""
POLISH_WOMEN = """Anna Maria Katarzyna Małgorzata Agnieszka Krystyna Barbara Ewa Elżbieta Zofia Teresa Joanna Magdalena Monika Jadwiga Danuta Irena Halina
 Helena Beata Aleksandra Marta Dorota Marianna Grażyna Jolanta Iwona Karolina Bożena Urszula Justyna Renata Alicja Paulina Sylwia"""
POLISH_COMMON = "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski"
POLISH_TAIL = joined(
    "Jabłoń Górn Brzoz Kruk Maj Pawł Sob Żuraw Gaw Czarn Łuk Ostr Sien Wierzb Chmiel Bor Głow Święt Rog",
    "owski icki czyk iński ecki owicz ak",
)
POLISH_NICKS = table("""Jan:Janek,Jaś Stanisław:Staszek Andrzej:Jędrek Krzysztof:Krzysiek,Krzyś Tomasz:Tomek Piotr:Piotrek Józef:Józek Aleksander:Olek
 Wojciech:Wojtek Jerzy:Jurek Grzegorz:Grzesiek Małgorzata:Gosia,Małgosia Katarzyna:Kasia Agnieszka:Aga Joanna:Asia Barbara:Basia Anna:Ania
 Magdalena:Magda Aleksandra:Ola Elżbieta:Ela Zofia:Zosia Jakub:Kuba Maciej:Maciek Tadeusz:Tadek Kazimierz:Kazik Zbigniew:Zbyszek Przemysław:Przemek
 Bartłomiej:Bartek Michał:Michałek Urszula:Ula Jadwiga:Jadzia Ryszard:Rysiek""")

TURKISH_MEN = """Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman Abdullah Mahmut Recep Salih Fatih Kadir
 Emre Hakan Adem Kemal Yaşar Bekir Musa Metin Orhan Bülent Barış Çağlar Şükrü Uğur"""
TURKISH_WOMEN = """Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Hanife Merve Havva Zeliha Esra Fadime Özlem Hacer Yasemin Hülya Cemile
 Sevim Gülsüm Leyla Dilek Büşra Çiğdem İrem Müge Nurgül Songül Ebru Tuğba Derya Şule"""
TURKISH_COMMON = "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin"
TURKISH_TAIL = joined(
    "Kara Ak Gül Taş Er Bal Ön Tür Güneş Koç Şen Boz Ça Sarı Gök", "oğlu han gün kaya demir can bay soy tepe öz taş"
)
TURKISH_NICKS = table(
    "Mehmet:Memo Mustafa:Musti İbrahim:İbo Süleyman:Sülo Fatma:Fatoş Hüseyin:Hüso Abdullah:Apo İsmail:İso"
)

CULTURES = [
    Culture(("NL",), 0.24, DUTCH_MEN.split(), DUTCH_WOMEN.split(), [PARTICLES.get(one, "") + one for one in DUTCH_COMMON.split(",")], 0.2, DUTCH_TAIL, DUTCH_NICKS,
            ("gmail.com", "ziggo.nl", "kpnmail.nl", "outlook.com"), abroad=("y",)),
    Culture(("IT",), 0.1, ITALIAN_MEN.split(), ITALIAN_WOMEN.split(), ITALIAN_COMMON.replace("De Costa", "Costa").split(), 0.15, ITALIAN_TAIL, ITALIAN_NICKS,
            ("gmail.com", "libero.it", "tiscali.it", "virgilio.it")),
    Culture(("RU",), 0.14, RUSSIAN_MEN.split(), RUSSIAN_WOMEN.split(), RUSSIAN_COMMON.split(), 0.2, RUSSIAN_TAIL, RUSSIAN_NICKS, ("mail.ru", "yandex.ru", "gmail.com"),
            "cyrillic", {"": 0.5, "english": 0.3, "passport": 0.1, "german": 0.05, "loose": 0.05}, usual=RUSSIAN_USUAL, second=0),
    Culture(("DK",), 0.08, DANISH_MEN.split(), DANISH_WOMEN.split(), DANISH_COMMON.split(), 0.4, DANISH_TAIL, DANISH_NICKS, ("gmail.com", "mail.dk", "hotmail.com")),
    Culture(("EG", "AE", "MA", "SA"), 0.12, ARABIC_MEN, ARABIC_WOMEN, ARABIC_MEN[:12], 0.2, ARABIC_TAIL, ARABIC_NICKS, ("gmail.com", "yahoo.com", "hotmail.com"),
            "arabic", {"": 0.4, "heard": 0.6}, variants=ARABIC, second=0.3),
    Culture(("GB",), 0.1, ENGLISH_MEN.split(), ENGLISH_WOMEN.split(), ENGLISH_COMMON.split(), 0.2, ENGLISH_TAIL, ENGLISH_NICKS, ("gmail.com", "btinternet.com", "icloud.com")),
    Culture(("DE",), 0.1, GERMAN_MEN.split(), GERMAN_WOMEN.split(), GERMAN_COMMON.split(), 0.15, GERMAN_TAIL, GERMAN_NICKS, ("gmx.de", "web.de", "t-online.de"), joint="-"),
    Culture(("PL",), 0.06, POLISH_MEN.split(), POLISH_WOMEN.split(), POLISH_COMMON.split(), 0.12, POLISH_TAIL, POLISH_NICKS, ("wp.pl", "onet.pl", "gmail.com"), second=0),
    Culture(("TR",), 0.06, TURKISH_MEN.split(), TURKISH_WOMEN.split(), TURKISH_COMMON.split(), 0.2, TURKISH_TAIL, TURKISH_NICKS, ("gmail.com", "hotmail.com"), second=0.1),
]  # fmt: skip

BARE = dict(
    zip(
        "øØåÅäÄöÖüÜéèëïóòàáìùçÇşŞğĞıİłŁąęśŚżŻźńćĆčžšâîû",
        "oOaAaAoOuUeeeiooaaiucCsSgGiIlLaesSzZznccCczsaiu".replace("ccC", "cC"),
        strict=False,
    )
)
LATIN = {
    "bare": str.maketrans(BARE | {"æ": "ae", "Æ": "Ae", "ß": "ss"}),
    "expanded": str.maketrans(BARE | {"ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa", "ä": "ae", "Ä": "Ae", "ö": "oe", "Ö": "Oe", "ü": "ue", "Ü": "Ue", "æ": "ae", "Æ": "Ae", "ß": "ss"}),
}  # fmt: skip
RUSSIAN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".split(),
        strict=True,
    )
)
RUSSIAN |= {"ъ": "", "ь": ""}
SCHEMES = {
    "english": RUSSIAN,
    "passport": RUSSIAN | {"ё": "e", "й": "i", "ю": "iu", "я": "ia", "ъ": "ie"},
    "german": RUSSIAN | {"в": "w", "ж": "sch", "з": "s", "й": "j", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch", "ё": "jo", "ю": "ju", "я": "ja"},
    "loose": RUSSIAN | {"х": "h", "й": "j", "ё": "jo", "ю": "ju", "я": "ja", "ц": "c", "щ": "sch", "ы": "i"},
}  # fmt: skip

# The names of each city, its own first.
CITIES = {country: [one.split("|") for one in text.split(",")] for country, text in {
    "NL": "Amsterdam,Rotterdam,Den Haag|The Hague|'s-Gravenhage,Utrecht,Eindhoven,Groningen,Tilburg,Almere,Breda,Nijmegen,Den Bosch|'s-Hertogenbosch,Arnhem,Leiden,Zwolle",
    "IT": "Roma|Rome,Milano|Milan,Napoli|Naples,Torino|Turin,Palermo,Genova|Genoa,Bologna,Firenze|Florence,Bari,Catania,Verona,Venezia|Venice",
    "RU": "Москва|Moscow|Moskva,Санкт-Петербург|Saint Petersburg|St. Petersburg,Новосибирск|Novosibirsk,Екатеринбург|Yekaterinburg,Казань|Kazan,Самара|Samara,Омск|Omsk,Уфа|Ufa",
    "DK": "København|Copenhagen,Aarhus|Århus,Odense,Aalborg|Ålborg,Esbjerg,Randers,Kolding,Horsens,Vejle",
    "EG": "القاهرة|Cairo,الإسكندرية|Alexandria,الجيزة|Giza", "AE": "دبي|Dubai,أبوظبي|Abu Dhabi,الشارقة|Sharjah",
    "MA": "الدار البيضاء|Casablanca,الرباط|Rabat,مراكش|Marrakesh|Marrakech", "SA": "الرياض|Riyadh|Riyad,جدة|Jeddah|Jedda,الدمام|Dammam",
    "GB": "London,Birmingham,Manchester,Leeds,Glasgow,Liverpool,Bristol,Edinburgh,Cardiff,Sheffield",
    "DE": "Berlin,Hamburg,München|Munich|Muenchen,Köln|Cologne|Koeln,Frankfurt,Stuttgart,Düsseldorf|Duesseldorf,Leipzig,Bremen,Nürnberg|Nuremberg",
    "PL": "Warszawa|Warsaw,Kraków|Krakow|Cracow,Łódź|Lodz,Wrocław|Wroclaw,Poznań|Poznan,Gdańsk|Gdansk",
    "TR": "İstanbul|Istanbul,Ankara,İzmir|Izmir,Bursa,Antalya,Adana",
}.items()}  # fmt: skip

# Country code, what stands before the area at home, areas of mobiles and of landlines, digits of area and number.
PHONES = {
    "NL": ("31", "0", "6", "20 10 70 30 40 50 13", 9), "IT": ("39", "", "328 333 347 349 391", "02 06 081 011", 10),
    "RU": ("7", "8", "903 912 916 921 926 985", "495 812 383 343", 10), "DK": ("45", "", "20 26 40 51 61", "33 86 66 98", 8),
    "EG": ("20", "0", "100 110 120", "2", 10), "AE": ("971", "0", "50 52 55", "4 2", 9), "MA": ("212", "0", "61 66 70", "522 537", 9),
    "SA": ("966", "0", "50 53 55", "11 12", 9), "GB": ("44", "0", "7700 7810 7911", "20 161 121", 10), "DE": ("49", "0", "151 160 171 176", "30 40 89", 10),
    "PL": ("48", "", "501 602 693 790", "22 12 58", 9), "TR": ("90", "0", "532 535 542 555", "212 312 232", 10),
}  # fmt: skip

# Trades and legal forms of companies.
LEGAL = {country: tuple(part.split(",") for part in text.split(";")) for country, text in {
    "NL": "Bouw,Installatietechniek,Transport,Advies,Makelaardij,Groothandel;B.V.,BV,V.O.F.", "IT": "Costruzioni,Trasporti,Ceramiche,Moda;S.r.l.,Srl,S.p.A.",
    "RU": "Stroy,Trans,Servis,Invest;OOO,AO,LLC", "DK": "Byg,Transport,Rådgivning,Møbler;A/S,ApS", "EG": "Trading,Contracting,Foods;LLC,Co.",
    "AE": "Trading,Logistics,Properties;LLC,FZE", "MA": "Négoce,Transport,Conseil;SARL,SA", "SA": "Trading,Contracting,Medical;LLC,Est.",
    "GB": "Builders,Logistics,Consulting,Foods;Ltd,Limited,PLC", "DE": "Bau,Spedition,Maschinenbau,Beratung;GmbH,AG,KG", "PL": "Budowa,Transport,Meble,Usługi;Sp. z o.o.,S.A.",
    "TR": "İnşaat,Tekstil,Lojistik,Gıda;A.Ş.,Ltd.",
}.items()}  # fmt: skip
