"""Short and pet forms of first names that people use for each other: English, Dutch, German, French, Spanish, Danish, Italian,
Polish, Russian, Turkish, Arabic.

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
anna ann anne annie anneke anke ana anya anita annette nan nancy anja
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
cornelis kees cor cees corneel cornelius
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
elizabeth elisabeth liz lizzy beth betty lisa elise bettina els elly liesbeth lies betsy isabel isabella bella elsa eliza libby lis
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
jacob jaap jakob jack jake jacques jacobus coos koos sjaak iakov
jacqueline jackie jacky
james jim jimmy jamie jaime diego
jan johannes john johan hans johann jack johnny joop jon jean juan hannes ivan jannes janek ian sean jonny
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
adrian adrianus ad adrie arie janus ade
agnieszka aga agnes agnese
agostino ago tino
alexander aleksander aleksandr alexandr alexandre olek olus alessandro sandro ale aleks shura sanya sacha xandru sikander lyoksa
alexandra aleksandra ola olka alessandra sandra shura sasha sanya xandra saskia
aleksei alexei alexey aleksej alexej lyosha lesha lyokha lekha alyosha alesha alessio
albertus albert bert bertus
alojzy lojzek alois luis loisl
anatoli tolya tolik
anastasia anastasiya anastasija nastya stasya nastja asya nastasya
yana iana jana
andrea andreina
andreas andi anderl andreas andrea dreas
andrei andrey andrusha andryusha andrzej jedrek andrij
anna ania anka hania anja anya anyuta nyura annushka anneli ännchen annina
annamaria annemarie annemieke annemie
antonina tonya tonia tosia
antonio tonino nino toni tonio totonno antoni antek tonek anton antosha tosha
apollonia polly
arkadi arkasha arkady
artyom artem tyoma tema artemi
augustinus guus stijn gust
barbara basia baska barbel babsi barbara varvara varya
bartlomiej bartek bartosz bartolomeo bortolo
bernardus ben bernard bernd nardus
birgitte birgit brigitte birgitta gitte britta brit biggi gitta brigida
bogdan bodzio boguslaw bogus
boleslaw bolek
boris borya
boguslawa bogusia bogda
caterina katarzyna katarina ekaterina yekaterina jekaterina katia katya katja katyusha kasia kaska kathrine
catharina caterina katarina catherine katherine katharina katrine cathrine kathrine kathe trine karen rina cate toos to cato trijntje
charlotte lotte lotta charlot
christina kristine stine tine cristina kirsten kirstine krystyna krysia krycha
czeslaw czesiek
dagmar daggi
danuta danka danusia
daniel dani danek daniil danila danya daniele
daria darya dasha dashenka darja
denis deniska dionys
dietrich dieter dirk didi diederik
domenico mimmo mimi menico dominik
donatella dona tella
dorothea dorthe dorte dorthea dorota dorotka thea doro dorrit dörte doerte
dzmitry dmitri dimitri dmitrij dima mitya dimon
eduard edik edek edoardo edo
edvard edward edek edwin
egor yegor gosha jegor
elena yelena jelena lena helena lenochka lyena hela helenka ela
eleonora leonora nora lola
elisabeth elisabetta elizabeta elzbieta yelizaveta elizaveta liza lisbeth lis lise lisa elsbeth sissi liesl lisl else betta elise lisette
elisabeth elisabetta elizabeth elzbieta sissi sissy lisbet liesbeth lisbeth bet elise lise lis else elsbeth betta ela elzunia
emanuele lele manuele manu
emilia emma milka mila
enrico rico enzo
erik erich eric
eugenia evgenia yevgenia zhenya jevgenia genia genya
eugen evgeni evgenij yevgeni jewgeni evgeny zhenya genya eugeniusz gienek
ewa ewka ewunia eva
fabian fabio fabi
federica fede rica chicca
ferdinando nando ferdi
filippo pippo lippo filip
franciszek franek frantisek
francesco franco ciccio checco cesco francesco franz cecco chicco
francesca franca francy checca
franziska franzi fanny zissi
frederik frede fritz fred friedrich federico frits
friederike rike frieda friedl frederike ricky
gabriele gabi lele gabri gabriello
galina galya galka galja
gennadi gena genya gennady
gerardus gerard gerrit ger geert
gerhard gerd gert hardy
gertrud traudl trude trudi gerti
giacomo giacomino jack mino
giorgio giorgino gino
giovanni gianni vanni nanni gian giannino nino ivan
giovanna gianna vanna nanna
giuseppe beppe peppe pino peppino beppino geppi pippo bepi beppo
giuseppina pina giusy giusi pinuccia peppina beppa
grazyna grazynka
gregor grisha grigori grigory grigorij grzegorz grzesiek grzes gregorio rino
gunther gunter guenther
hannelore hanne lore hannerl
hans johannes hannes hansi johann hansl hennes
hanna johanna hanni hanneli hansje hanneke hannie jo annie janneke joke
heinrich heinz heiner hinnerk heini hein
helena hela lena lenka leni helene lene
helga helle
hendrika rika riek rie hennie henny diny drika
henryk heniek henio
igor garik igoryok
ilya ilyusha ilyukha elias
ignazio nazio gnazio
ingeborg inge inga bort
ippolito polito
irene irena irka ira irina irenka irinka
ivan vanya vanka vanyusha iwan ioann
jacob kuba jakub kubus jakob jeppe jaap giacomo yakov yasha iago jacov
jacoba coba coby cobie jacobje co
jadwiga jadzia hedwig iga
jan janek jas jasiek jasio
jerzy jurek georg jorgen jurij
joanna asia aska joasia
joachim jochen jochim achim jo
jolanda jolanta jola jo joli
josef sepp jupp beppi josip jozef jozek jozio peppi pepi osip iosif
jorgen jorn jurgen
julia yulia yulya julka iulia yulechka juliana giulia iuliia julja
julian julek
kamila kama kamilka
karl kalle karol karolek
karolina karo karolinka caro carolina lina
katharina kathi kati trine käthe kaethe kathe kathrin katrin rina trinchen kätchen
kazimierz kazik kazek kazio
kirill kirya kiryusha kyrill
konstantin kostya kostik kotya konstantyn costantino konstanty
krzysztof krzysiek krzys krzychu kristof christoph
ksenia xenia ksyusha ksiusha oksana xenja ksenija
larisa lara lora
lauritz lars laurits laust lorenz lasse
leonid lyonya lenya leonardo leo
lidia lida lidka
lieselotte lilo lotte liesel liselotte lise
lorenzo renzo lollo enzo
luciano ciano
lucia lucy lucilla lucja
ludovico vico lodovico
ludwig luggi wiggerl lutz ludovico lodewijk
luigi gigi gino luigino luisito gigetto
luisa gina luigia
lyubov lyuba lyubasha ljubow liubov
lyudmila lyuda lyusya mila ljudmila ludmila liudmila lucyna
maciej maciek mathias mattia
maddalena magdalena lena madda magda magdusia leni malene lone madeleine
malgorzata gosia malgosia goska margareta
margarete grete gretel gretchen margret margarethe margit meta gitta marga
margherita rita ghita marghe margarita
margarita rita margo
margrethe grethe merete mette margit grete margareth margaretha greetje gré gre griet margriet griet greta
maria marie marija masha manya marusya mariya marysia maryska maja mariola marietta marlies mitzi mimi rike ria rie mies mieke miep
marianna marianne janne
mario mariolino
martijn tijn martinus
mateusz mati matek
matthias matze matz hias mattes matti mathis
matilda mathilde tilde til tilla
maurizio mauri
massimo max massimiliano
maxim maks maksim maxima max
michal michalek misiek
michael michiel chiel giel michi michel mikael mick micha mihail michail mischa misha mikkel mikhail mihai michele
mikhail michail misha mischa mishka mihail
mieczyslaw mietek
nadezhda nadeschda nadya nadia nadja nadyusha
natalia natalya nataliya natasha natascha nata natalka natalja natalija
nikolai nikolay kolya nikolaj klaus claus niko
oleg olezhka
paolo paolino
patrizia patti
pavel pasha pashka pawel pawelek pawelk paul pavlik
pietro piero pierino pete
petrus piet pieter peter petr pyotr pjotr piotr piotrek piotrus petya petja peer per peder piero petrusha
przemyslaw przemek
quirinus krijn
raffaele lele raffa raffaello
raffaella raffa
rafal rafalek
riccardo ricky ricci ryszard rysiek rychu
roberto robi bobo robert
rosa rosina rosetta rosella
roman roma romka romek
rosario saro
rozalia rozalka
salvatore salvo toto turi turiddu sasa
sergei serge seryozha serezha seryoga serega sergey sergej sergius seriozha serioscha
sebastian basti wastl basti seba bastiano
silvestro silvio
slawomir slawek
stanislaw staszek stas stanislav slava stach stasiek
stanislav slava stas
stefania stefi stefa stephanie steffi fania
stepan styopa stepa stefan
semyon semen syoma sema simon
fyodor fedor fyodr fedya fedja theodor fjodor
boris borya
manfred manni mani fredi
susanne sanne susi sanni susan suse
svetlana sveta svetik lana swetlana
sylwia sylwka silvia
tadeusz tadek tadzio
tamara toma tamarka
tatiana tanya tatyana tania tanja tatjana tata
theodorus theo dorus door teo doris
theresia resi resl theres therese tessa teresa terenia tereska
timofei tima timosha
timur tima
tommaso tommy maso masino tom
tomasz tomek tomus
tobias tobi tobbe tobe
urszula ula ursula uschi urschel
ulrich uli utz
vadim vadik dima
valentin valya valik val
valentina valya vale tina valentinka
valeri valera valery valeria valerij
vasili vasya vasily vassili wassili wasilij vasilij
veronika vroni nika vera weronika
vera verochka veronica
viktor vitya viktor wiktor
vincenzo enzo vinci cenzo vincenzino
vincenza enza
vitali vitalik vitya
vladimir volodya vova vovan wolodja wladimir vladimiro
vladislav vlad vladik slava
vsevolod seva
vyacheslav slava slavik vjatscheslaw
wilhelm willi willy helmut
wilhelmus willem wim wil
wilhelmina willy mien mientje minnie wil willemien
wladyslaw wladek
wlodzimierz wlodek
wojciech wojtek
wolfgang wolf wolfi wolferl
yakov yasha jakob
yaroslav yarik slava jaroslaw jarek
yuri yuriy yurii yura yurik jura juri jurij yury yurochka iurii iura
zbigniew zbyszek
zdzislaw zdzisiek
zofia zosia zoska sonia sofia sonya
zygmunt zygmus
robert rab bobbie robbert
richard richie rickie dickie
david davey dai
joan jo joanie
joanne jo joanna
judith juttchen jutta
kimberly kim kimmie
nancy nan ann
philippa pippa pip
penelope penny
eleanor nellie lena elly
abraham abe bram braham ibo
abdullah abdallah abdulla abdul apo abdus abo abed abdou abdo abboud aboud عبدالله عبدو عبود عبد
عبدالرحمن عبدو عبود رحمن
abdulrahman abdelrahman abderrahman abdurrahman abdou abdo abdul abboud aboud rahman apo
ahmet ahmad hamada
ali alis
ayse ayşe aysel aysun ayşegül
emine emoş eminem
fatma fatimah fatos fatoum fattoum fatima fatou fatme فاطمة فطوم فطومة
huseyin huso hussein
ibrahim ibo ibrahem ibra
ismail iso ismo smail
mehmet memo memis mamo mohammed
mohammed mo hamoudi hammouda hamouda hamada hamid medo mimo moh simo mohamed mohammad muhammad محمد حمودة حمادة
mustafa musti mistik mostafa mousti sasa
murat muro
osman osi
ramazan ramo ramadan
suleyman sulo suleiman sülo
yusuf yussuf sefo
zeynep zeyno
khadija khadouj khaddouj dija
maryam mariam miriam mimi meryem
youssef jojo yousri
zainab zouzou zizi zeinab zaynab
"""


def groups() -> dict[str, frozenset[int]]:
    """The numbers of the names that a form may stand for."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_NAMES.strip().splitlines()):
        for form in line.split():
            found.setdefault(form, set()).add(number)
    return {form: frozenset(numbers) for form, numbers in found.items()}
