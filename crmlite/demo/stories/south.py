"""Two stories in Arabic and one in Chinese: a hotel group, a library that did not get its money, and a software house."""

from crmlite.demo.stage import Stage, Story


def sidra(s: Stage) -> Story:
    """A group of hotels: one lobby first, then all of them."""
    yield 515, "17:50", "visitor"
    s.post("visit", {
        "name": "خالد المنصوري", "phone": "+971 50 000 2201", "email": "khalid@sidrahotels.example", "city": "دبي",
        "day": "الثلاثاء", "need": "بهو فندق مرتفع السقف والصدى مزعج للضيوف. نريد أن نرى السقف المعلّق والألوان المتوفرة.",
    }, address="198.51.100.24")  # fmt: skip

    yield 514, "06:15", "rival"
    khalid = s.known("khalid@sidrahotels.example")
    group = s.company(
        "مجموعة فنادق السدرة", "sidrahotels.example", "+971 4 000 2200", ("شارع السدر 5", "00000", "دبي", "AE"),
        industry="Hotels", language="ar", instructions="التركيب ليلاً فقط بين الواحدة والخامسة. لا عمل في شهر رمضان.",
    )  # fmt: skip
    khalid.join(group, "مدير المشاريع", "influences", s.day(1400))
    lead = s.lead_of(khalid)
    lead.take(s.me)
    s.note(group, "اتصلت به صباحاً: بهو بارتفاع ٩ أمتار، رخام في كل مكان. الزيارة يوم الثلاثاء العاشرة.")
    s.tag(group, "VIP")

    yield 511, "08:40", "rival"
    s.note(group, "زار المعرض مع المصممة ريم. أعجبهما لون الرمل. يريدان عيّنة متر في متر معلّقة في البهو نفسه.")
    s.person("ريم", "الهاشمي", "reem@sidrahotels.example", group, "مصممة داخلية", "influences")

    yield 505, "05:55", "rival"
    towers = s.company(
        "فندق السدرة - الخليج", "gulf.sidrahotels.example", "+971 4 000 2210", ("شارع اللؤلؤ 40", "00000", "دبي", "AE"),
        industry="Hotels", language="ar", parent_id=group.id,
    )  # fmt: skip
    s.company(
        "فندق السدرة - العين", "alain.sidrahotels.example", "+971 4 000 2230", ("شارع الواحة 2", "00000", "العين", "AE"),
        industry="Hotels", language="ar", parent_id=group.id,
    )  # fmt: skip
    s.note(group, "Two hotels now, a third is being built. Lobby of the Gulf hotel is the trial for all of them.")

    yield 497, "01:30", "service"
    s.note(
        group, "Hung the sample at half past one at night. Security, engineer and the night manager all took pictures."
    )

    yield 483, "07:20", "rival"
    hind = s.person(
        "هند", "السويدي", "hind@sidrahotels.example", group, "المديرة المالية", "decides", since=s.day(2000)
    )
    lead.qualify(s.me)
    s.note(group, "قابلت هند السويدي. القرار لها وحدها، وتسأل عن الضمان عشر سنوات في حرارة الصيف.")

    yield 464, "09:10", "manager"
    s.note(group, "Fire certificate for the Emirates is on file now, it took four months. Thank you, Layla.")

    yield 452, "06:45", "rival"
    group.change(customer_since=s.day(452))
    towers.change(customer_since=s.day(452))
    hind.change(customer_since=s.day(452))
    s.note(group, "وقّعت هند على طلب بهو الخليج: ١٨٠ متراً مربعاً من سقف وولك بلون الرمل.")

    yield 401, "04:50", "service"
    s.note(group, "Eleven nights, done. Nobody noticed us but the florist.")

    yield 333, "08:00", "rival"
    s.note(group, "رمضان كريم. زرت خالداً مساءً بعد الإفطار، والبهو هادئ والناس تتحدث بصوت منخفض.")

    yield 261, "07:35", "rival"
    s.leave(khalid, group, s.day(263))
    s.person("فيصل", "الكعبي", "faisal@sidrahotels.example", group, "مدير المشاريع", "influences", since=s.day(262))
    s.note(group, "غادر خالد إلى شركة أخرى، وحلّ محله فيصل الكعبي. لا يعرفنا بعد.")

    yield 258, "09:25", "rival"
    manara = s.company(
        "المنارة للمقاولات", "manara-build.example", "+971 4 000 2290", ("شارع الطاحونة 11", "00000", "أبوظبي", "AE"),
        industry="Construction", language="ar",
    )  # fmt: skip
    khalid.join(manara, "مدير التنفيذ", "decides", s.day(260))
    khalid.change(email="khalid@manara-build.example", city="أبوظبي")
    s.note(khalid, "يبني الآن مسرحاً صغيراً في أبوظبي ويريد أسعارنا قبل نهاية الشهر.")
    s.lead(khalid, "مسرح صغير من ٢٢٠ مقعداً في أبوظبي", "Phone")

    yield 170, "06:30", "rival"
    wide = s.lead(hind, "كل الفنادق الثلاثة: البهو والمطاعم", "Phone")
    s.note(group, "طلبت هند عرضاً واحداً للفنادق الثلاثة مع المطاعم.")

    yield 166, "10:15", "manager"
    s.note(group, "Frame price for three hotels approved. Largest single offer we have made so far.")
    s.invite(group, "manager", "Sponsor")

    yield 119, "07:00", "rival"
    wide.qualify(s.me)
    s.note(group, "وافق فيصل على الجدول الزمني: العين أولاً، ثم الفندق الجديد.")

    yield 35, "05:40", "service"
    s.note(group, "Al Ain measured, three nights planned for next month. Parking for the lorry is reserved.")


