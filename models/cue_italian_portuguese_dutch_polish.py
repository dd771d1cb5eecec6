"""Hard cues in Italian, Portuguese, Dutch and Polish. See `cue_rule` for the text they expect."""

from __future__ import annotations

from models.cue_rule import AGREED, GAP, NOBODY, TECHNICAL, Cue, cue
from models.indicators import CANCELLATION, DATA_BREACH, LEGAL, SAFETY

_IT_DEAL = r"(?:contratt[oi]|abbonament[oi]|servizi[o]?|account|accordo|rapporto|licenz[ae]|collaborazione|fornitura)"
_PT_DEAL = r"(?:contratos?|assinaturas?|servicos?|contas?|planos?|acordo|licencas?|parceria|subscricao)"
_NL_DEAL = r"(?:contract|abonnement|overeenkomst|samenwerking|licenties?|account|dienstverlening|diensten)"
_PL_DEAL = r"(?:umow\w+|subskrypcj\w+|abonament\w*|wspolprac\w+|uslug\w*|licencj\w+|kont[ao])"

ITALIAN_PORTUGUESE_DUTCH_POLISH: list[Cue] = [
    cue(
        CANCELLATION,
        "disd resc rece annu canc chiu riso inte rinn forn conc recl term",
        [
            rf" (?:disdire|disdiciamo|disdetta|rescindere|rescindiamo|rescissione|recedere|recediamo|recesso|annullare|annulliamo|cancellare|cancelliamo|chiudere|chiudiamo|risolvere|interrompere|interrompiamo|terminare) (?:dal |del |dell |della |il |l |la |i |nostro |nostra |nostri |mio |vostro |questo |tutto |con ){{0,3}}{_IT_DEAL} ",
            r" (?:diamo|dare|inviamo|inviare|mandiamo|invieremo|mandare) (?:\w+ )?(?:la )?(?:disdetta|lettera di recesso) | (?:disdiciamo|disdire) tutto | vogliamo disdire ",
            r" non (?:vogliamo |intendiamo |lo |la |possiamo |abbiamo intenzione di )*(?:rinnovare|rinnoveremo|rinnoviamo|rinnoverà|rinnovera|rinnovo) ",
            r" (?:cambiare|cambiamo|cambieremo) fornitore | (?:passare|passiamo|passeremo|andiamo|andremo|rivolgeremo) (?:\w+ ){0,2}?(?:alla concorrenza|dalla concorrenza|un altro fornitore|altro fornitore|un concorrente) ",
        ],
        [
            TECHNICAL,
            r" (?:non|mai|nessuna intenzione di) (?:\w+ ){0,3}?(?:disdire|rescindere|cancellare|cambiare fornitore|chiudere|recedere) | (?:clienti|utenti|utente|cliente|qualcuno) (?:\w+ ){0,3}?(?:disd|cancell|chiud)| (?:vecchio|precedente) (?:fornitore|contratto)| (?:certificato|dominio|riunione|di prova) ",
        ],
    ),
    cue(
        LEGAL,
        "avvo lega diff trib quer denu cita causa giud",
        [
            rf" (?:avvocat[oi]|ufficio legale|studio legale|nostri legali|nostro legale|i legali) {GAP}(?:contatt\w*|scriver\w*|sentir\w*|mano|mani|lettera|far[aà]|faranno|informat\w*|valutando|occup\w*|chiamer\w*|inviar\w*|invier\w*) ",
            rf" (?:sentirete|mano|contattato|contattare|passato|passare|passiamo|parlato|parlare|coinvolto|coinvolgere|incaricato|rivolgerci|rivolgermi|consultato|notizie|girato) {GAP}(?:avvocat[oi]|legali|legale) ",
            r" (?:vie legali|azioni? legali?|azione legale|diffida|in tribunale|querela|fare causa|faremo causa|facciamo causa|citazione in giudizio|procedere legalmente|sede legale e giudiziaria|denuncia alle autorita|danni in giudizio) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" non (?:\w+ ){0,3}?(?:legali|causa|avvocat\w) | (?:siamo|sono) (?:\w+ ){0,2}?(?:avvocat\w|studio legale) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "viol fuga dati data gara fatt",
        [
            r" (?:violazione|fuga|furto|perdita di riservatezza) (?:dei |di )dati | data breach | (?:dati|fatture|documenti|ordini) (?:di|del|della|dei) (?:un |una |un |)?(?:altr[oiae]|altra) (?:client[ei]|aziend[ae]|pazient[ei]|utent[ei]|societa) ",
            rf" dati {GAP}(?:esposti|rubati|trapelati|pubblici|visibili a tutti) | (?:segnalare|notificare|segnalarlo|notifica|segnalazione) (?:\w+ ){{0,3}}?garante ",
        ],
        [
            TECHNICAL,
            r" (?:nessuna|evitare|in caso di|articolo|esercitazione|assicurazione|corso|prevenire) | data breach (?:policy|di linkedin) ",
        ],
    ),
    cue(
        SAFETY,
        "peri feri risc sicu pazi vita",
        [
            rf" (?:pazient[ei]|persone|vite|vita|lavoratori|operai[o]?|dipendenti|autist[ai]|bambini|operator[ei]) {GAP}(?:in pericolo|a rischio|ferit[oiae]|mort[oi]|infortunat\w) ",
            r" (?:pericolo|rischio|rischiano) (?:\w+ ){0,3}?(?:vita|vite|pazienti|persone|lavoratori) | sicurezza (?:dei|delle) (?:pazienti|persone|lavoratori) | (?:e|stato|rimasto) ferito ",
        ],
        [TECHNICAL, NOBODY, r" (?:esercitazione|corso|grazie) "],
    ),
    cue(
        CANCELLATION,
        "canc resc ence term reno muda troc forn conc deni",
        [
            rf" (?:cancelar|cancelamos|cancelaremos|cancelem|cancelando|cancelamento|rescindir|rescindimos|rescindiremos|rescisao|encerrar|encerramos|encerramento|terminar|denunciar) (?:o |a |os |as |do |da |de |nosso |nossa |nossos |meu |minha |este |esta |todo |todos )*{_PT_DEAL} ",
            r" nao (?:vamos |iremos |queremos |pretendemos |vai |ha como )*(?:renovar|renovaremos|renovamos|prorrogar) | (?:carta|pedido|aviso) de (?:rescisao|cancelamento) | (?:vamos|quero|queremos|iremos) cancelar (?:tudo )?$",
            r" (?:mudar|mudamos|mudaremos|trocar|trocaremos|trocamos|migrar|migraremos|migrando|passar|vamos|indo) (?:\w+ ){0,2}?(?:(?:de|outro|novo) fornecedor|a concorrencia|um concorrente|concorrente) ",
        ],
        [
            TECHNICAL,
            r" (?:nao|nunca|sem) (?:\w+ ){0,3}?(?:cancelar|rescindir|encerrar|trocar|mudar) | (?:clientes?|usuarios?|utilizador\w*|alguem) (?:\w+ ){0,3}?(?:cancel|encerr)| (?:antigo|anterior) (?:fornecedor|contrato|sistema)| (?:certificado|dominio|reuniao|de teste) ",
        ],
    ),
    cue(
        LEGAL,
        "advo lega judi proc trib extr juri just",
        [
            rf" (?:advogad[oa]s?|departamento juridico|juridico|equipe juridica|equipa juridica) {GAP}(?:contat\w*|contact\w*|entrar\w*|notific\w*|acion\w*|procur\w*|analisando|avaliando|tratar\w*|assumir\w*|ligar\w*|escrever\w*|carta|caso) ",
            rf" (?:acionar|acionamos|acionado|acionei|falar|consultar|consultamos|passei|passamos|encaminhar|encaminhamos|encaminhado|contatar|envolver|maos) {GAP}(?:advogad[oa]s?|juridico) ",
            r" (?:medidas (?:legais|judiciais|cabiveis)|acao judicial|acoes legais|via judicial|vias judiciais|processar (?:voces|a empresa|vos)|processo judicial|notificacao extrajudicial|no tribunal|na justica|em tribunal|procon) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" nao (?:\w+ ){0,3}?(?:processar|judicial|advogad\w+) | (?:somos|sou) (?:\w+ ){0,2}?(?:advogad\w+|escritorio) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "vaza viol fuga dado anpd fatu",
        [
            r" (?:vazamento|violacao|fuga|roubo) de (?:dados|informacoes) | (?:dados|faturas|notas|pedidos|documentos|informacoes) de (?:um |uma )?outr[oa]s? (?:clientes?|empresas?|pacientes?|usuarios?) ",
            rf" dados {GAP}(?:vazados|vazaram|expostos|roubados) | (?:notificar|comunicar|informar) (?:\w+ ){{0,2}}?(?:anpd|cnpd|autoridade) ",
        ],
        [TECHNICAL, r" (?:nenhum|evitar|em caso de|artigo|politica|simulado|seguro contra|prevenir) "],
    ),
    cue(
        SAFETY,
        "peri risc feri vida paci",
        [
            rf" (?:pacientes?|vidas?|pessoas|trabalhadores|funcionarios?|motoristas?|criancas|operarios?) {GAP}(?:em perigo|em risco|ferid[oa]s?|feriu|feriram|mort[oa]s?) ",
            r" (?:perigo|risco) (?:\w+ ){0,3}?(?:vidas?|de morte|pacientes|pessoas|trabalhadores) | seguranca d[oa]s (?:pacientes|pessoas|trabalhadores) | saiu ferid[oa] ",
        ],
        [TECHNICAL, NOBODY, r" (?:simulado|curso|obrigad[oa]) "],
    ),
    cue(
        CANCELLATION,
        "opze opge zegg zeg been verl over stap leve conc ople",
        [
            rf" (?:zeggen|zeg|zegt) (?:\w+ ){{0,4}}?{_NL_DEAL} (?:\w+ ){{0,6}}?op | {_NL_DEAL} (?:\w+ ){{0,7}}?(?:opzeggen|opgezegd|op te zeggen|beeindigen|te beeindigen|beeindigd|ontbinden|stop te zetten|stopzetten) ",
            rf" (?:opzeggen|beeindigen|opzegging|beeindiging|ontbinden|annuleren) (?:van )?(?:het |de |ons |onze |dit |mijn )?{_NL_DEAL} | (?:opzegbrief|opzegtermijn van ons) | per direct (?:\w+ )?op(?:gezegd|zeggen) ",
            rf" {_NL_DEAL} {GAP}niet (?:meer )?(?:verlengen|te verlengen|verlengd) | (?:verlengen|verleng) (?:\w+ ){{0,4}}?(?:contract|abonnement) (?:\w+ ){{0,3}}?niet ",
            r" (?:stappen|stap|overstappen|overgestapt|overstap|gaan|over) (?:\w+ ){0,4}?(?:andere|nieuwe|de) (?:leverancier|aanbieder|partij|concurrent|concurrentie) ",
        ],
        [
            TECHNICAL,
            r" (?:niet|nooit|geen) (?:\w+ ){0,3}?(?:opzeggen|op te zeggen|beeindigen|overstappen|plan) | (?:klanten|klant|gebruikers?|medewerker|iemand) (?:\w+ ){0,4}?(?:opzeg|opgezegd|beeindig)| (?:oude|vorige) (?:leverancier|contract|aanbieder|systeem)| (?:certificaat|domein|vergadering) ",
        ],
    ),
    cue(
        LEGAL,
        "advo juri rech aans inge dagv jurd",
        [
            rf" (?:advocaat|advocaten|juristen|jurist|juridische afdeling) {GAP}(?:contact\w*|bellen|belt|nemen|neemt|melden|inschakel\w*|ingeschakeld|brief|schrijven|schrijft|kijken|bekijkt|overgedragen|horen|dossier) ",
            rf" (?:ingeschakeld|inschakelen|overgedragen|horen|contact|gesproken|overleg|doorgestuurd|schakelen) {GAP}(?:advocaat|advocaten|jurist|juristen|juridische afdeling) | juridische (?:stappen|acties?|procedure|weg|maatregelen) ",
            r" (?:aansprakelijk (?:stellen|gesteld|houden)|stellen (?:\w+ ){0,3}?aansprakelijk|ingebrekestelling|dagvaarden|dagvaarding|naar de rechter|voor de rechter|rechtszaak|schadeclaim) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" (?:geen|niet) (?:\w+ ){0,3}?(?:rechter|juridische|rechtszaak) | wij zijn (?:\w+ ){0,2}?(?:advocaten\w*|kantoor) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "data gege klan priv fact auto",
        [
            r" (?:datalek|privacylek|beveiligingslek) | (?:gegevens|facturen|data|bestellingen|documenten|dossiers) van (?:een )?andere? (?:klant|klanten|bedrijf|bedrijven|patient|patienten|gebruikers?|organisatie) ",
            rf" (?:klantgegevens|persoonsgegevens|gegevens) {GAP}(?:gelekt|gestolen|op straat|openbaar) | autoriteit persoonsgegevens ",
        ],
        [TECHNICAL, r" (?:geen|voorkomen|in geval van|bij een|artikel|beleid|oefening|verzekering|protocol) "],
    ),
    cue(
        SAFETY,
        "leve gewo geva veil pati mens",
        [
            rf" (?:levensgevaar|levensgevaarlijk|mensenlevens|patientveiligheid) | (?:patienten|mensen|medewerkers?|chauffeurs?|bewoners|kinderen|iemand|collega) {GAP}(?:gevaar|gewond|overleden|risico) ",
            r" gevaar voor (?:\w+ ){0,2}?(?:patienten|mensen|medewerkers|bewoners|levens) | veiligheid van (?:\w+ )?(?:patienten|mensen|medewerkers|bewoners|chauffeurs) ",
        ],
        [TECHNICAL, NOBODY, r" (?:oefening|cursus|bedankt) "],
    ),
    cue(
        CANCELLATION,
        "wypo rozw rezy zrez anul prze odno odej zmie doku",
        [
            rf" (?:wypowied\w+|wypowiad\w+|wypowiem\w*|rozwiaz\w+|zrezygn\w+|rezygn\w+|anulow\w+|anuluj\w*|zakoncz\w+|konczymy) (?:\w+ ){{0,4}}?{_PL_DEAL} ",
            rf" {_PL_DEAL} (?:\w+ ){{0,3}}?(?:wypowiad\w+|wypowied\w+|wypowiem\w*|rozwiaz\w+|zostaje wypowiedzian\w+) | (?:rezygnujemy|zrezygnujemy|zrezygnowac) z (?:wasz\w+|panstwa|dalszej|tej|systemu) ",
            r" nie (?:zamierzamy |bedziemy |chcemy |planujemy )?(?:przedluz\w+|odnow\w+|odnawia\w+) ",
            r" (?:przechodzimy|przejdziemy|przejsc|przenosimy|przeniesiemy|odchodzimy|odejdziemy) (?:\w+ ){0,3}?(?:konkurencji|innego dostawcy|innej firmy) | (?:zmieniamy|zmienimy|zmienic|zmiane) dostawc\w+ ",
        ],
        [
            TECHNICAL,
            r" nie (?:chcemy |zamierzamy |planujemy |bedziemy |mamy zamiaru )?(?:wypowied\w+|wypowiad\w+|rozwiaz\w+|rezygn\w+|zrezygn\w+|anulow\w+) | (?:klient|klienci|uzytkownik\w*|pracownik\w*|ktos) (?:\w+ ){0,3}?(?:wypowied|rezygn|zrezygn|anul)| (?:star\w+|poprzedni\w+) (?:dostawc\w+|umow\w+|system\w*)| (?:certyfikat\w*|domen\w+|spotkani\w+|testow\w+) ",
        ],
    ),
    cue(
        LEGAL,
        "praw adwo kanc sado sadu sad pozw poze",
        [
            rf" (?:prawnik\w*|prawnicy|adwokat\w*|kancelari\w+|dzial prawny|radca prawny) {GAP}(?:skontakt\w+|kontakt\w*|odezw\w+|napis\w+|zajm\w+|zajel\w*|przejm\w+|przygot\w+|analiz\w+|pism\w+|wysl\w+|bedzie|beda) ",
            rf" (?:przekaz\w+|skontakt\w+|skonsult\w+|rozmawia\w+|zaangazow\w+|oddaj\w+|uslyszycie|slyszeli) {GAP}(?:prawnik\w*|adwokat\w*|kancelari\w+|dzial\w* prawn\w+) | (?:kroki|krokow|dzialania|konsekwencje) prawn\w+ ",
            r" (?:droge sadowa|drodze sadowej|do sadu|w sadzie|pozew|pozwiemy|pozwac was|postepowanie sadowe|wezwanie przedsadowe) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" nie (?:\w+ ){0,3}?(?:sadu|pozw\w+|pozew|prawn\w+) | (?:jestesmy|jestem) (?:\w+ ){0,2}?(?:kancelari\w+|prawnik\w*) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "wyci naru dane dany uodo fakt",
        [
            r" (?:wyciek\w*|kradziez\w*) danych | naruszeni\w+ (?:ochrony |bezpieczenstwa )?danych | (?:dane|danych|faktury|zamowienia|dokumenty) (?:inn\w+|obc\w+|cudz\w+) (?:\w+ )?(?:klient\w*|firm\w*|pacjent\w*|uzytkownik\w*) ",
            r" dane (?:\w+ ){0,4}?(?:wyciekly|skradziono|ujawnione|publicznie dostepne) | (?:zglosic|zglaszamy|zgloszenie) (?:\w+ ){0,3}?(?:uodo|urzedu ochrony danych) ",
        ],
        [TECHNICAL, r" (?:brak|zadnego|zapobieg\w+|w przypadku|artykul\w*|polityk\w+|cwiczeni\w+|ubezpieczeni\w+) "],
    ),
    cue(
        SAFETY,
        "zagr zyci rann nieb bezp pacj",
        [
            r" (?:zagrozeni\w+ (?:dla )?(?:zycia|zdrowia|zyciu)|zagraza (?:\w+ )?(?:zyciu|zdrowiu|pacjentom|ludziom)|zycie (?:\w+ ){0,2}?(?:pacjent\w+|ludzi)|bezpieczenstwo (?:pacjentow|ludzi|pracownikow)) ",
            rf" (?:pacjen\w+|ludzie|ludzi|pracownik\w*|kierowc\w+|dzieci) {GAP}(?:niebezpieczenstwie|zagrozeni|ranny|ranni|ryzyku) | niebezpieczne dla (?:ludzi|pacjentow|pracownikow) | zostal ranny ",
        ],
        [TECHNICAL, NOBODY, r" (?:cwiczeni\w+|kurs\w*|dziekuj\w+) "],
    ),
]
