"""Short and pet forms of first names that people use for each other: English, Dutch, German, French, Spanish, Danish, Russian.

Each line is one name. A short form may stand in several of them: Chris is Christopher and Christina.
"""

_NAMES = """
abigail abby gail
abraham abram abe bram
adam addy
adelheid heidi adele
albert al bert bertie albrecht
alejandro ale jandro
alexander alex alec sander xander sacha sascha aleksandr sasha alejandro lex aleksander alexandre iskandar
alexandra alex sandra sascha sasha aleksandra lexi
alfred fred alf freddie
alice ali alisa
aleksei alexey alyosha lyosha alexei
amalia amelia amy malia
anastasia nastya stasya ana
andreas andrew andy drew andries dries andre anders andrei andres
angela angie angelika angelina
anna ann annie anneke anke ana anya anita annette anouk nan nancy anja
anthony antoine anton antonio tony toni toon antonius theun ton
antonia toni tonia
arthur art artie
augustin august gus guus augustus
barbara babs barb bärbel basia
bartholomew bart barth
beatrice bea trix beatrix
benjamin ben benny benji benno
bernard bernhard bernie bernd barney ben
catherine katherine katharina kathi käthe kate katie kathy cathy cath kitty karin katrin catharina trijntje kathleen katja catalina katya
charles charlie chuck karel carl karl carlos carlo charly
charlotte lotte lottie charly
christian chris christiaan kris cristian
christina christine chris tina kristina christa stina kirsten stien kristin cristina
christopher chris kit christoph christophe christoffel stoffer cristobal
claudia claudie
cornelis kees cor cees corneel cornelius niels
cornelia nel corrie cornelie nelly
daniel dan danny daan
david dave davy
deborah deb debbie debora
dmitri dima dimitri mitya dmitry
dominic dom dominik nick
dolores lola loli
donald don donnie
dorothea dorothy dora dot thea dorien doortje
edward ed eddie ted ned eduard eduardo edouard teddy edwin
eleanor ellie nora ellen eleonora lenore nell
elizabeth elisabeth liz lizzy beth betty lisa elise bettina els elly liesbeth lies betsy ilse isabel isabella bella elsa eliza libby lis
emanuel manuel manny manolo
emilia emily em emmy emilie mila
ernest ernst ernie
ernesto neto
eugene gene evgeni zhenya eugen evgeny yevgeny
evelyn eve evie eveline
ferdinand ferdi nand fernando nando
florian flo
frances fran francesca fanny francisca paquita
francis frank francisco franz frans francois paco pancho frankie franciscus
frederick fred frederik fritz freddy rik frits friedrich federico fede frederic
gabriel gabe gabi gabor
gabriele gabriela gabrielle gabi gaby
genevieve ginette genny
george georg georges jorge joris sjors jurgen jorg georgi yuri gosha jurriaan
gerald gerard gerhard gerry jerry gerd gerrit geert
gertrude trudy gerda geertruida truus trudi gertrud
giovanni gianni
gregory greg gregor gregorio grisha grigori
guillermo memo guille
hannah hanna hanneke johanna joanna hanne
harold harry harald hal
hendrik henk henry heinrich hank harry hein rik hendrikus enrique quique henri heinz henrik
henrietta hettie jet henriette etta jetty
herman hermann harm
hubert bert huib hubertus
ignacio nacho
irina ira irene
ivan vanya
jacob jaap jakob jack jake jacques jacobus coos sjaak iakov
jacqueline jackie jacky
james jim jimmy jamie jaime diego
jan johannes john johan hans johann jack johnny joop jon jean juan hannes ivan jens jannes janek ian sean jonny
jane janet jenny jana janny jean joan johanna
janneke jannie
jason jay
jeffrey jeff geoff geoffrey godfried
jennifer jen jenny jenna
jeroen hieronymus jerome
jessica jess jessie
jesus chuy chus
joachim jochen achim jochem joaquin chimo
jonathan jon nathan jonny
joseph joe joey jose josef jozef sepp pepe jef joost yusuf youssef josephus iosif joep giuseppe
josephine jo josie josefina pepa fien josefine
joshua josh
judith judy jude judit
juergen jurgen
julia julie jule yulia
julian jules juul
katrina trina
kenneth ken kenny
klaus claus nikolaus
konstantin kostya constantijn stan
lambert bert
larisa lara lora
laura laurie lau
laurence lawrence larry lars laurens lorenz lorenzo laurent laurits
leonard leo len lenny leonardo lennart leonid lyonya
lewis louis lou ludwig lodewijk luis lutz louie
louise lou luisa louisa wies loes
lucas luke luuk lukas luca
lucia lucy luz lucie
ludmila mila lyuda lyudmila
magdalena lena magda madeleine leni maddy malene
marcus mark marc markus marco marcos
margaret margaretha maggie meg peggy greta margot marge rita grietje margriet margrethe gretchen marga marguerite greet megan grethe
maria marie mary maaike marieke mia ria mieke mary molly polly mariska masha mitzi maryam maruja mitsi marion
mariana marianne
martin maarten marty tinus martijn morten martinus
martina tina martine
mathilda mathilde tilly tilda matilda
matthew matt matthias matthijs thijs mathieu matteo mateo mats mads mattias ties
maurice mo maurits moritz
maximilian max maxim maximiliaan maksim
michael mike mick mikey michel michiel miguel mikhail misha michele mickey mikkel michal
michelle shelly
mohammed mohamed muhammad mohammad mo med mehmet hamada
monica mon monika
natalia natasha nathalie natalie nat
nicholas nick nicky nico niklas klaas nikolai kolya nicolas nikolas claas nils nikolaj
nicole nicky nikki
oliver ollie olivier
olga olya
oswald ozzie
pamela pam
pascal pas
patricia pat patty trish tricia
patrick pat paddy patricio
paul pauly paulus paolo pavel pablo pasha poul
pauline paula
peter pete pieter piet pierre pedro petrus petr petya peer
philip phil philippe filip pip felipe flip philipp
pilar pili
rachel rae rahel
raphael rafael rafa raf
raymond ray raimund
rebecca becky becca beck
reinhard reiner rainer
richard rick rich dick ricky ricardo rik
robert rob bob bobby robbie roberto robin bert rupert
roderick rod rory
roger rutger
roland rolf
ronald ron ronnie
rosalind rosa rose ros
rudolf rudi rudy rolf ruud rodolfo
samantha sam sammy
samuel sam sammy
sarah sara sally sadie
sebastian seb bas basti bastian sebastiaan sebastien
sergei serge sergey seryozha serhii
sibylle bille
siegfried siggi
simon sim siem
sofia sophie sophia sonja sonya fieke
stephanie steph steffi stefanie fanny
stephen steven steve stefan stephan etienne esteban stijn steffen stepan
susan sue susie susanne suzanne suus susi sanna susana sanne susanna
svetlana sveta lana
tatiana tanya tania tanja
tamara tammy
teresa theresa tess terry therese theresia resi maite trees
theodore theo ted teddy theodor fedor dorus fyodor
thomas tom tommy tomas thom maas
timothy tim timmy timo timotheus
ulrich uli ulli ulrik
ursula uschi ulla
valentina valya tina
vera veronica veronika ronnie
victor vic viktor vitya
victoria vicky tori viktoria vika
vincent vince vinnie vicente
virginia ginny ginger
vladimir vova volodya vlad wladimir
walter walt wally wout wouter
wendy gwendolyn gwen
wilhelmina willemijn mina minnie wil wilma billie mien helma
william bill billy will wim guy willem wilhelm willy guillaume liam guillermo helmut pim guglielmo vilhelm
xavier javier javi xavi
yvonne vonny
zachary zach zack
abdullah abdallah abdalla abdoullah
ahmed ahmad achmed hamoudi
ali aly
fatima fatma fatimah fatoumata
hussein hussain husayn
ibrahim brahim abraham ebrahim
khadija khadidja
khalid khaled
omar umar
yusuf youssef yousef joseph josef yousuf
"""


def groups() -> dict[str, frozenset[int]]:
    """The numbers of the names that a form may stand for."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_NAMES.strip().splitlines()):
        for form in line.split():
            found.setdefault(form, set()).add(number)
    return {form: frozenset(numbers) for form, numbers in found.items()}
