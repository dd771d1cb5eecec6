"""Hard cues in English. See `rule` for what the patterns may expect of the text."""

from __future__ import annotations

from models.cues.rule import GAP, TECHNICAL, TEST_OBJECT, Cue, cue
from models.indicators import CANCELLATION, DATA_BREACH, LEGAL, SAFETY

_OURS = (
    r"(?:(?:our|the|this|my|your|entire|whole|all|of|current|enterprise|annual|yearly|existing|"
    r"business|full|premium|pro) ){0,4}"
)
_DEAL = (
    r"(?:contracts?|agreements?|subscriptions?|accounts?|partnership|licen[cs]es?|membership|"
    r"msa|engagement|retainer|deal)"
)
_CANCEL = (
    r"(?:cancel|cancell?ing|cancell?ed|cancellation of|terminate|terminating|terminated|"
    r"termination of|discontinue|discontinuing|rescind|rescinding)"
)
_WHEN = r"(?:(?:at|by|from|for) )?(?:the )?(?:end of )?(?:the |this |next )?(?:week|month|quarter|year)(?: end)?"
_OTHER_VENDOR = (
    r"(?:another|a different|some other|an alternative|one of your|a competing|your) "
    r"(?:vendor|provider|supplier|competitors?|competition|platform|tool|partner|solution|product|company)"
)

_NOT_CANCELLED = [
    TECHNICAL,
    TEST_OBJECT,
    r" (?:not|never|dont|wont|without|no|cant|didnt|doesnt|nobody|isnt|arent|wasnt)"
    r" (?:(?:going|planning|plan|plans|want|wanting|wish|intend|intending|intention|looking|thinking|"
    r"considering|to|about|of|"
    r"any|be|really|actually|currently|here|trying|reason|need|is|has|we|have|had) ){0,4}?"
    r"(?:cancel|terminat|clos|end|ending|leav|switch|moving|move|quit|stop)",
    r" (?:customers?|users?|clients?|subscribers?|someone|anyone|people|they|he|she|tenants?|members?|"
    r"shoppers?)"
    r" (?:who |that |can |could |will |wants? to |tries to |try to |has |have |had |just )*(?:cancel|terminat|"
    r"clos|end|delet)",
    r" (?:contracts?|subscriptions?|accounts?|agreements?|licen[cs]es?|plan|services) with (?!you |immediate |"
    r"effect|notice |a |\d|your |the |this )",
    r" (?:subscriptions?|contracts?|accounts?) (?:of|for|from) (?:a|an|one|some|this|that|his|her|"
    r"their) (?:user|customer|client|employee|tenant)",
    r" (?:used to|almost|nearly|were about to|were going to|glad|relieved|considered|thought about|"
    r"thinking back|joked about)"
    r" (?:\w+ ){0,6}?(?:cancel|terminat|leav|switch|clos|moving|move)",
    r" (?:certificates?|cert|domain|token|tls|ssl|lease|session|visa|office|gym|insurance|netflix|telecom|"
    r"internet|phone|electricity) ",
    r" (?:old|previous|former|last) (?:\w+ )?(?:vendor|provider|supplier|tool|contract|subscription|platform|"
    r"solution|agency|account) ",
    r" (?:phrase|intent|sentence|voice bot|chatbot|classifier|accidentally|by mistake|duplicate|wrong account|"
    r"unused seats?|joke|kidding) ",
]

