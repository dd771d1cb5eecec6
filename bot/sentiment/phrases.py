"""Phrases that point at an indicator, in eight languages; an explanation beside a rating, and features for it.

A phrase is words as `models.cues.plain_sentences` leaves them; `*` stands for any ending, `_` is a gap of up to
three words. They are softer than the hard cues: a phrase alone decides nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from models import indicators as of

STEM_LENGTH: Final = 4

PHRASES: Final[dict[str, str]] = {
    of.EXECUTIVE_ESCALATION: """
        our ceo | our cfo | our cto | our coo | our cio | our vp | our board | the board | my boss | my
        director | our director | my manager is | my leadership | our leadership | leadership is | senior
        leadership | executive team | exec team | your ceo | your manager | your boss | your management |
        someone senior | somebody senior | supervisor | escalat* | head of | account executive | steering
        committee | upper management | managing director | geschaftsfuhr* | vorstand* | eskalier* |
        eskalation* | vorgesetzt* | chefetage | abteilungsleit* | direction generale | mon directeur | notre
        direction | comite de direction | votre responsable | escalad* | pdg | direccion general | mi jefe |
        nuestro director | su superior | su responsable | gerencia | junta directiva | amministratore
        delegato | il mio capo | la direzione | vostro responsabile | nostro direttore | diretoria | meu
        chefe | nosso diretor | seu gerente | vosso responsavel | administracao | directie | mijn baas |
        leidinggevende | raad van bestuur | bestuur | zarzad* | dyrekt* | prezes* | przelozon* |
        kierownictw*""",
    of.ULTIMATUM: """
        last chance | final warning | last warning | final chance | or else | or we are out | or we re out |
        or were out | by end of day | by eod | by cob | by close of business | by tomorrow | by friday | by
        monday | by noon | no later than | if this is not | if this isnt | if it isnt | if it is not | if
        you dont | if you cant | if nothing | if nobody | if we dont | unless you | unless this | unless we
        | otherwise we | otherwise i | no choice but | no other choice | last time we | bis morgen | bis
        freitag | bis montag | bis ende | letzte warnung | letzte chance | letzte frist | andernfalls |
        sonst | wenn das nicht | wenn bis | falls bis | d ici demain | d ici vendredi | d ici lundi |
        dernier avertissement | derniere chance | sinon | si rien | si ce n est pas | faute de | antes del |
        antes de manana | ultimo aviso | ultima oportunidad | de lo contrario | si no | si manana | entro
        domani | entro venerdi | entro oggi | ultimo avviso | ultima possibilita | altrimenti | se non | ate
        amanha | ate sexta | ate hoje | ultima chance | caso contrario | senao | se nao | voor morgen |
        uiterlijk | laatste kans | laatste waarschuwing | anders | als dit niet | als het niet | do jutra |
        do piatku | ostatni* | w przeciwnym razie | jesli nie | jezeli nie""",
    of.CHURN_RISK: """
        not renew* | wont renew | renewal | second thoughts | reconsider* | re evaluat* | reevaluat* |
        evaluating | looking elsewhere | looking at alternatives | alternative* | exit plan | exit strategy
        | exit clause | offboard* | phase out | phasing out | phased out | wind down | winding down |
        winding _ down | move off | moving off | moving away | move away | migrate away | migrate off |
        migrating away | replace you | replacing you | replacement | notice period | stop using | leaving |
        part ways | parting ways | walk away | walking away | pull out | pulling out | pull the plug | not
        continu* | wont be continuing | wont continue | rfp | right choice | wrong choice | right fit |
        regret _ choosing | regret signing | data export | export _ all our data | stop billing | lost
        confidence | lost faith | lost trust | confidence in | trust in you | faith in | time to move on |
        go _ different direction | cheaper option | close _ account | early exit | we are done | were done |
        im done | we are out | scale back | scaling back | downgrad* | verlanger* | alternativen | vertrauen
        | kundigungsfrist | abwander* | ausstieg* | umsteig* | abschied* | trennen | ne plus | alternatives
        | confiance | preavis | sortie du contrat | nous separer | autre solution | remplacer | fin de
        contrat | alternativas | confianza | preaviso | plantear* | replante* | otra solucion | salida |
        prescindir | alternative | fiducia | disdett* | altra soluzione | sostituir* | preavviso | confianca
        | outra solucao | substituir | aviso previo | alternatieven | vertrouwen | opzegtermijn | verlengen
        | afscheid | vervangen | alternatyw* | zaufani* | okres wypowiedzenia | odejsc | przedluz* | zastap*""",
    of.COMPETITOR: """
        competitor* | competition | another vendor | another provider | other vendor* | other provider* |
        different vendor | different provider | new vendor | new provider | other supplier* | another
        supplier | elsewhere | rival* | konkurren* | mitbewerber* | anderen anbieter | andere anbieter |
        concurren* | autre prestataire | autre fournisseur | competencia | otro proveedor | otros
        proveedores | concorren* | altro fornitore | altri fornitori | outro fornecedor | outros
        fornecedores | andere leverancier | andere partij | andere aanbieder | inny dostawc* | innego
        dostawc* | innych dostawc*""",
    of.REPEATED_FAILURE: """
        third time | fourth time | fifth time | second time | yet again | once again | again and again |
        over and over | same bug | same issue | same problem | same error | same thing | keeps happening |
        keep happening | keeps breaking | every time | every week | every release | every month | still
        broken | still not fixed | still not working | still happening | still failing | is back | how many
        times | multiple times | several times | countless | zum dritten | dritte mal | schon wieder | immer
        wieder | wieder | jedes mal | erneut | zum x ten | mehrfach | wiederholt | encore une fois |
        troisieme fois | deuxieme fois | a nouveau | a chaque fois | plusieurs fois | otra vez | tercera vez
        | segunda vez | de nuevo | una y otra vez | cada vez | varias veces | di nuovo | terza volta |
        ancora una volta | ogni volta | piu volte | mais uma vez | terceira vez | de novo | outra vez | toda
        vez | varias vezes | alweer | opnieuw | derde keer | elke keer | weer | steeds | po raz | znowu |
        kolejny raz | ponownie | za kazdym razem""",
    of.OUTAGE: """
        outage* | downtime | is down | are down | been down | went down | down again | unavailable | offline
        | cannot log in | cant log in | cannot access | cant access | 500 error* | 503* | 502* | timing out
        | times out | not loading | wont load | production is | in production | standstill | cant work |
        cannot work | blocked | locked out | ausfall* | ausgefallen | storung* | nicht erreichbar | steht
        still | en panne | panne* | indisponible | inaccessible | a l arret | bloques | caido | caida | sin
        servicio | no funciona | parados | bloqueados | fuori servizio | bloccat* | non funziona |
        disservizio | fora do ar | indisponivel | nao funciona | parad* | storing* | uitval | ligt plat |
        plat | onbereikbaar | awari* | nie dziala | przestoj* | stoi""",
    of.DATA_LOSS: """
        lost _ data | lost _ orders | lost _ records | data loss | data is gone | data are gone | deleted
        our | wiped | corrupt* | missing records | overwritten | unrecoverable | datenverlust | daten
        verloren | daten weg | geloscht | perte de donnees | perdu nos | perdu toutes | supprime nos |
        perdida de datos | perdido | borrado | perdita di dati | perso i | perso tutti | cancellato i nostri
        | perda de dados | perdemos | apagaram | apagado | dataverlies | kwijt | utrat* danych | utracilismy
        | skasowa*""",
    of.UNANSWERED: """
        no response | no reply | no answer* | no one has | nobody has | no one is | nobody is | not heard |
        havent heard | radio silence | crickets | ghost* | ignor* | silence | any update* | any news |
        waiting | still waiting | following up | follow up | bump* | chasing | unanswered | didnt respond |
        hasnt responded | hasnt replied | didnt get back | hello anyone | anyone there | is anyone | keine
        antwort | keine ruckmeldung | warten | niemand | wartet | gibt es neuigkeiten | neuigkeiten | meldet
        sich | funkstille | sans reponse | aucune reponse | aucun retour | pas de reponse | pas de retour |
        attendons | j attends | personne ne | relance* | des nouvelles | sin respuesta | nadie | esperando |
        novedad* | ninguna respuesta | sigo sin | seguimos sin | senza risposta | nessuna risposta | nessuno
        | aspett* | attesa | novita | aggiornament* | sem resposta | ninguem | aguard* | esper* | novidade*
        | geen antwoord | geen reactie | wacht* | niemand reageert | nieuws | brak odpowiedzi | nikt |
        czekam* | bez odpowiedzi | zadnej odpowiedzi""",
    of.BILLING_DISPUTE: """
        refund* | overcharg* | overbill* | charged twice | billed twice | double charged | wrong invoice |
        invoice is wrong | withhold* | not paying | wont pay | wont be paying | dispute* | chargeback |
        credit note | compensation | credits | invoice* | billing | charged | billed | pricing | price
        increase | our money back | money back | rechnung* | gutschrift | erstatt* | ruckerstatt* |
        abgebucht | zahlung* | factur* | rembours* | avoir | prelev* | facture* | reembols* | cobr* |
        devoluc* | fattur* | rimbors* | addebit* | pagamento | fatura* | cobran* | estorno | restitu* |
        factuur* | facturen | terugbetal* | creditnota | gecrediteerd | faktur* | zwrot* | obciazon*""",
    of.MISSED_COMMITMENT: """
        you promised | was promised | were promised | we were told | i was told | promised | deadline* |
        overdue | was supposed to | were supposed to | was meant to | missed | past due | behind schedule |
        delayed | delay* | eta | sla | slas | roadmap | versprochen | zugesagt | zusage | frist | verzoger*
        | uberfallig | verspat* | promis | promesse* | retard* | delai* | echeance | prometi* | promesa* |
        retras* | plazo* | promess* | ritard* | scadenz* | prometeram | prometid* | atras* | prazo* |
        beloofd | belofte* | vertrag* | te laat | obiecan* | obieca* | opozn* | termin | terminu | terminie""",
    of.ANGER: """
        unacceptable | not acceptable | ridiculous | joke | furious | angry | outrag* | fed up | sick of |
        sick and tired | tired of | had enough | enough is enough | disgrace* | pathetic | incompeten* |
        insult* | disgust* | livid | wtf | ffs | shame* | appall* | horrendous | terrible | awful | worst |
        nightmare | useless | garbage | unbelievable | absurd | insane | clown* | farce | frustrat* | losing
        patience | lost patience | patience | waste of | wasting | excuses | inexcusable | unprofessional |
        embarrass* | amateur* | scam | mess | nonsense | inakzeptab* | unverschamt* | frechheit | wutend |
        sauer | reicht* | unmoglich | katastroph* | geduld | lacherlich | zumutung | arger* |
        unprofessionell | skandal* | genervt | peinlich | inadmissible | inacceptable | scandal* | furieux |
        furieuse | marre | ras le bol | honte* | ridicule | lamentable | pas serieux | patience | excede* |
        catastroph* | n importe quoi | inaceptable | vergonz* | verguenza | indignante | hart* | furios* |
        ridicul* | lamentable | paciencia | tomadura | desastre | incompet* | intolerable | inaccettabile |
        vergogn* | assurdo | ridicol* | stuf* | arrabbiat* | pazienza | disastro | scandalos* | incompetent*
        | inaceitavel | vergonh* | absurdo | palhacada | furios* | paciencia | cansad* | desastre |
        onacceptabel | schandalig | belachelijk | boos | woedend | geduld | zat | ramp | schande | prutswerk
        | frustr* | niedopuszczaln* | skandal* | kpin* | wsciek* | dosc | cierpliwo* | absurd* | zenad* |
        kompromitac*""",
    of.DISAPPOINTMENT: """
        disappoint* | let down | not happy | unhappy | not impressed | dissatisf* | underwhelm* | not good
        enough | expected better | expected more | expected from | not what we | unsatisf* | poor | sadly |
        regret* | concern* | worried | hoped | enttausch* | unzufrieden* | schade | leider | bedauer* |
        decu* | decept* | decevant* | mecontent* | insatisf* | regrett* | dommage | malheureusement |
        decepcion* | descontent* | insatisfech* | lament* | preocupad* | delus* | insoddisfatt* | purtroppo
        | deludent* | decepcion* | desaponta* | insatisfeit* | infelizmente | teleurgesteld | teleurstell* |
        ontevreden | helaas | jammer | rozczarowan* | niezadowolon* | zawiedzion* | niestety | szkoda""",
    of.URGENCY: """
        urgent* | asap | immediately | right now | right away | today | within the hour | critical |
        emergency | p1 | sev1 | top priority | blocker | blocking | deadline today | tonight | every minute
        | every hour | sofort* | dringend* | umgehend | heute noch | notfall | immediatement | tout de suite
        | des aujourd | au plus vite | inmediat* | urgencia | hoy mismo | ya mismo | cuanto antes | subito |
        immediatamente | immediata* | oggi stesso | urgenza | imediat* | hoje mesmo | agora mesmo | dringend
        | onmiddellijk | direct | vandaag nog | meteen | spoed | natychmiast* | pilne | pilnie | dzisiaj |
        dzis""",
    of.THANKS: """
        thanks | thank you | thx | ty | cheers | appreciate* | great job | great work | awesome | amazing |
        fantastic | love it | love the | loving | works great | works perfectly | works now | perfect |
        brilliant | excellent | kudos | well done | no worries | all good | no rush | no hurry | low
        priority | not urgent | happy to | glad | congrats | congratulations | danke* | vielen dank | super
        | toll | perfekt | prima | klasse | merci | parfait | bravo | nickel | genial | gracias | perfecto |
        estupendo | grazie | perfetto | ottimo | fantastico | obrigad* | perfeito | otimo | excelente |
        bedankt | dank | dankjewel | top | geweldig | perfect | dziek* | super | swietn* | dzieki""",
}


_DENIALS: Final = (
    *(" not", " nothing", " never", " isnt", " wasnt", " arent", " least", " nicht", " kein", " keine"),
    *(" pas", " non", " nao", " niet", " geen", " nie"),
)


def _expression(phrase: str) -> str:
    words = [r"(?:\w+ ){0,3}?" if word == "_" else word.replace("*", r"\w*") + " " for word in phrase.split()]
    return "".join(words)


def _by_stem() -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for indicator, table in PHRASES.items():
        for phrase in table.split("|"):
            stem = phrase.split()[0].rstrip("*")[:STEM_LENGTH]
            grouped[stem, indicator].append(_expression(phrase))
    stems: dict[str, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
    for (stem, indicator), expressions in grouped.items():
        rest = "|".join(sorted({expression[len(stem) :] for expression in expressions}))
        stems[stem].append((indicator, re.compile(f" {stem}(?:{rest})")))
    return {stem: tuple(found) for stem, found in stems.items()}


_BY_STEM: Final = _by_stem()


def _is_said(expression: re.Pattern[str], plain: str) -> bool:
    """Whether the expression stands in the text without a denial right before it ("not urgent")."""
    return any(not plain.endswith(_DENIALS, 0, match.start()) for match in expression.finditer(plain))


def soft_indicators(sentences: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The indicators other than the hard ones that the phrases point at, in the order of the fixed list.

    `sentences` as `models.cues.plain_sentences` returns them.
    """
    words = [word for sentence in sentences for word in sentence]
    plain = f" {' '.join(words)} "
    found: set[str] = set()
    for stem in {word[:STEM_LENGTH] for word in words}:
        for indicator, expression in _BY_STEM.get(stem, ()):
            if indicator not in found and _is_said(expression, plain):
                found.add(indicator)
    return tuple(indicator for indicator in of.INDICATORS if indicator in found)
