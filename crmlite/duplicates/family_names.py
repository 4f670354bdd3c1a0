"""Family names that very many people have: to be called so and to live in one city says little about two records."""

COMMON = """
jong jansen vries berg bakker dijk visser janssen smit meijer boer mulder groot bos vos peters hendriks leeuwen dekker
brouwer wit dijkstra smits
graaf meer kok jacobs vermeulen heuvel veen broek schouten willems hoekstra peeters maes dubois lambert
smith jones williams taylor brown davies davis evans wilson thomas johnson roberts robinson thompson wright walker
white edwards hughes green hall
lewis harris clarke patel jackson wood turner martin cooper hill ward morris moore clark lee king baker harrison
miller garcia rodriguez martinez
hernandez lopez gonzalez perez sanchez ramirez torres fernandez gomez
müller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schäfer koch bauer richter klein wolf
schröder neumann schwarz zimmermann
braun krüger hofmann hartmann lange werner krause lehmann köhler maier
rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti costa giordano mancini rizzo
lombardi moretti
nielsen jensen hansen andersen pedersen christensen larsen sørensen rasmussen jørgensen petersen madsen kristensen
olsen thomsen poulsen johansen
møller mortensen knudsen andersson johansson karlsson nilsson eriksson larsson svensson
nowak kowalski kowalska wiśniewski wiśniewska wójcik kowalczyk kamiński kamińska lewandowski lewandowska zieliński
zielińska szymański szymańska
woźniak dąbrowski dąbrowska kozłowski kozłowska jankowski jankowska mazur kwiatkowski kwiatkowska
yılmaz kaya demir şahin çelik yıldız yıldırım öztürk aydın özdemir arslan doğan kılıç aslan çetin kara koç kurt
иванов смирнов кузнецов попов васильев петров соколов михайлов новиков фёдоров морозов волков алексеев лебедев семёнов
егоров павлов козлов степанов
николаев иванова смирнова кузнецова попова васильева петрова соколова михайлова новикова фёдорова морозова волкова
алексеева лебедева семёнова
егорова павлова козлова степанова николаева
محمد أحمد علي حسن حسين عمر خالد محمود إبراهيم يوسف مصطفى عبدالله عثمان سعيد صالح mohammed ahmed ali hassan hussein
omar khaled mahmoud ibrahim youssef
mustafa abdullah osman said saleh martin bernard dubois thomas robert richard petit durand leroy moreau silva santos
"""
