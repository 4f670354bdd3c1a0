"""Arabic names and the ways in which people write them in Latin letters."""

_SPELLINGS = """
محمد mohammed muhammad mohamed mohammad muhammed mohamad mohamet mouhamed
أحمد ahmed ahmad achmed ahmet
محمود mahmoud mahmud mahmood mahmut
علي ali aly
حسن hassan hasan hacen
حسين hussein hussain husein husain houssein hocine hossein huseyin
عمر omar umar omer
عثمان othman osman uthman otmane usman
خالد khaled khalid chaled halid
إبراهيم ibrahim ebrahim brahim
يوسف youssef yousef yusuf yousuf joussef yussuf
مصطفى mustafa mostafa moustafa mustapha
عبدالله abdullah abdallah abdulla abdalla
عبدالرحمن abdulrahman abdelrahman abderrahman abdurrahman abderrahmane
عبدالعزيز abdulaziz abdelaziz
كريم karim kareem kerim
طارق tarek tariq tarik tareq
سعيد said saeed saied sayeed
سعد saad sad
سامي sami samy
وليد walid waleed oualid
نبيل nabil nabeel
جمال jamal gamal djamel cemal
رشيد rashid rachid rasheed
حمزة hamza hamzah hamzeh
ياسر yasser yasir yaser
ياسين yassin yassine yasin
زياد ziad ziyad zyad
زيد zaid zayd zeid
فيصل faisal faysal faycal feisal
مروان marwan merwan marouane
هشام hisham hicham hesham
أيمن ayman aiman aymen
بلال bilal bilel billal
إسماعيل ismail ismael ismaeel esmail smail
سليمان suleiman sulayman soliman sulaiman suleyman slimane
إدريس idris driss edris
جابر jaber gaber jabir djaber
جعفر jafar jaafar gaafar djaafar
حامد hamed hamid
حميد hamid hameed
قاسم qasim kassem qassem kasim kacem
صالح saleh salih salah
صلاح salah saleh
شريف sharif sherif cherif shareef
منصور mansour mansoor mansur
ناصر nasser nasir naser
نصر nasr naser
رضا reda rida ridha
عادل adel adil
عماد imad emad
عصام essam issam isam
أسامة osama usama oussama
أشرف ashraf achraf
أمير amir ameer emir
أنس anas anass
باسم bassem basim bassim
حكيم hakim hakeem
خليل khalil khaleel halil chalil
رامي rami ramy
رمضان ramadan ramadhan ramazan
زكريا zakaria zakariya zakarya
سفيان sofiane sufyan soufiane
طه taha
عباس abbas
فؤاد fouad fuad foad
فريد farid fareed
كمال kamal kemal kamel
ماجد majed majid maged
موسى musa moussa mousa
نور nour noor nur
هاني hani hany
يحيى yahya yehia yahia
يونس younes yunus younis
فاطمة fatima fatma fatimah fatimeh
مريم maryam mariam meryem miriam meriem
عائشة aisha aicha ayesha aysha ayse
خديجة khadija khadijah khadeeja hatice khadidja
زينب zainab zeinab zaynab zineb zeynep
آمنة amna amina
أمينة amina ameena emine
سارة sara sarah
ليلى layla leila laila leyla
هدى huda hoda houda
سلمى salma selma
رانيا rania raniya ranya
ياسمين yasmin yasmine jasmine yasmeen
هبة heba hiba
سميرة samira sameera
نادية nadia nadya nadiya
حنان hanan hanane
دينا dina deena
منى mona muna mouna
إيمان iman eman imane
أسماء asma asmaa esma
شيماء shaimaa shaima chaimae chaima
وفاء wafa wafaa ouafa
بشرى bushra bouchra bochra
كوثر kawthar kaouthar kawsar kevser
رقية ruqayya rokaya roqaya rukia
سعاد souad suad soad
نجاة najat nagat
نعيمة naima naeema
حليمة halima haleema
صفاء safa safaa
ريم reem rim
لطيفة latifa lateefa
جميلة jamila gamila djamila
خوري khoury khouri koury chouri
حداد haddad hadad
نجار najjar naggar nejjar
خطيب khatib khateeb chatib
بغدادي baghdadi bagdadi
علوي alaoui alawi alawy
غامدي ghamdi gamdi ghamidi
هاشمي hashemi hashimi hachemi hashmi
قحطاني qahtani kahtani gahtani
عتيبي otaibi utaybi oteibi
"""


def spellings() -> dict[str, frozenset[int]]:
    """The numbers of the Arabic names that a word may be a spelling of: first names, which are family names as well, and some families."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_SPELLINGS.strip().splitlines()):
        for form in line.split():
            found.setdefault(form, set()).add(number)
    return {form: frozenset(numbers) for form, numbers in found.items()}
