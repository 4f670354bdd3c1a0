"""Two stories in Cyrillic: a lyceum of music in Almaty, and a clinic in Plovdiv with a complaint that ended well."""

from crmlite.demo.stage import Stage, Story


def lyceum(s: Stage) -> Story:
    """Fourteen practice rooms; a long way to deliver."""
    yield 470, "07:20", "rival"
    school = s.company(
        "Алматинский лицей искусств «Журавль»", "licey-zhuravl.example", "+7 727 000 11 40",
        ("ул. Школьная 17", "050000", "Алматы", "KZ"), industry="Education", language="ru",
        instructions="Все документы на двух языках. Разгрузка только через двор, ворота 3,2 м.",
    )  # fmt: skip
    irina = s.person(
        "Ирина", "Ахметова", "akhmetova@licey-zhuravl.example", school, "Директор", "decides", since=s.day(3100)
    )
    lead = s.lead(irina, "14 классов для занятий: слышно соседний рояль", "Trade fair")
    s.note(school, "Met in Dubai at the school fair. Fourteen practice rooms in a building of 1962, a piano in each. She speaks "
           "Russian and some English, Oleg helps with the letters.")  # fmt: skip
    s.invite(school, "service", "Translating and mounting")

    yield 466, "09:45", "service"
    s.note(
        school,
        "Позвонил Ирине Тимуровне. Стены кирпичные, слышно через двери и вентиляцию. Попросил план этажа и фото дверей.",
    )

    yield 459, "08:10", "service"
    timur = s.person(
        "Тимур", "Сафин", "safin@licey-zhuravl.example", school, "Завхоз", "uses", mobile="+7 700 000 11 41"
    )
    s.note(
        school, "План пришёл, рисовал Тимур Сафин, очень аккуратно. Двери по 68 см — наши панели пройдут, будки нет."
    )

    yield 444, "06:55", "rival"
    lead.take(s.me)
    s.note(school, "العرض جاهز: ١٦٨ لوحاً من فيلت ٤٠ وأبواب مزدوجة من شريك محلي. الشحن بالقطار أرخص من الجو بثلاث مرات.")

    yield 431, "10:30", "service"
    s.note(school, "Ольга из бухгалтерии спрашивает про пошлину. Отправил код товара и образец сертификата.")
    s.person("Ольга", "Ким", "kim@licey-zhuravl.example", school, "Главный бухгалтер", "buys")

    yield 397, "07:05", "rival"
    lead.qualify(s.me)
    s.note(school, "The ministry pays half. They wait for its letter.")
    s.tag(school, "ministry")

    yield 330, "11:15", "service"
    s.note(school, "Письмо из министерства есть! Просят доставить до 25 августа, потом начинаются занятия.")

    yield 326, "08:00", "rival"
    school.change(customer_since=s.day(326))
    irina.change(customer_since=s.day(326))
    s.note(school, "Ordered. Goes by rail on Monday, 19 days.")

    yield 297, "12:40", "service"
    s.note(school, "Вагон стоит на границе: в накладной «фетр» вместо «панели». Исправил, отправил курьером.")

    yield 291, "09:20", "service"
    s.note(school, "Прошёл границу. Тимур нашёл кран во двор.")

    yield 283, "13:30", "service"
    s.note(school, "Был в Алматы четыре дня. 14 классов готовы за два дня до занятий. Рояль слышно только в коридоре.")

    yield 280, "07:45", "rival"
    s.note(irina, "أرسلت تسجيلاً لطلابها من الممر الهادئ. سنستخدمه في المعرض القادم بعد موافقتها.")
    s.tag(school, "reference")

    yield 214, "10:50", "marketing"
    s.note(
        school,
        "The recording of the quiet corridor was the most played thing at our stand. Irina allows it for a year.",
    )

    yield 142, "08:25", "service"
    s.leave(timur, school, s.day(145))
    s.note(
        school, "Тимур ушёл в строительную фирму. Новый завхоз — Борис Титов, передал ему ключ от запасных креплений."
    )
    s.person("Борис", "Титов", "titov@licey-zhuravl.example", school, "Завхоз", "uses", since=s.day(144))

    yield 39, "10:05", "rival"
    s.lead(irina, "Концертный зал на 300 мест, потолок", "Phone")
    s.note(
        school,
        "The concert hall now: 300 seats, ceiling of plaster. She wants to see the Wolk ceiling in Gdańsk first.",
    )


