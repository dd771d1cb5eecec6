"""Hard cues in German, French and Spanish. See `cue_rule` for the text they expect."""

from __future__ import annotations

from models.cue_rule import AGREED, GAP, NOBODY, TECHNICAL, Cue, cue
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
        "kund kuen aufg vert been wech gesc ausz auss ruck anbi konk",
        [
            rf" (?:kundige|kundigen|kundigten|kuendigen|kuendige|beende|beenden|auflosen|stornieren|storniere) {GAP}{_DE_DEAL} (?!\w+ an )",
            rf" {_DE_DEAL} (?:\w+ ){{0,7}}?(?:kundigen|kundige|gekundigt|kuendigen|gekuendigt|beenden|beendet|auflosen|aufzulosen|zu kundigen|aufgekundigt) ",
            r" (?:hiermit|fristlos|ausserordentlich|fristgerecht|sofort) (?:\w+ ){0,3}?(?:kundig\w*|kuendig\w*) ",
            rf" (?:ausserordentliche?n?|fristlose?n?|unsere|die|schriftliche|formelle) (?:\w+ )?kundigung {GAP}(?:vertrag\w*|einreichen|erhalten|schicken|zukommen|post|aussprechen|bestatigen|bestatigung|unterwegs|abos?) ",
            r" kundigungs(?:schreiben|bestatigung) ",
            rf" (?:vertrag|abo|lizenz\w*) {GAP}nicht (?:mehr )?(?:verlangern|verlangert|erneuern) ",
            r" (?:wechseln|wechsle|gehen) (?:\w+ ){0,4}?(?:anderen|neuen|zur) (?:anbieter|dienstleister|konkurrenz|lieferanten|losung|mitbewerber) ",
            r" (?:anderen|neuen) (?:anbieter|dienstleister|lieferanten) (?:wechseln|gewechselt|entschieden) ",
        ],
        [
            TECHNICAL,
            r" (?:mitarbeiter\w*|kollege|kollegin|mieter\w*|nutzer|kunden?|user|er|sie hat|jemand|endkunden?) (?:\w+ ){0,4}?(?:kundig\w*|gekundigt)",
            r" (?:nicht|nie|keinesfalls|nicht vor|keine absicht) (?:mehr |zu |den vertrag zu |den vertrag )?(?:kundig\w*|gekundigt|beenden|wechseln) ",
            r" (?:alten?|vorherigen?|fruheren?|damals|ehemaligen?|bisherigen|handy\w*|miet\w*|strom\w*|fitness\w*) ",
        ],
    ),
    cue(
        LEGAL,
        "anwa rech juri klag verk geri gesc scha mahn",
        [
            rf" (?:rechts)?anwa(?:lt|lte|elte|ltin|lten|elten|ltskanzlei)\w* {GAP}(?:meld\w+|kontakt\w*|wenden|gewandt|eingeschaltet|einschalten|einzuschalten|ubergeben|informier\w*|beauftrag\w*|prufen|pruft|hinzu\w*|bereit\w*|verbindung|horen|schreiben) ",
            rf" (?:rechtsabteilung|juristen|kanzlei) {GAP}(?:meld\w+|kontakt\w*|eingeschaltet|ubergeben|pruft|prufen|informiert|hinzu\w*|schreiben|horen) ",
            rf" (?:horen|schreiben|post|brief) {GAP}(?:von|vom) {GAP}(?:rechts)?anwa\w+ ",
            r" (?:rechtliche\w?|juristische\w?|gerichtliche\w?) (?:schritte|konsequenzen|mittel) | rechtsweg | verklagen | klage (?:ein)?(?:reichen|zureichen|gereicht) ",
            r" (?:vor gericht|gerichtlich (?:vorgehen|durchsetzen)|schadens?ersatz\w* (?:fordern|geltend|verlangen|einfordern|forderung\w*)) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" (?:nicht|kein\w*) (?:verklagen|klagen|vor gericht) | (?:wir|bin|ich) (?:sind|bin) (?:\w+ )?(?:kanzlei|anwalt\w*) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "date frem kund dsgv aufs",
        [
            r" (?:datenleck|datenpanne|datenschutzvorfall|datenschutzverletzung|datenschutzverstoss|dsgvo verstoss) ",
            r" (?:daten|rechnungen|datensatze|unterlagen|dokumente|tickets|bestellungen|namen) (?:von )?(?:anderer|anderen|fremder|fremden|eines anderen|einer anderen) (?:kunden?|firmen|firma|unternehmen\w*|mandanten|patienten) ",
            r" fremde\w? (?:kundendaten|daten|rechnungen|patientendaten) | (?:kundendaten|patientendaten|daten) (?:\w+ ){0,5}?(?:offentlich|im netz|gestohlen|abgeflossen|geleakt) ",
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
            rf" (?:patienten|mitarbeiter|menschen|personen|fahrer|bewohner|kinder|kollege|kollegin|jemand) {GAP}(?:gefahrdet|gefahr|verletzt|gestorben|zu schaden) ",
            r" gefahr fur (?:\w+ ){0,2}?(?:leib|leben|menschen|patienten|mitarbeiter|personen|bewohner|fahrer) ",
        ],
        [TECHNICAL, NOBODY, r" (?:ubung|kurs|lach\w*|gluck\w*) "],
    ),
    cue(
        CANCELLATION,
        "resi mett fin romp annu reno reco pres four conc quit",
        [
            rf" (?:resilier\w*|resilions|resilie|resiliation|rompre|rompons|annuler|annulons|cloturer|cloturons|stopper) (?:de |du )?(?:le |la |l |notre |nos |mon |ce |cet |votre |vos |les |tous nos ){{0,2}}{_FR_DEAL} ",
            rf" (?:mettre|mettons|mettrons|met|mettra) (?:un terme|fin) (?:\w+ ){{0,3}}?{_FR_DEAL} ",
            r" (?:ne|n) (?:\w+ ){0,4}?(?:renouvel\w+|reconduir\w*|reconduis\w*)(?: pas)? (?!le certificat)",
            r" (?:lettre|demande|courrier|procedure) de resiliation | (?:va|vais|vont|allons|souhaitons|voulons|veux|devons|decide de) (?:tout )?resilier ",
            r" (?:changer|changeons|changerons|chang\w+) de (?:prestataire|fournisseur) | (?:passer|passons|passerons|partir|partons|aller|allons) (?:\w+ ){0,2}?(?:la concurrence|un autre (?:prestataire|fournisseur)|un concurrent) ",
        ],
        [
            TECHNICAL,
            r" pas (?:l intention |envie |question )?(?:de )?(?:resili\w+|changer|quitter|annuler) | (?:ancien\w*|precedent\w*) (?:prestataire|fournisseur|contrat|outil) | (?:un|les|nos|des|le|ses) (?:clients?|utilisateurs?|abonnes?) (?:\w+ ){0,3}?(?:resili|annul)",
            r" (?:certificats?|domaine|reunion|jeton) ",
        ],
    ),
    cue(
        LEGAL,
        "avoc juri just trib pour demeu mise cont plai assi",
        [
            rf" (?:avocats?|avocate|service juridique|departement juridique|direction juridique|conseil juridique) {GAP}(?:contact\w*|prendr\w+|prend|saisi\w*|reviendr\w+|ecri\w+|courrier|dossier|charge|relais|informe\w*|mandate\w*|suite|attaqu\w*) ",
            rf" (?:saisi|saisir|saisissons|contacter|contacte|transmis|transmettre|transmettons|confie|consulte|consulter|alerte|implique) {GAP}(?:avocats?|avocate|juridique|juristes|tribunal|justice) ",
            r" (?:actions? en justice|voie judiciaire|poursuites? judiciaires?|mise en demeure|mettre en demeure|porter plainte|portons plainte|devant (?:le tribunal|les tribunaux)|au tribunal|en justice|assigner|engager des poursuites|voies legales) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" (?:ne|pas) (?:\w+ ){0,3}?(?:plainte|justice|tribunal) | (?:nous sommes|je suis) (?:\w+ ){0,2}?(?:avocats?|cabinet) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "fuit viol donn cnil",
        [
            r" (?:fuites?|violation|vol) de donnees | (?:donnees|factures|dossiers|documents|informations) (?:d|de|des|appartenant a|concernant) (?:un |une |l )?(?:autres?) (?:clients?|societes?|entreprises?|patients?|utilisateurs?) ",
            rf" (?:donnees|informations) {GAP}(?:exposees|divulguees|volees|piratees|accessibles publiquement|dans la nature) ",
            r" (?:signaler|notifier|declarer|declaration|notification|signalement) (?:\w+ ){0,3}?(?:cnil|autorite de controle) ",
        ],
        [TECHNICAL, r" (?:aucune?|eviter|en cas de|si une|article|politique|exercice|assurance|formation|prevenir) "],
    ),
    cue(
        SAFETY,
        "dang bles vie vies secu pati mort",
        [
            rf" (?:patients?|salaries|employes|personnes|vies?|gens|residents|chauffeurs?|enfants|soignants) {GAP}(?:en danger|danger|blesses?|en peril|morts?) ",
            r" (?:danger de mort|mise en danger|mettre en danger|met en danger|mettent en danger|securite des (?:patients|personnes|salaries|employes|residents|passagers|enfants)) ",
            r" (?:a ete|ete|est) blessee? | (?:mauvaise|double) dose ",
        ],
        [TECHNICAL, NOBODY, r" (?:mort de rire|exercice|formation|merci) "],
    ),
    cue(
        CANCELLATION,
        "canc resc baja rena reno prov comp term anul fin rom cont susc",
        [
            rf" (?:cancelar|cancelamos|cancelaremos|cancelo|cancelacion|cancelen|rescindir|rescindimos|rescindiremos|rescision|anular|anulamos|terminar|terminamos|finalizar|romper) (?:de |del )?(?:el |la |los |las |nuestro |nuestra |nuestros |mi |su |este |esta |todo |todos )*{_ES_DEAL} ",
            rf" (?:darnos|darme|damos|doy|dar|dense|demos|den) (?:\w+ ){{0,3}}?de baja (?:(?:el|la|los|nuestr[ao]s?|mi|del|de|su) )*(?:{_ES_DEAL}|$)| (?:darnos|darme|nos damos) de baja ",
            r" no (?:vamos a |queremos |pensamos |podemos |se |la |lo |les )*(?:renovar|renovaremos|renovamos|renovara|prorrogar|prorrogaremos) ",
            r" (?:cambiar|cambiarnos|cambiamos|cambiaremos|cambio) (?:a |de )(?:otro )?(?:proveedor|empresa) | (?:vamos|irnos|pasamos|pasarnos|marchamos|iremos) (?:\w+ ){0,2}?(?:la competencia|otro proveedor) ",
        ],
        [
            TECHNICAL,
            r" (?:no|sin|nunca) (?:\w+ ){0,3}?(?:cancelar|rescindir|darnos de baja|cambiar de proveedor) | (?:usuarios?|clientes?|alguien|ellos) (?:\w+ ){0,3}?(?:cancel|baja)| (?:antiguo|anterior|viejo) (?:proveedor|contrato|sistema)| (?:certificado|dominio|reunion|pedido de prueba|su suscripcion) ",
        ],
    ),
    cue(
        LEGAL,
        "abog lega judi dema trib juzg buro denu juri",
        [
            rf" (?:abogad[oa]s?|asesoria juridica|departamento (?:legal|juridico)|equipo legal|area legal|servicios juridicos) {GAP}(?:contact\w*|pondra\w*|comunic\w*|llamar\w*|escrib\w*|revisando|informad\w*|manos|asunto|demanda|encarg\w*|tomar\w*|carta) ",
            rf" (?:manos|consultar|consultado|consultando|hablar|hablado|pasado|pasar|pasamos|contactar|contactado|noticias|involucrar|trasladado|trasladar) {GAP}(?:abogad[oa]s?|asesoria juridica|equipo legal|departamento (?:legal|juridico)) ",
            r" (?:acciones (?:legales|judiciales)|medidas legales|via judicial|via legal|vias legales|burofax|demandar\w*|demanda judicial|interponer|ante los tribunales|en los tribunales|denunciar\w*|proceso judicial|a juicio) ",
        ],
        [
            TECHNICAL,
            AGREED,
            r" no (?:\w+ ){0,3}?(?:demandar|denunciar|legales) | (?:somos|soy) (?:\w+ ){0,2}?(?:abogad\w+|bufete|despacho) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "fuga filt brec dato viol aepd fact",
        [
            r" (?:fuga|filtracion|brecha|violacion|robo) de (?:datos|seguridad|informacion) | (?:datos|facturas|informacion|pedidos|documentos|expedientes) de(?:l| la| un| una)? (?:otr[oa]s?) (?:\w+ )?(?:clientes?|empresas?|pacientes?|usuarios?|companias?) ",
            rf" datos (?:de |personales )?{GAP}(?:expuestos|filtrados|robados|filtrado|publicos) | (?:notificar|notificarlo|informar|reportar|comunicar) (?:\w+ ){{0,3}}?(?:aepd|agencia de proteccion|autoridad de proteccion) ",
        ],
        [TECHNICAL, r" (?:ninguna?|evitar|en caso de|articulo|politica|simulacro|seguro contra|curso|prevenir) "],
    ),
    cue(
        SAFETY,
        "peli ries heri lesi vida paci",
        [
            rf" (?:pacientes?|vidas?|personas|trabajadores|empleados|gente|conductores?|ninos|residentes|operarios?) {GAP}(?:en peligro|peligro|en riesgo|heridos?|lesionados?|muert\w+) ",
            r" (?:peligro|riesgo|peligra) (?:\w+ ){0,3}?(?:vidas?|pacientes|personas|trabajadores|empleados) | (?:resulto|hay|hubo) (?:\w+ )?(?:heridos?|lesionados?) | seguridad de (?:los |las )?(?:pacientes|personas|trabajadores) ",
        ],
        [TECHNICAL, NOBODY, r" (?:simulacro|curso|gracias|no hay|no hubo) "],
    ),
]