def fanar(s: Stage) -> Story:
    """A library whose money went elsewhere: a former customer, for now."""
    yield 532, "09:30", "rival"
    library = s.company(
        "مكتبة الفنار", "fanar-library.example", "+20 2 0000 3301", ("شارع الميناء 14", "21500", "الإسكندرية", "EG"),
        industry="Culture", language="ar",
    )  # fmt: skip
    salma = s.person(
        "سلمى", "الشناوي", "salma@fanar-library.example", library, "مديرة المكتبة", "decides", since=s.day(2500)
    )
    lead = s.lead(salma, "قاعة القراءة الكبرى: الصدى من القبة", "Trade fair")
    s.note(library, "التقينا في معرض الكتاب. القبة تجمع كل همسة في وسط القاعة.")

    yield 524, "10:20", "rival"
    lead.qualify(s.me)
    s.note(library, "أرسلت رسماً لجزر «موس» معلّقة تحت القبة. أعجبها، لكن مجلس الأمناء يجتمع مرتين في السنة.")

    yield 508, "07:50", "rival"
    library.change(customer_since=s.day(508))
    salma.change(customer_since=s.day(508))
    s.note(library, "طلبية صغيرة للبدء: ٢٤ لوحاً لركن الأطفال.")

    yield 476, "12:05", "service"
    s.note(library, "24 panels for the children's corner are up. Salma made tea for everybody and a speech.")

    yield 415, "08:45", "rival"
    tarek = s.person(
        "طارق", "نجيب", "tarek@fanar-library.example", library, "المراقب المالي", "blocks", since=s.day(420)
    )
    s.note(library, "مراقب مالي جديد اسمه طارق نجيب. أوقف كل المشتريات حتى إشعار آخر.")

    yield 360, "11:00", "rival"
    s.note(library, "لا جديد. تقول سلمى إن المال ذهب إلى إصلاح السقف.")
    s.tag(library, "on hold")

    yield 292, "09:15", "rival"
    s.note(library, "مكالمة نصف سنوية: الوضع كما هو. أرسلت لها تقويماً بصور القاعات.")

    yield 233, "18:25", "visitor"
    s.post("visit", {
        "name": "سلمى الشناوي", "phone": "+20 100 000 3302", "email": "salma@fanar-library.example", "city": "الإسكندرية",
        "day": "الأحد", "need": "سأكون في دبي الأسبوع القادم وأودّ أن أرى جزر السقف، حتى إن لم تكن عندنا ميزانية بعد.",
    }, address="198.51.100.77")  # fmt: skip

    yield 232, "06:10", "rival"
    visit = s.lead_of(salma)
    visit.take(s.me)
    s.note(library, "ستأتي يوم الأحد. حجزت لها ساعتين وغداءً.")

    yield 227, "13:20", "rival"
    s.note(library, "جاءت سلمى ومعها قياسات القبة كلها. لا ميزانية هذا العام، لكنها تجمع التبرعات.")

    yield 224, "08:30", "rival"
    visit.disqualify("No money before the roof is done", s.me)

    yield 168, "10:40", "rival"
    library.change(customer_until=s.day(168))
    salma.change(customer_until=s.day(168))
    s.note(library, "انتهى عقد الصيانة ولم يُجدَّد. تبقى العلاقة طيبة.")

    yield 79, "09:05", "rival"
    s.leave(tarek, library, s.day(82))
    s.note(library, "رحل طارق. تقول سلمى: «انتظروا الربيع».")
    s.untag(library, "on hold")
    s.tag(library, "call in spring")

    yield 20, "07:25", "marketing"
    s.note(library, "Added Salma to the invitations for the book fair; she speaks on reading rooms there.")