def brashlyan(s: Stage) -> Story:
    """A dental clinic: quick sale, then a complaint, then the best customer of the service desk."""
    yield 386, "19:40", "visitor"
    s.post("quote", {
        "name": "Десислава Колева", "email": "koleva@klinika-brashlyan.example", "firm": "Клиника „Бръшлян“", "country": "BG",
        "what": "Wall panels", "sample": "yes",
        "need": "Здравейте! Четири кабинета, общ коридор с плочки. Пациентите чуват бормашината и си тръгват. Моля за оферта.",
    })  # fmt: skip

    yield 385, "08:20", "colleague"
    desislava = s.known("koleva@klinika-brashlyan.example")
    clinic = s.company(
        "Клиника „Бръшлян“", "klinika-brashlyan.example", "+359 2 000 4470", ("ул. Липа 22", "4000", "Пловдив", "BG"),
        industry="Dental care", language="bg",
    )  # fmt: skip
    desislava.join(clinic, "Управител", "decides")
    desislava.change(language="bg", city="Пловдив")
    lead = s.lead_of(desislava)
    lead.take(s.me)
    s.note(
        clinic,
        "Four surgeries on a tiled corridor of 22 m. Patients hear the drill and leave. Oleg reads Bulgarian; asked him.",
    )
    s.invite(clinic, "service", "Service")

    yield 384, "11:10", "service"
    s.note(
        clinic,
        "Обадих се. Коридорът е 22 метра, височина 2,80. Има снимки. Трябват 44 панела и две врати с уплътнение.",
    )

    yield 376, "09:30", "colleague"
    lead.qualify(s.me)
    s.note(clinic, "Quote for 44 Vilt 40 with washable cover, and door seals.")

    yield 369, "13:15", "colleague"
    clinic.change(customer_since=s.day(369))
    desislava.change(customer_since=s.day(369))
    s.note(clinic, "Ordered within a week. 'If the corridor is silent I marry your panels.'")

    yield 334, "10:45", "service"
    s.note(clinic, "Монтирано за един ден. Коридорът е тих, сватба засега няма.")

    yield 251, "08:05", "service"
    emil = s.person(
        "Емил", "Чолаков", "cholakov@klinika-brashlyan.example", clinic, "Домакин", "uses", mobile="+359 88 000 4471"
    )
    s.note(clinic, "Рекламация: уплътнението на врата 3 се отлепя, вратата скърца. Емил прати видео. Скърца наистина.")
    s.tag(clinic, "complaint")

    yield 250, "15:20", "service"
    s.note(
        clinic,
        "Wrong glue for lacquered doors, our mistake. New seals for all doors go out tomorrow, with the right one.",
    )

    yield 249, "09:00", "colleague"
    s.note(desislava, "Called to say sorry before she called us. She was friendly; her brother-in-law has a hotel.")

    yield 238, "12:35", "service"
    s.note(clinic, "Емил сложи новите уплътнения сам, стана добре. Пратих му чаша с бухал.")
    s.untag(clinic, "complaint")

    yield 187, "10:10", "marketing"
    s.tag(clinic, "newsletter")
    s.note(clinic, "Asked for two sentences for the website. She wrote two pages.")

    yield 112, "14:25", "colleague"
    s.lead(desislava, "Second clinic in Бургас, opens next spring", "Referral")
    s.note(clinic, "A second clinic in Burgas. Same corridor, mirrored. Wants the same price as two years ago.")

    yield 109, "16:00", "manager"
    s.note(clinic, "Same price, if she lets us bring visitors to Plovdiv twice a year.")

    yield 48, "09:40", "service"
    s.leave(emil, clinic, s.day(50))
    s.note(clinic, "Емил отива в Бургас да строи новата клиника; за Пловдив още няма никого.")