ENGLISH: list[Cue] = [
    cue(
        CANCELLATION,
        "canc term disc resc clos end endi quit stop leav rene exte noti else exit",
        [
            rf" {_CANCEL} {_OURS}{_DEAL} ",
            rf" {_CANCEL} (?:our|your|this|my|the) (?:\w+ )?(?:services|plan|service agreement|support plan|"
            r"cooperation) ",
            rf" {_CANCEL} with you ",
            r" (?:please|pls|kindly) (?:cancel|terminate) (?:everything|all seats|asap|immediately|today|my sub|us|"
            r"it all) ",
            r" (?:cancel|terminate) (?:my|our) sub ",
            r" (?:letter of|early|extraordinary|under) (?:termination|cancellation)(?: review| right)? ",
            r" (?:send|sending|confirm|receive|process|accept|sign|signing) (?:you |us |me |the |our |this |my |"
            r"over )*(?:cancellation|termination)"
            r"(?: (?:form|letter|paperwork|papers|notice|documents?|to|of|today|in writing))? (?!fee|policy|clause|"
            r"rate)",
            r" (?:we|i) (?:will |have to |shall |hereby |must )?terminate $",
            r" (?:not|wont|never|not gonna|not going to) (?:be )?renew(?:ing)? $",
            r" (?:disable|stop|opt out of|turn off|opt out from) (?:the |our |your )?auto renew(?:al)? ",
            r" (?:we|i) (?:\w+ ){0,2}?(?:will|want to|would like to|wish to|have to|need to|decided to|going to|gonna|"
            r"must|are|am|ll)"
            r" (?:be )?cancel(?:l?ing)?(?: (?:effective|immediately|today|now|tomorrow|unless|if|because|by|"
            r"at the end|and|it all|" + _WHEN + r"))? $",
            rf"^ (?:(?:so|then|ok|fine) )?(?:we|i|well|ill|im going to) (?:hereby )?cancel"
            rf"(?: {_WHEN})? $",
            r" (?:close|closing|end|ending|stop|quit|get out of|exit|exiting) (?:down )?(?:our|this|my|your) (?:\w+ )?"
            + _DEAL
            + " ",
            r" (?:close|end|exit) the (?:contract|partnership|subscription|agreement|account) ",
            r" (?:we|i|were|im|weve) (?:\w+ ){0,3}?(?:stop|stopping|stopped|quit|leave|leaving) (?:using )?your"
            r" (?:product|service|services|platform|software|tool|system|company|app) ",
            r" (?:we|i|company|board|management|leadership|finance|boss|cfo|ceo|director) (?:\w+ ){0,4}?(?:not|wont|"
            r"cant|cannot|never)"
            r" (?:\w+ ){0,3}?(?:renew|renewing|extend|extending) (?:the|our|this|my|with|it|in|when|for|next|after|$)",
            r" (?:decided|decision|chosen|opted|elected|instructed|told|asked|voted) (?:me |us )?(?:not to|"
            r"against) (?:renew|extend|continu)\w* ",
            r" notice of (?:termination|cancellation|non renewal|nonrenewal) ",
            r" (?:termination|cancellation) (?:notice|letter|paperwork|papers) ",
            r" (?:our|my|this|formal|written|days|hereby give) notice (?:to|of) (?:terminate|cancel|termination|"
            r"cancellation) ",
            r" (?:take|taking|took) (?:our|my) business elsewhere ",
        ],
        _NOT_CANCELLED,
    ),
    cue(
        CANCELLATION,
        "vend prov supp comp plat tool part solu prod",
        [
            rf" (?:we|were|im|i|weve|well) {GAP}(?:switching|moving|migrating|going|switch|move|migrate|go|signed|"
            r"switched|moved)"
            rf" (?:\w+ ){{0,3}}?(?:to|with) {_OTHER_VENDOR} ",
        ],
        _NOT_CANCELLED,
    ),
    cue(
        LEGAL,
        "lawy atto soli coun gc lega sue form laws sue suin sued cour liti brea liab ceas arbi",
        [
            r" (?:consider this|this is|treat this as|take this as) (?:\w+ )?formal notice ",
            rf" (?:lawyers?|attorneys?|solicitors?|counsel|our gc|law firm|legal team|legal department) {GAP}"
            r"(?:have|contact|touch|reach|reaching|call|calling|write|writing|send|sending|letter|involved|involve|"
            r"hear|preparing|drafting|"
            r"drafts|looking into|look at this|informed|notified|advised|instructed|engaged|cc|copied|copy|handle|"
            r"take over|taking over|review our options|pursue|pursuing|next|notice|damages|claim|deal with|on this|"
            r"on it now|"
            r"briefed|retained|assessing|examining) ",
            r" (?:hear|hearing|letter|call|mail|email|notice|contacted) from (?:our|my|the) (?:\w+ )?(?:lawyers?|"
            r"attorneys?|solicitors?|counsel|legal) ",
            r" (?:pass|passed|passing|forward|forwarded|forwarding|hand|handed|handing|escalate|escalated|escalating|"
            r"refer|referred|give|given|giving|"
            r"involve|involving|involved|consult|consulted|consulting|instruct|instructed|engage|engaged|looped|"
            r"looping|loop|bring|bringing|brought|"
            r"speak|speaking|spoken|talk|talking|spoke|turn|turned|turning|going|copied|copying|ccd|cc|get|getting|"
            r"brief|briefed|send|sending|sent)"
            rf" {GAP}(?:our|my|in|the|to|with|a|over to) (?:lawyers?|attorneys?|solicitors?|legal counsel|legal team|"
            r"legal department|counsel|legal) ",
            r" (?:take|taking|took|pursue|pursuing|consider|considering|seek|seeking|initiate|begin|start|explore|"
            r"exploring|threaten|reserve)"
            rf" {GAP}(?:legal (?:action|steps|proceedings|remedies|options|advice|recourse|claim)) ",
            r" (?:sue|suing) (?:you|your|heed|for damages|the company|over this) | whether (?:we can|to) sue ",
            r" (?:calling|call|phoning|phone|phoned|called) (?:our|my) (?:lawyers?|attorneys?|solicitors?) ",
            r" (?:go|goes|directed?|everything|communication|talk) (?:\w+ ){0,3}?(?:through|via|to) our (?:lawyers?|"
            r"attorneys?|solicitors?|counsel) ",
            r" (?:now|is|are|matter) (?:now )?with our (?:lawyers?|attorneys?|solicitors?|legal department|legal team|"
            r"counsel) ",
            r" (?:our )?legal has (?:told|instructed|advised|asked) (?:me|us) ",
            r" (?:we will|well|going to|gonna|forced to|have to) sue ",
            r" (?:see|meet) you in court | (?:go|going|taking this|take this|take you|taking you) to court |"
            r" small claims court ",
            r" (?:facing|filing|file|filed|expect|prepare for|preparing|prepared) (?:a |for |you )*(?:lawsuit|"
            r"litigation|legal claim) ",
            r" (?:material|in|a|your|clear|serious) breach of (?:the |our |your )?(?:contract|agreement|sla|msa|"
            r"warranty|terms) ",
            r" (?:hold|holding|held|be) (?:you|your company) (?:fully |legally |personally )*(?:liable|"
            r"legally responsible) ",
            r" legally (?:liable|responsible) for | cease and desist | (?:go|going|taking|take|"
            r"refer) (?:this )?to arbitration | legal hold on ",
        ],
        [
            TECHNICAL,
            r" (?:approved|approves|signed|countersigned|cleared|green light|thumbs up|no concerns|no objections|"
            r"no issues|happy|fine|good to go|"
            r"ok with|okay with|looks good|love|loved|redlines?|redlined|nda|dpa|joke|kidding|lol|haha|template|"
            r"order form|"
            r"purchase order|onboarding|podcast|wording|newsletter|feature|workspace|seats|licen[cs]es) ",
            r" (?:we are|were|im|i am|as) (?:a|an|the|only a) (?:\w+ )?(?:law firm|lawyer|solicitor|attorney|"
            r"legal (?:team|tech)) ",
            r" (?:not|never|no need to|nobody is|without|nothing|rather not|dont) (?:\w+ ){0,3}?(?:sue|suing|lawyers?|"
            r"legal|court|lawsuit) ",
            r" (?:sue|court) (?:and|from|is|has|said|will) | (?:tennis|food|basketball|padel|volleyball) court |"
            r" sue (?:me|us) ",
            r" (?:against|with) (?:a|another|our|an) (?:former|other|old|ex|third|supplier|landlord|competitor|"
            r"contractor|tenant|customer|previous)",
            r" (?:our|their|the) (?:landlord|customers?|clients?|competitor|contractor|old vendor|"
            r"former \w+) (?:\w+ ){0,4}?(?:sue|suing|sued|legal|lawyers?|court) ",
        ],
    ),
    cue(
        DATA_BREACH,
        "brea leak expo stol hack regu ico gdpr othe anot else comp dpo stra",
        [
            r" (?:a|this|your|serious|massive|the|report|reported|reporting|suspected|confirmed|is|possible|potential|"
            r"caused) (?:\w+ )?(?:data|security|privacy|gdpr) breach ",
            r" (?:our|customers?|clients?|patients?|personal|employee|user|users|confidential|private|payroll|"
            r"sensitive) (?:\w+ ){0,3}?"
            r"(?:data|records?|information|details|files?|emails?|documents?|passwords?|credentials|invoices?|salaries)"
            rf" {GAP}(?:leaked|exposed|stolen|breached|compromised|hacked|publicly (?:visible|accessible|available)|"
            r"visible to (?:others?|everyone|other|strangers|another)) ",
            r" (?:you|has|have|been|was|were|just) (?:leaked|leaking|exposed|exposing) (?:all |some )?(?:of )?(?:our|"
            r"personal|customer|private|confidential|the) ",
            r" (?:see|seeing|saw|found|find|view|viewing|access|accessing|open|download|downloaded|showing|shows|"
            r"shown|show|sees|get|getting|got|received|contains?|returned|returning|exposing|displays?|logged into) "
            rf"{GAP}(?:another|other|someone elses|somebody elses|some other|a different|different|strangers?|"
            r"elses) (?:\w+ )?"
            r"(?:customers?|companys?|companies|tenants?|clients?|organi[sz]ations?|orgs?|patients?|users?|accounts?|"
            r"persons?|peoples?|data|invoices?|records|firms?)"
            r" (?:\w+ )?(?:data|records?|invoices?|files?|documents?|names?|orders?|information|tickets?|messages?|"
            r"account|details|emails?|addresses|payslips|dashboard|reports?|conversations) ",
            r" (?:data|records|invoices|files|documents|tickets|names|details) (?:of|from|belonging to|"
            r"that belongs? to) (?:another|other|a different|some other|someone|different) "
            r"(?:customers?|company|companies|tenants?|clients?|organi[sz]ations?|patients?|users?|elses?|firms?|"
            r"people) ",
            r" (?:our|customer|client|personal) data (?:is|was|has been|ended up|went|being|sent|"
            r"shown) (?:\w+ ){0,3}?(?:strangers?|third part\w+|the dark web|public|other customers?|another customer) ",
            r" (?:report|reporting|reported|notify|notifying|notified|inform|informing|informed) (?:this |"
            r"it )?(?:to )?(?:the |our )?(?:\w+ )?(?:regulators?|ico|data protection authority|supervisory authority|"
            r"dpo|dpa authority) ",
        ],
        [
            TECHNICAL,
            r" (?:whether|ever|competitors?|no|not a|never had a|without a|prevent|avoid|in case of|in the event of|"
            r"if there was|if there were|policy|policies|protocol|procedure|insurance|tabletop|exercise|drill|"
            r"simulation|sample|example|article|news|blog|book|study|headline|read about) ",
            r" (?:memory|water|gas|roof|oil|coolant) ?leak| leak(?:s|ed|ing|y)? memory | (?:want|able|possible|like|"
            r"how do i|how can i|permission|role|admin|shared with|can i|can we|could we|we can|"
            r"allow\w*) (?:\w+ ){0,3}?(?:see|view|access|download|open|show) ",
            r" (?:breach|hack|leak) (?:at|of|in) (?:linkedin|okta|lastpass|a competitor|our old|one of our|"
            r"another vendor) | (?:our|their) (?:old|previous|former) ",
        ],
    ),
    cue(
        SAFETY,
        "risk dang hurt inju die died dyin kill harm safe unsa life live dose dosa medi ambu hosp evac",
        [
            r" (?:patients?|people|lives|workers?|drivers?|children|kids|residents|passengers|nurses?|someone|"
            r"somebody|employees?|technicians?|operators?|guests|students|colleague|engineer|firefighters|paramedics|"
            r"crew|pedestrians|elderly)"
            rf" {GAP}(?:at risk|in danger|hurt|injured|died|die|killed|in (?:the )?hospital|harmed|burned|"
            r"electrocuted|unsafe|endangered) ",
            r" (?:risking|risk|endangering|endangers?|danger to|threat to|hazard to|risk to|harm|harming|harmed|"
            r"costing|cost) (?:\w+ ){0,2}?(?:life|lives|patients?|human life|people|safety of|workers|our drivers|"
            r"children|residents|passengers) ",
            r" (?:patient|passenger|worker|public|human|child|resident|driver) safety ",
            r" safety (?:incident|hazard|risk|issue on|critical (?:failure|alarm|alert)|of (?:our |the )?(?:patients|"
            r"people|staff|workers|residents|drivers|children)) ",
            r" life threatening | life and death | life or death | matter of life | near miss (?:on|with|in|at) ",
            r" (?:wrong|double|incorrect|missed) (?:dose|dosage|doses|medication|medications|drug dose|blood type|"
            r"insulin) | overdosed? ",
            r" (?:ambulances?|emergency (?:calls|services|dispatch)|fire brigade|911|999|"
            r"112 calls) (?:\w+ ){0,5}?(?:not (?:reach|be dispatched|get|arriv)|fail\w*|lost|delayed|wrong address|"
            r"cannot|cant|couldnt|misrouted|dropped) ",
        ],
        [
            TECHNICAL,
            r" (?:no one|nobody|none|no patients?|no people|no lives|without|zero|never|not) (?:\w+ ){0,4}?(?:hurt|"
            r"injured|harmed|risk|danger|killed|died|affected) ",
            r" (?:norm|iso|kille|category|column|field|drill|exercise|course|game|movie|laugh\w*|lol|haha|joke|heroes|"
            r"hackathon|laptop|battery|phone|curiosity|improv\w*|savers?|saved|saving|savings|improves?|helps?|thanks|"
            r"thank|great|awesome|love|policy|certified|first culture|module|dashboard) ",
            r" (?:dying|die|died|killed) (?:of|to|for|on me|inside|it) | killed it | kill(?:ing)? (?:time|the|a|your|"
            r"this|that) ",
        ],
    ),
]
