"""Hard cues in Italian, Portuguese, Dutch and Polish. See `rule` for the text they expect."""

from __future__ import annotations

from models.cues.rule import AGREED, GAP, NOBODY, TECHNICAL, Cue, cue
from models.indicators import CANCELLATION, DATA_BREACH, LEGAL, SAFETY

_IT_DEAL = r"(?:contratt[oi]|abbonament[oi]|servizi[o]?|account|accordo|rapporto|licenz[ae]|collaborazione|fornitura)"
_PT_DEAL = r"(?:contratos?|assinaturas?|servicos?|contas?|planos?|acordo|licencas?|parceria|subscricao)"
_NL_DEAL = r"(?:contract|abonnement|overeenkomst|samenwerking|licenties?|account|dienstverlening|diensten)"
_PL_DEAL = r"(?:umow\w+|subskrypcj\w+|abonament\w*|wspolprac\w+|uslug\w*|licencj\w+|kont[ao])"

ITALIAN_PORTUGUESE_DUTCH_POLISH: list[Cue] = [
    cue(
        CANCELLATION,
        "disd resc rece annu canc chiu riso inte rinn forn conc",
        [
            r" (?:disdire|disdiciamo|disdetta|rescindere|rescindiamo|rescissione|recedere|recediamo|recesso|"
            r"annullare|annulliamo|cancellare|cancelliamo|chiudere|chiudiamo|risolvere|interrompere|interrompiamo|"
            r"terminare) (?:dal |del |dell |della |il |l |la |i |nostro |nostra |nostri |mio |vostro |questo |tutto |"
            rf"con ){{0,3}}{_IT_DEAL} ",
            r" (?:diamo|dare|inviamo|inviare|mandiamo|invieremo|mandare) (?:\w+ )?(?:la )?(?:disdetta|"
            r"lettera di recesso) | (?:disdiciamo|disdire) tutto | vogliamo disdire ",
            r" non (?:vogliamo |intendiamo |lo |la |possiamo |abbiamo intenzione di )*(?:rinnovare|rinnoveremo|"
            r"rinnoviamo|rinnoverà|rinnovera|rinnovo) ",
            r" (?:cambiare|cambiamo|cambieremo) fornitore | (?:passare|passiamo|passeremo|andiamo|andremo|"
            r"rivolgeremo) (?:\w+ ){0,2}?(?:alla concorrenza|dalla concorrenza|un altro fornitore|altro fornitore|"
            r"un concorrente) ",
        ],
        [
            TECHNICAL,
            r" (?:non|mai|nessuna intenzione di) (?:\w+ ){0,3}?(?:disdire|rescindere|cancellare|cambiare fornitore|"
            r"chiudere|recedere) | (?:clienti|utenti|utente|cliente|qualcuno) (?:\w+ ){0,3}?(?:disd|cancell|chiud)|"
            r" (?:vecchio|precedente) (?:fornitore|contratto)| (?:certificato|dominio|riunione|di prova) ",
        ],
    ),
    cue(
        LEGAL,
        "avvo lega prat parl diff trib quer denu cita causa giud",
        [
            rf" (?:avvocat[oi]|ufficio legale|studio legale|nostri legali|nostro legale|i legali) {GAP}(?:contatt\w*|"
            r"scriver\w*|sentir\w*|mano|mani|lettera|far[aà]|faranno|informat\w*|valutando|occup\w*|chiamer\w*|"
            r"inviar\w*|invier\w*) ",
            r" (?:sentirete|mano|contattato|contattare|passato|passare|passiamo|parlato|parlare|coinvolto|"
            rf"coinvolgere|incaricato|rivolgerci|rivolgermi|consultato|notizie|girato) {GAP}(?:avvocat[oi]|legali|"
            r"legale) ",
            r" (?:parlate|parlare|parlerete|sentirete) (?:\w+ ){0,2}?(?:legali|avvocati|avvocato) |"
            r" pratica (?:\w+ ){0,2}?(?:al legale|ai legali|all avvocato) | (?:vie legali|azioni? legali?|"
            r"azione legale|diffida|in tribunale|querela|fare causa|faremo causa|facciamo causa|citazione in giudizio|"
            r"procedere legalmente|sede legale e giudiziaria|denuncia alle autorita|danni in giudizio) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" non (?:\w+ ){0,3}?(?:legali|causa|avvocat\w) | (?:siamo|sono) (?:\w+ ){0,2}?(?:avvocat\w|"
            r"studio legale) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "viol fuga dati data gara fatt",
        [
            r" (?:violazione|fuga|furto|perdita di riservatezza) (?:dei |di )dati | (?:un|il|del|questo|"
            r"vostro) data breach | (?:dati|fatture|documenti|ordini) (?:di|del|della|dei) (?:un |una |un |"
            r")?(?:altr[oiae]|altra) (?:client[ei]|aziend[ae]|pazient[ei]|utent[ei]|societa) ",
            rf" dati {GAP}(?:esposti|rubati|trapelati|pubblici|visibili a tutti) | (?:segnalare|notificare|segnalarlo|"
            rf"notifica|segnalazione) (?:\w+ ){{0,3}}?garante ",
        ],
        [
            TECHNICAL,
            r" (?:nessuna|evitare|in caso di|articolo|esercitazione|assicurazione|corso|prevenire) |"
            r" data breach (?:policy|di linkedin) ",
        ],
    ),
    cue(
        SAFETY,
        "peri feri risc sicu pazi vita",
        [
            r" (?:pazient[ei]|persone|vite|vita|lavoratori|operai[o]?|dipendenti|autist[ai]|bambini|"
            rf"operator[ei]) {GAP}(?:in pericolo|a rischio|ferit[oiae]|mort[oi]|infortunat\w) ",
            r" (?:pericolo|rischio|rischiano) (?:\w+ ){0,3}?(?:vita|vite|pazienti|persone|lavoratori) |"
            r" sicurezza (?:dei|delle) (?:pazienti|persone|lavoratori) | (?:e|stato|rimasto) ferito ",
        ],
        [TECHNICAL, NOBODY, r" (?:esercitazione|corso|grazie) "],
    ),
    cue(
        CANCELLATION,
        "canc resc ence reno pror forn conc",
        [
            r" (?:cancelar|cancelamos|cancelaremos|cancelem|cancelando|cancelamento|rescindir|rescindimos|"
            r"rescindiremos|rescisao|encerrar|encerramos|encerramento|terminar|denunciar) (?:o |a |os |as |do |da |"
            rf"de |nosso |nossa |nossos |meu |minha |este |esta |todo |todos )*{_PT_DEAL} ",
            r" nao (?:vamos |iremos |queremos |pretendemos |vai |ha como )*(?:renovar|renovaremos|renovamos|"
            r"prorrogar) | (?:carta|pedido|aviso) de (?:rescisao|cancelamento) | (?:vamos|quero|queremos|"
            r"iremos) cancelar (?:tudo )?$",
            r" (?:mudar|mudamos|mudaremos|trocar|trocaremos|trocamos|migrar|migraremos|migrando|passar|vamos|"
            r"indo) (?:\w+ ){0,2}?(?:(?:de|outro|novo) fornecedor|a concorrencia|um concorrente|concorrente) ",
        ],
        [
            TECHNICAL,
            r" (?:nao|nunca|sem) (?:\w+ ){0,3}?(?:cancelar|rescindir|encerrar|trocar|mudar) | (?:clientes?|usuarios?|"
            r"utilizador\w*|alguem) (?:\w+ ){0,3}?(?:cancel|encerr)| (?:antigo|anterior) (?:fornecedor|contrato|"
            r"sistema)| (?:certificado|dominio|reuniao|de teste) ",
        ],
    ),
    cue(
        LEGAL,
        "advo lega judi cabi proc trib extr juri",
        [
            rf" (?:advogad[oa]s?|departamento juridico|juridico|equipe juridica|equipa juridica) {GAP}(?:contat\w*|"
            r"contact\w*|entrar\w*|notific\w*|acion\w*|procur\w*|analisando|avaliando|tratar\w*|assumir\w*|ligar\w*|"
            r"escrever\w*|carta|caso) ",
            r" (?:acionar|acionamos|acionado|acionei|falar|consultar|consultamos|passei|passamos|encaminhar|"
            rf"encaminhamos|encaminhado|contatar|envolver|maos) {GAP}(?:advogad[oa]s?|juridico) ",
            r" (?:chamar|chamo|o) (?:o |meu |nosso )?advogado (?:pediu|mandou|esta|ta|vai|e) | (?:medidas (?:legais|"
            r"judiciais|cabiveis)|acao judicial|acoes legais|via judicial|vias judiciais|processar (?:voces|a empresa|"
            r"vos)|processo judicial|notificacao extrajudicial|no tribunal|na justica|em tribunal|procon) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" nao (?:\w+ ){0,3}?(?:processar|judicial|advogad\w+) | (?:somos|sou) (?:\w+ ){0,2}?(?:advogad\w+|"
            r"escritorio) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "vaza viol fuga dado anpd fatu",
        [
            r" (?:vazamento|violacao|fuga|roubo) de (?:dados|informacoes) | (?:dados|faturas|notas|pedidos|documentos|"
            r"informacoes) de (?:um |uma )?outr[oa]s? (?:clientes?|empresas?|pacientes?|usuarios?) ",
            rf" dados {GAP}(?:vazados|vazaram|expostos|roubados) | (?:notificar|comunicar|"
            rf"informar) (?:\w+ ){{0,2}}?(?:anpd|cnpd|autoridade) ",
        ],
        [TECHNICAL, r" (?:nenhum|evitar|em caso de|artigo|politica|simulado|seguro contra|prevenir) "],
    ),
    cue(
        SAFETY,
        "peri risc feri vida paci",
        [
            r" (?:pacientes?|vidas?|pessoas|trabalhadores|funcionarios?|motoristas?|criancas|"
            rf"operarios?) {GAP}(?:em perigo|em risco|ferid[oa]s?|feriu|feriram|mort[oa]s?) ",
            r" (?:perigo|risco) (?:\w+ ){0,3}?(?:vidas?|de morte|pacientes|pessoas|trabalhadores) |"
            r" seguranca d[oa]s (?:pacientes|pessoas|trabalhadores) | saiu ferid[oa] ",
        ],
        [TECHNICAL, NOBODY, r" (?:simulado|curso|obrigad[oa]) "],
    ),
    cue(
        CANCELLATION,
        "opze opge zegg zeg zegt beei verl ontb stop leve conc part aanb annu",
        [
            rf" (?:zeggen|zeg|zegt) (?:\w+ ){{0,4}}?{_NL_DEAL} (?:\w+ ){{0,6}}?op |"
            rf" {_NL_DEAL} (?:\w+ ){{0,7}}?(?:opzeggen|opgezegd|op te zeggen|beeindigen|te beeindigen|beeindigd|"
            r"ontbinden|stop te zetten|stopzetten) ",
            r" (?:opzeggen|beeindigen|opzegging|beeindiging|ontbinden|annuleren) (?:van )?(?:het |de |ons |onze |"
            rf"dit |mijn )?{_NL_DEAL} | (?:opzegbrief|opzegtermijn van ons) | per direct (?:\w+ )?op(?:gezegd|zeggen) ",
            rf" {_NL_DEAL} {GAP}niet (?:meer )?(?:verlengen|te verlengen|verlengd) | (?:verlengen|"
            rf"verleng) (?:\w+ ){{0,4}}?(?:contract|abonnement) (?:\w+ ){{0,3}}?niet ",
            r" (?:stappen|stap|overstappen|overgestapt|overstap|gaan|over) (?:\w+ ){0,4}?(?:andere|nieuwe|"
            r"de) (?:leverancier|aanbieder|partij|concurrent|concurrentie) ",
        ],
        [
            TECHNICAL,
            r" (?:niet|nooit|geen) (?:\w+ ){0,3}?(?:opzeggen|op te zeggen|beeindigen|overstappen|plan) | (?:klanten|"
            r"klant|gebruikers?|medewerker|iemand) (?:\w+ ){0,4}?(?:opzeg|opgezegd|beeindig)| (?:oude|"
            r"vorige) (?:leverancier|contract|aanbieder|systeem)| (?:certificaat|domein|vergadering) ",
        ],
    ),
    cue(
        LEGAL,
        "advo juri rech aans inge dagv jurd",
        [
            rf" (?:advocaat|advocaten|juristen|jurist|juridische afdeling) {GAP}(?:contact\w*|bellen|belt|nemen|neemt|"
            r"melden|inschakel\w*|ingeschakeld|brief|schrijven|schrijft|kijken|bekijkt|overgedragen|horen|dossier) ",
            r" (?:ingeschakeld|inschakelen|overgedragen|horen|contact|gesproken|overleg|doorgestuurd|"
            rf"schakelen) {GAP}(?:advocaat|advocaten|jurist|juristen|juridische afdeling) | juridische (?:stappen|"
            r"acties?|procedure|weg|maatregelen) ",
            r" (?:aansprakelijk (?:stellen|gesteld|houden)|stellen (?:\w+ ){0,3}?aansprakelijk|ingebrekestelling|"
            r"dagvaarden|dagvaarding|naar de rechter|voor de rechter|rechtszaak|schadeclaim) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" (?:geen|niet|gewonnen|tegen die|tegen een) (?:\w+ ){0,3}?(?:rechter|juridische|rechtszaak) |"
            r" (?:rechtszaak tegen|gewonnen) | wij zijn (?:\w+ ){0,2}?(?:advocaten\w*|kantoor) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "data gege klan priv fact auto",
        [
            r" (?:datalek|privacylek|beveiligingslek) | (?:gegevens|facturen|data|bestellingen|documenten|"
            r"dossiers) van (?:een )?andere? (?:klant|klanten|bedrijf|bedrijven|patient|patienten|gebruikers?|"
            r"organisatie) ",
            rf" (?:klantgegevens|persoonsgegevens|gegevens) {GAP}(?:gelekt|gestolen|op straat|openbaar) |"
            r" autoriteit persoonsgegevens ",
        ],
        [TECHNICAL, r" (?:geen|voorkomen|in geval van|bij een|artikel|beleid|oefening|verzekering|protocol) "],
    ),
    cue(
        SAFETY,
        "leve gewo geva veil pati mens",
        [
            r" (?:levensgevaar|levensgevaarlijk|mensenlevens|patientveiligheid) | (?:patienten|mensen|medewerkers?|"
            rf"chauffeurs?|bewoners|kinderen|iemand|collega) {GAP}(?:gevaar|gewond|overleden|risico) ",
            r" gevaar voor (?:\w+ ){0,2}?(?:patienten|mensen|medewerkers|bewoners|levens) |"
            r" veiligheid van (?:\w+ )?(?:patienten|mensen|medewerkers|bewoners|chauffeurs) ",
        ],
        [TECHNICAL, NOBODY, r" (?:oefening|cursus|bedankt) "],
    ),
    cue(
        CANCELLATION,
        "nada zloz skla wypo rozw rezy zrez anul prze odno odej zmie doku",
        [
            r" (?:wypowied\w+|wypowiad\w+|wypowiem\w*|rozwiaz\w+|zrezygn\w+|rezygn\w+|anulow\w+|anuluj\w*|zakoncz\w+|"
            rf"konczymy) (?:\w+ ){{0,4}}?{_PL_DEAL} ",
            rf" {_PL_DEAL} (?:\w+ ){{0,3}}?(?:wypowiad\w+|wypowied\w+|wypowiem\w*|rozwiaz\w+|"
            r"zostaje wypowiedzian\w+) | (?:rezygnujemy|zrezygnujemy|zrezygnowac) z (?:wasz\w+|panstwa|dalszej|tej|"
            r"systemu) ",
            r" (?:nadalismy|zlozylismy|skladamy|wysylamy|wyslalismy|zlozymy|przesylamy) (?:\w+ ){0,2}?wypowiedzenie ",
            r" nie (?:zamierzamy |bedziemy |chcemy |planujemy )?(?:przedluz\w+|odnow\w+|odnawia\w+) ",
            r" (?:przechodzimy|przejdziemy|przejsc|przenosimy|przeniesiemy|odchodzimy|"
            r"odejdziemy) (?:\w+ ){0,3}?(?:konkurencji|innego dostawcy|innej firmy) | (?:zmieniamy|zmienimy|zmienic|"
            r"zmiane) dostawc\w+ ",
        ],
        [
            TECHNICAL,
            r" nie (?:chcemy |zamierzamy |planujemy |bedziemy |mamy zamiaru )?(?:wypowied\w+|wypowiad\w+|rozwiaz\w+|"
            r"rezygn\w+|zrezygn\w+|anulow\w+) | (?:klient|klienci|uzytkownik\w*|pracownik\w*|"
            r"ktos) (?:\w+ ){0,3}?(?:wypowied|rezygn|zrezygn|anul)| (?:star\w+|poprzedni\w+) (?:dostawc\w+|umow\w+|"
            r"system\w*)| (?:certyfikat\w*|domen\w+|spotkani\w+|testow\w+) ",
        ],
    ),
    cue(
        LEGAL,
        "praw adwo kanc sado sadu sad pozw poze",
        [
            rf" (?:prawnik\w*|prawnicy|adwokat\w*|kancelari\w+|dzial prawny|radca prawny) {GAP}(?:skontakt\w+|"
            r"kontakt\w*|odezw\w+|napis\w+|zajm\w+|zajel\w*|przejm\w+|przygot\w+|analiz\w+|pism\w+|wysl\w+|bedzie|"
            r"beda) ",
            r" (?:przekaz\w+|skontakt\w+|skonsult\w+|rozmawia\w+|zaangazow\w+|oddaj\w+|uslyszycie|"
            rf"slyszeli) {GAP}(?:prawnik\w*|adwokat\w*|kancelari\w+|dzial\w* prawn\w+) | (?:kroki|krokow|dzialania|"
            r"konsekwencje) prawn\w+ ",
            r" (?:droge sadowa|drodze sadowej|do sadu|w sadzie|pozew|pozwiemy|pozwac was|postepowanie sadowe|"
            r"wezwanie przedsadowe) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" nie (?:\w+ ){0,3}?(?:sadu|pozw\w+|pozew|prawn\w+) | (?:jestesmy|jestem) (?:\w+ ){0,2}?(?:kancelari\w+|"
            r"prawnik\w*) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "wyci naru dane dany uodo fakt",
        [
            r" (?:wyciek\w*|kradziez\w*) danych | naruszeni\w+ (?:ochrony |bezpieczenstwa )?danych | (?:dane|danych|"
            r"faktury|zamowienia|dokumenty) (?:inn\w+|obc\w+|cudz\w+) (?:\w+ )?(?:klient\w*|firm\w*|pacjent\w*|"
            r"uzytkownik\w*) ",
            r" dane (?:\w+ ){0,4}?(?:wyciekly|skradziono|ujawnione|publicznie dostepne) | (?:zglosic|zglaszamy|"
            r"zgloszenie) (?:\w+ ){0,3}?(?:uodo|urzedu ochrony danych) ",
        ],
        [TECHNICAL, r" (?:brak|zadnego|zapobieg\w+|w przypadku|artykul\w*|polityk\w+|cwiczeni\w+|ubezpieczeni\w+) "],
    ),
    cue(
        SAFETY,
        "zagr zyci rann nieb bezp pacj",
        [
            r" (?:zagrozeni\w+ (?:dla )?(?:zycia|zdrowia|zyciu)|zagraza (?:\w+ )?(?:zyciu|zdrowiu|pacjentom|ludziom)|"
            r"zycie (?:\w+ ){0,2}?(?:pacjent\w+|ludzi)|bezpieczenstwo (?:pacjentow|ludzi|pracownikow)) ",
            rf" (?:pacjen\w+|ludzie|ludzi|pracownik\w*|kierowc\w+|dzieci) {GAP}(?:niebezpieczenstwie|zagrozeni|ranny|"
            r"ranni|ryzyku) | niebezpieczne dla (?:ludzi|pacjentow|pracownikow) | zostal ranny ",
        ],
        [TECHNICAL, NOBODY, r" (?:cwiczeni\w+|kurs\w*|dziekuj\w+|norm\w+|iso|tabel\w+|kategori\w+) "],
    ),
]
