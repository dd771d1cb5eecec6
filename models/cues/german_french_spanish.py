"""Hard cues in German, French and Spanish. See `rule` for the text they expect."""

from __future__ import annotations

from models.cues.rule import AGREED, GAP, NOBODY, TECHNICAL, Cue, cue
from models.indicators import CANCELLATION, DATA_BREACH, LEGAL, SAFETY

_DE_DEAL = (
    r"(?:\w*vertrag\w*|abo|abos|abonnement|lizenz\w*|zusammenarbeit|mitgliedschaft|account|konto|geschaftsbeziehung|"
    r"vereinbarung|service|dienst|dienste|partnerschaft)"
)
_FR_DEAL = (
    r"(?:contrats?|abonnements?|comptes?|collaboration|partenariat|services?|prestations?|licences?|accord|engagement)"
)
_ES_DEAL = (
    r"(?:contratos?|suscripcion(?:es)?|servicios?|cuentas?|acuerdo|licencias?|colaboracion|abono|relacion comercial)"
)

GERMAN_FRENCH_SPANISH: list[Cue] = [
    cue(
        CANCELLATION,
        "kund kuen aufg vert abo abos zusa sond anbi konk dien lief mitb",
        [
            r" (?:kundige|kundigen|kundigten|kuendigen|kuendige|beende|beenden|auflosen|stornieren|"
            rf"storniere) {GAP}{_DE_DEAL} (?!\w+ an )",
            rf" {_DE_DEAL} (?:\w+ ){{0,7}}?(?:kundigen|kundige|gekundigt|kuendigen|gekuendigt|beenden|beendet|"
            r"auflosen|aufzulosen|zu kundigen|aufgekundigt) ",
            r" (?:hiermit|fristlos|ausserordentlich|fristgerecht|sofort) (?:\w+ ){0,3}?(?:kundig\w*|kuendig\w*) ",
            r" (?:ausserordentliche?n?|fristlose?n?|unsere|die|schriftliche|"
            rf"formelle) (?:\w+ )?kundigung {GAP}(?:vertrag\w*|einreichen|erhalten|schicken|zukommen|post|aussprechen|"
            r"bestatigen|bestatigung|unterwegs|abos?) ",
            r" sonderkundigungsrecht | (?:wir|ich) (?:kundigen|kundige)(?: (?:aus wichtigem grund|fristlos|euch|jetzt|"
            r"zum \w+|nun|hiermit|sofort))* $| kundige[n]? (?:wir|ich) (?:euch|ihnen) (?!\w+ an )",
            r" (?:kundigung (?:geht|ist|liegt|folgt|kommt)|(?:eingang|empfang) (?:der|unserer) kundigung) ",
            r" kundigungs(?:schreiben|bestatigung) ",
            rf" (?:vertrag|abo|lizenz\w*) {GAP}nicht (?:mehr )?(?:verlangern|verlangert|erneuern) ",
            r" (?:wechseln|wechsle|gehen) (?:\w+ ){0,4}?(?:anderen|neuen|zur) (?:anbieter|dienstleister|konkurrenz|"
            r"lieferanten|losung|mitbewerber) ",
            r" (?:anderen|neuen) (?:anbieter|dienstleister|lieferanten) (?:wechseln|gewechselt|entschieden) ",
        ],
        [
            TECHNICAL,
            r" (?:mitarbeiter\w*|kollege|kollegin|mieter\w*|nutzer|kunden?|user|er|sie hat|jemand|"
            r"endkunden?) (?:\w+ ){0,4}?(?:kundig\w*|gekundigt)",
            r" (?:vertrag|abo|account|konto|lizenz) nicht $| (?:nicht|nie|keinesfalls|nicht vor|"
            r"keine absicht) (?:mehr |zu |den vertrag zu |den vertrag )?(?:kundig\w*|gekundigt|beenden|wechseln) ",
            r" (?:alten?|vorherigen?|fruheren?|damals|ehemaligen?|bisherigen|handy\w*|miet\w*|strom\w*|fitness\w*) ",
        ],
    ),
    cue(
        LEGAL,
        "anwa rech juri klag verk geri gesc scha mahn",
        [
            rf" (?:rechts)?anwa(?:lt|lte|elte|ltin|lten|elten|ltskanzlei)\w* {GAP}(?:meld\w+|kontakt\w*|wenden|"
            r"gewandt|eingeschaltet|einschalten|einzuschalten|ubergeben|informier\w*|beauftrag\w*|prufen|pruft|"
            r"hinzu\w*|bereit\w*|verbindung|horen|schreiben) ",
            rf" (?:rechtsabteilung|juristen|kanzlei) {GAP}(?:meld\w+|kontakt\w*|eingeschaltet|ubergeben|pruft|prufen|"
            r"informiert|hinzu\w*|schreiben|horen) ",
            rf" (?:horen|schreiben|post|brief) {GAP}(?:von|vom) {GAP}(?:rechts)?anwa\w+ ",
            r" (?:rechtliche\w?|juristische\w?|gerichtliche\w?) (?:schritte|konsequenzen|mittel) | rechtsweg |"
            r" verklagen | klage (?:ein)?(?:reichen|zureichen|gereicht) ",
            r" (?:vor gericht|gerichtlich (?:vorgehen|durchsetzen)|schadens?ersatz\w* (?:fordern|geltend|verlangen|"
            r"einfordern|forderung\w*)) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" (?:nicht|kein\w*) (?:verklagen|klagen|vor gericht) | (?:wir|bin|ich) (?:sind|bin) (?:\w+ )?(?:kanzlei|"
            r"anwalt\w*) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "date frem kund dsgv aufs",
        [
            r" (?:datenleck|datenpanne|datenschutzvorfall|datenschutzverletzung|datenschutzverstoss|dsgvo verstoss) ",
            r" (?:daten|rechnungen|datensatze|unterlagen|dokumente|tickets|bestellungen|namen) (?:von )?(?:anderer|"
            r"anderen|fremder|fremden|eines anderen|einer anderen) (?:kunden?|firmen|firma|unternehmen\w*|mandanten|"
            r"patienten) ",
            r" fremde\w? (?:kundendaten|daten|rechnungen|patientendaten) | (?:kundendaten|patientendaten|"
            r"daten) (?:\w+ ){0,5}?(?:offentlich|im netz|gestohlen|abgeflossen|geleakt) ",
            rf" (?:aufsichtsbehorde|datenschutzbehorde) {GAP}(?:melden|gemeldet|informier\w+) ",
        ],
        [
            TECHNICAL,
            r" (?:kein\w*|falls|ubung|artikel|versicherung|vermeiden|richtlinie|prozess|bei einem|alter anbieter) ",
        ],
    ),
    cue(
        SAFETY,
        "mens lebe gefa verl pati",
        [
            r" (?:menschenleben|lebensgefahr|lebensgefahrlich\w*|personenschaden|patientensicherheit) ",
            r" (?:patienten|mitarbeiter|menschen|personen|fahrer|bewohner|kinder|kollege|kollegin|"
            rf"jemand) {GAP}(?:gefahrdet|gefahr|verletzt|gestorben|zu schaden) ",
            r" gefahr fur (?:\w+ ){0,2}?(?:leib|leben|menschen|patienten|mitarbeiter|personen|bewohner|fahrer) ",
        ],
        [TECHNICAL, NOBODY, r" (?:ubung|kurs|lach\w*|gluck\w*) "],
    ),
    cue(
        CANCELLATION,
        "resi mett met romp annu clot stop reno reco pres four conc",
        [
            r" (?:resilier\w*|resilions|resilie|resiliation|rompre|rompons|annuler|annulons|cloturer|cloturons|"
            r"stopper) (?:de |du )?(?:le |la |l |notre |nos |mon |ce |cet |votre |vos |les |"
            rf"tous nos ){{0,2}}{_FR_DEAL} ",
            rf" (?:mettre|mettons|mettrons|met|mettra) (?:un terme|fin) (?:\w+ ){{0,3}}?{_FR_DEAL} ",
            r" (?:ne|n) (?:\w+ ){0,4}?(?:renouvel\w+|reconduir\w*|reconduis\w*)(?: pas)? (?!le certificat)",
            r" (?:lettre|demande|courrier|procedure) de resiliation | (?:va|vais|vont|allons|souhaitons|voulons|veux|"
            r"devons|decide de) (?:tout )?resilier ",
            r" (?:changer|changeons|changerons|chang\w+) de (?:prestataire|fournisseur) | (?:passer|passons|passerons|"
            r"partir|partons|aller|allons) (?:\w+ ){0,2}?(?:la concurrence|un autre (?:prestataire|fournisseur)|"
            r"un concurrent) ",
        ],
        [
            TECHNICAL,
            r" pas (?:l intention |envie |question )?(?:de )?(?:resili\w+|changer|quitter|annuler) | (?:ancien\w*|"
            r"precedent\w*) (?:prestataire|fournisseur|contrat|outil) | (?:un|les|nos|des|le|ses) (?:clients?|"
            r"utilisateurs?|abonnes?) (?:\w+ ){0,3}?(?:resili|annul)",
            r" (?:certificats?|domaine|reunion|jeton) ",
        ],
    ),
    cue(
        LEGAL,
        "avoc juri acti trib pours pour deme mise plai port assi voie saisi",
        [
            r" (?:avocats?|avocate|service juridique|departement juridique|direction juridique|"
            rf"conseil juridique) {GAP}(?:contact\w*|prendr\w+|prend|saisi\w*|reviendr\w+|ecri\w+|courrier|dossier|"
            r"charge|relais|informe\w*|mandate\w*|suite|attaqu\w*) ",
            r" (?:saisi|saisir|saisissons|contacter|contacte|transmis|transmettre|transmettons|confie|consulte|"
            rf"consulter|alerte|implique) {GAP}(?:avocats?|avocate|juridique|juristes|tribunal|justice) ",
            r" (?:notre|mon) avocat (?:vous|va|prend|est) | (?:actions? en justice|voie judiciaire|"
            r"poursuites? judiciaires?|mise en demeure|mettre en demeure|porter plainte|portons plainte|"
            r"devant (?:le tribunal|les tribunaux)|au tribunal|en justice|assigner|engager des poursuites|"
            r"voies legales) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" (?:ne|pas) (?:\w+ ){0,3}?(?:plainte|justice|tribunal) | (?:nous sommes|"
            r"je suis) (?:\w+ ){0,2}?(?:avocats?|cabinet) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "fuit viol donn cnil",
        [
            r" (?:fuites?|violation|vol) de donnees | (?:donnees|factures|dossiers|documents|informations) (?:d|de|"
            r"des|appartenant a|concernant) (?:un |une |l )?(?:autres?) (?:clients?|societes?|entreprises?|patients?|"
            r"utilisateurs?) ",
            rf" (?:donnees|informations) {GAP}(?:exposees|divulguees|volees|piratees|accessibles publiquement|"
            r"dans la nature) ",
            r" (?:signaler|notifier|declarer|declaration|notification|signalement) (?:\w+ ){0,3}?(?:cnil|"
            r"autorite de controle) ",
        ],
        [TECHNICAL, r" (?:aucune?|eviter|en cas de|si une|article|politique|exercice|assurance|formation|prevenir) "],
    ),
    cue(
        SAFETY,
        "dang bles vie vies secu pati mort",
        [
            r" (?:patients?|salaries|employes|personnes|vies?|gens|residents|chauffeurs?|enfants|"
            rf"soignants) {GAP}(?:en danger|danger|blesses?|en peril|morts?) ",
            r" (?:danger de mort|mise en danger|mettre en danger|met en danger|mettent en danger|"
            r"securite des (?:patients|personnes|salaries|employes|residents|passagers|enfants)) ",
            r" (?:a ete|ete|est) blessee? | (?:mauvaise|double) dose ",
        ],
        [TECHNICAL, NOBODY, r" (?:mort de rire|exercice|formation|merci) "],
    ),
    cue(
        CANCELLATION,
        "canc resc baja reno pror prov anul fina romp pres vamo irno pasa marc irem term",
        [
            r" (?:cancelar|cancelamos|cancelaremos|cancelo|cancelacion|cancelen|rescindir|rescindimos|rescindiremos|"
            r"rescision|anular|anulamos|terminar|terminamos|finalizar|romper) (?:de |del )?(?:el |la |los |las |"
            rf"nuestro |nuestra |nuestros |mi |su |este |esta |todo |todos )*{_ES_DEAL} ",
            rf" (?:darnos|darme|damos|doy|dar|dense|demos|den) (?:\w+ ){{0,3}}?de baja (?:(?:el|la|los|nuestr[ao]s?|"
            rf"mi|del|de|su) )*(?:{_ES_DEAL}|$)| (?:darnos|darme|nos damos) de baja ",
            r" no (?:vamos a |queremos |pensamos |podemos |se |la |lo |les )*(?:renovar|renovaremos|renovamos|"
            r"renovara|prorrogar|prorrogaremos) ",
            r" rescindido (?:el|nuestro|este) contrato | procedan con la (?:cancelacion|baja) |"
            r" prescindir(?:emos)? de (?:sus|vuestros) servicios ",
            r" (?:cambiar|cambiarnos|cambiamos|cambiaremos|cambio) (?:a |de )(?:otro )?(?:proveedor|empresa) |"
            r" (?:vamos|irnos|pasamos|pasarnos|marchamos|iremos) (?:\w+ ){0,2}?(?:la competencia|otro proveedor) ",
        ],
        [
            TECHNICAL,
            r" (?:no|sin|nunca) (?:\w+ ){0,3}?(?:cancelar|rescindir|darnos de baja|cambiar de proveedor) |"
            r" (?:usuarios?|clientes?|alguien|ellos) (?:\w+ ){0,3}?(?:cancel|baja)| (?:antiguo|anterior|"
            r"viejo) (?:proveedor|contrato|sistema)| (?:certificado|dominio|reunion|pedido de prueba|su suscripcion) ",
        ],
    ),
    cue(
        LEGAL,
        "abog depa lega judi dema trib juzg buro denu juri",
        [
            r" (?:abogad[oa]s?|asesoria juridica|departamento (?:legal|juridico)|equipo legal|area legal|"
            rf"servicios juridicos) {GAP}(?:contact\w*|pondra\w*|comunic\w*|llamar\w*|escrib\w*|revisando|informad\w*|"
            r"manos|asunto|demanda|encarg\w*|tomar\w*|carta) ",
            r" (?:manos|hablenlo|hablen|traslado|traslado a|consultar|consultado|consultando|hablar|hablado|pasado|"
            rf"pasar|pasamos|contactar|contactado|noticias|involucrar|trasladado|trasladar) {GAP}(?:abogad[oa]s?|"
            r"asesoria juridica|equipo legal|departamento (?:legal|juridico)) ",
            r" (?:acciones (?:legales|judiciales)|medidas legales|via judicial|via legal|vias legales|burofax|"
            r"demandar\w*|demanda judicial|interponer|ante los tribunales|en los tribunales|denunciar\w*|"
            r"proceso judicial|a juicio) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" no (?:\w+ ){0,3}?(?:demandar|denunciar|legales) | (?:somos|soy) (?:\w+ ){0,2}?(?:abogad\w+|bufete|"
            r"despacho) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "fuga filt brec dato viol aepd fact",
        [
            r" (?:fuga|filtracion|brecha|violacion|robo) de (?:datos|seguridad|informacion) | (?:datos|facturas|"
            r"informacion|pedidos|documentos|expedientes) de(?:l| la| un| una)? (?:otr[oa]s?) (?:\w+ )?(?:clientes?|"
            r"empresas?|pacientes?|usuarios?|companias?) ",
            rf" datos (?:de |personales )?{GAP}(?:expuestos|filtrados|robados|filtrado|publicos) | (?:notificar|"
            rf"notificarlo|informar|reportar|comunicar) (?:\w+ ){{0,3}}?(?:aepd|agencia de proteccion|"
            r"autoridad de proteccion) ",
        ],
        [TECHNICAL, r" (?:ninguna?|evitar|en caso de|articulo|politica|simulacro|seguro contra|curso|prevenir) "],
    ),
    cue(
        SAFETY,
        "peli ries heri lesi vida paci",
        [
            r" (?:pacientes?|vidas?|personas|trabajadores|empleados|gente|conductores?|ninos|residentes|"
            rf"operarios?) {GAP}(?:en peligro|peligro|en riesgo|heridos?|lesionados?|muert\w+) ",
            r" (?:peligro|riesgo|peligra) (?:\w+ ){0,3}?(?:vidas?|pacientes|personas|trabajadores|empleados) |"
            r" (?:resulto|hay|hubo) (?:\w+ )?(?:heridos?|lesionados?) | seguridad de (?:los |las )?(?:pacientes|"
            r"personas|trabajadores) ",
        ],
        [TECHNICAL, NOBODY, r" (?:simulacro|curso|gracias|no hay|no hubo) "],
    ),
]