def yunzhou(s: Stage) -> Story:
    """A software house with an office on either side of the strait; one engineer crosses it."""
    yield 421, "05:30", "rival"
    firm = s.company(
        "杭州云舟软件有限公司", "yunzhou-soft.example", "+86 10 0000 6601", ("柳堤路88号", "310000", "杭州", "CN"),
        industry="Software", language="zh", instructions="发票抬头必须用中文全称。送货前一天联系物业。",
    )  # fmt: skip
    fang = s.person("芳", "王", "wang.fang@yunzhou-soft.example", firm, "行政总监", "decides", since=s.day(1800),
                    mobile="+86 100 0000 6602")  # fmt: skip
    lead = s.lead(fang, "新办公室三层，需要40个电话间", "Trade fair")
    s.note(firm, "Met 王芳 at the fair in Shanghai. Three new floors, 600 people, forty phone booths. Writes English, wants the "
           "papers in Chinese.")  # fmt: skip
    s.tag(firm, "trade fair", "VIP")

    yield 412, "06:20", "rival"
    hao = s.person("浩然", "欧阳", "ouyang@yunzhou-soft.example", firm, "采购经理", "buys", since=s.day(900))
    s.note(firm, "视频会议：欧阳浩然问能否在中国生产。木板可以，玻璃和毛毡不行。")

    yield 405, "08:15", "service"
    s.note(
        firm, "Their floor carries 350 kg per m², a Kerkuil is too heavy in the corner rooms. Uil is fine everywhere."
    )

    yield 390, "05:50", "rival"
    lead.qualify(s.me)
    s.note(firm, "报价单已发：40个Uil，分两批海运。")

    yield 372, "07:10", "manager"
    s.note(firm, "Letter of credit, not open account. First order from China, so no exception.")
    s.invite(firm, "manager", "Terms of payment")

    yield 345, "05:35", "rival"
    firm.change(customer_since=s.day(345))
    fang.change(customer_since=s.day(345))
    s.note(firm, "信用证已开，首批20个下单。")

    yield 277, "06:05", "service"
    s.note(firm, "First 20 arrived, one glass broken by the harbour crane. New one by air, insurance informed.")

    yield 274, "05:45", "rival"
    taipei = s.company(
        "雲舟軟體股份有限公司", "yunzhou-tw.example", "+886 2 0000 6610", ("書院街12號", "100", "台北", "TW"),
        industry="Software", language="zh", parent_id=firm.id,
    )  # fmt: skip
    s.note(firm, "They open an office in Taipei; 柏翰 from engineering goes there and asks for the same booths.")
    bohan = s.person("柏翰", "林", "lin.bohan@yunzhou-soft.example", firm, "工程主管", "uses", since=s.day(1100))
    s.note(bohan, "他最清楚哪些位置最吵，下周发平面图。")

    yield 236, "06:40", "rival"
    s.leave(bohan, firm, s.day(238))
    bohan.join(taipei, "分公司經理", "decides", s.day(237))
    bohan.change(email="lin.bohan@yunzhou-tw.example", city="台北", country="TW")
    tw = s.lead(bohan, "台北辦公室：6個電話間，1個會議艙", "E-mail")
    s.note(taipei, "柏翰已搬到台北，要六個Uil和一個Kerkuil。")

    yield 221, "07:25", "rival"
    tw.qualify(s.me)
    taipei.change(customer_since=s.day(221))
    s.note(firm, "台北的订单由台北公司自己付款，合同用繁体字。")

    yield 176, "05:20", "service"
    s.note(firm, "Second 20 booths are in, all glass whole. 王芳 sent a picture of the floor: nobody in the corridor.")

    yield 134, "06:15", "rival"
    s.leave(hao, firm, s.day(136))
    s.person("静怡", "赵", "zhao.jingyi@yunzhou-soft.example", firm, "采购经理", "buys", since=s.day(135))
    s.note(firm, "欧阳离职，接手的是赵静怡，喜欢发语音。")

    yield 70, "05:40", "rival"
    s.note(firm, "赵静怡要求明年的框架价格，数量大约80个。")

    yield 29, "06:30", "rival"
    s.lead(fang, "成都分公司：80个电话间，明年三月", "Phone")
    s.tag(firm, "reference")
