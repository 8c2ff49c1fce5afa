"""Nederlands, B1: zeg wat er gebeurde en wat iemand nu kan doen. Beschuldig niemand."""

from contracts.reasons import DenyReason, Fault
from contracts.sentences.sentence import Greeting, Phrasebook, Sentence

_REFUSALS = {
    DenyReason.UNREADABLE: Sentence(
        "De deur kan deze code niet lezen.",
        "Toon de hele code van uw toegangspas, op een helder scherm. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.UNKNOWN_KEY: Sentence(
        "De deur kan deze toegangspas nu niet controleren.",
        "Open uw toegangspas opnieuw of vraag een nieuwe. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.BAD_SIGNATURE: Sentence(
        "De deur herkent deze toegangspas niet.",
        "Open uw toegangspas opnieuw via ons bericht. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.CLOCK_UNTRUSTED: Sentence(
        "De deur weet niet hoe laat het is en blijft dicht.",
        "Dit ligt niet aan u. Probeer het over een minuut opnieuw. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.REVOKED: Sentence(
        "Deze toegangspas is ingetrokken of de reservatie is geannuleerd.",
        "Kijk uw reservatie na of open uw nieuwste pas. Klopt het niet, bel dan {phone}.",
    ),
    DenyReason.SUPERSEDED: Sentence(
        "Er is een nieuwere toegangspas in de plaats gekomen.",
        "Open de nieuwste pas uit ons laatste bericht. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.WRONG_ACCESS_POINT: Sentence(
        "Uw toegangspas is voor een andere deur.",
        "Kijk op uw pas welke deuren hij opent. Vindt u de deur niet, bel dan {phone}.",
    ),
    DenyReason.NOT_YET_VALID: Sentence(
        "Uw toegangspas opent deze deur vanaf {opens}.",
        "Kom vanaf dan terug. Klopt het uur niet, bel dan {phone}.",
    ),
    DenyReason.EXPIRED: Sentence(
        "De tijd van uw toegangspas is voorbij.",
        "Is de zaal nog vrij, dan kunt u uw reservatie verlengen. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.USES_EXHAUSTED: Sentence(
        "Deze toegangspas is zo vaak gebruikt als hij kan.",
        "Vraag een nieuwe aan wie u deze gaf. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.PROOF_MISSING: Sentence(
        "Deze deur vraagt de pas op uw telefoon, geen foto of afdruk.",
        "Open de pagina van uw toegangspas en toon de code daar. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.LOCKED_DOWN: Sentence(
        "Het personeel heeft deze deur tijdelijk gesloten.",
        "Volg de aanwijzingen van het personeel. Ziet u niemand, bel dan {phone}.",
    ),
    DenyReason.LISTS_TOO_OLD: Sentence(
        "De deur moet eerst nieuws van de stad ontvangen.",
        "Dit ligt niet aan u. Probeer het over enkele minuten opnieuw. Lukt het niet, bel dan {phone}.",
    ),
    DenyReason.NOT_COMMISSIONED: Sentence(
        "Deze deur is nog niet in gebruik.",
        "Neem een andere ingang. Is die er niet, bel dan {phone}.",
    ),
    DenyReason.JOURNAL_FAILED: Sentence(
        "De deur heeft een storing en kan nu niet opengaan.",
        "Dit ligt niet aan u. Neem een andere ingang. Is die er niet, bel dan {phone}.",
    ),
}

_FAULTS = {
    Fault.CAMERA_FROZEN: Sentence(
        "De camera geeft geen nieuw beeld.",
        "De deurkast start de camera zelf opnieuw. Helpt dat niet, vervang dan de camera.",
    ),
    Fault.CAMERA_COVERED: Sentence(
        "Er zit iets voor de camera.", "Haal het weg en maak het venster schoon."
    ),
    Fault.CAMERA_DARK: Sentence(
        "Het is te donker om een pas te lezen.", "Kijk of de lamp boven de camera brandt."
    ),
    Fault.CAMERA_BLURRED: Sentence(
        "De camera ziet geen scherp beeld.", "Maak het venster schoon en kijk de scherpte na."
    ),
    Fault.JOURNAL_SLOW: Sentence(
        "De deurkast schrijft traag: het geheugen kan versleten zijn.",
        "Plan een nieuwe geheugenkaart.",
    ),
    Fault.JOURNAL_FAILED: Sentence(
        "De deurkast kan niets meer opschrijven en opent voor niemand.",
        "Open met de sleutel. Vervang de geheugenkaart of de deurkast.",
    ),
    Fault.STATE_LOST: Sentence(
        "De deurkast is haar geheugen kwijt en wacht op de stad.",
        "Zorg voor netwerk. Na het antwoord van de stad opent de deur weer.",
    ),
    Fault.DISK_LOW: Sentence(
        "Het geheugen van de deurkast raakt vol.",
        "Zorg voor netwerk, zodat alles verstuurd wordt. Vervang anders de geheugenkaart.",
    ),
    Fault.TEMPERATURE_HIGH: Sentence(
        "De deurkast wordt te warm.", "Zorg voor schaduw of lucht rond de kast."
    ),
    Fault.UNDER_VOLTAGE: Sentence(
        "De voeding van de deurkast is te zwak.", "Kijk de voeding en de kabel na."
    ),
    Fault.CLOCK_UNTRUSTED: Sentence(
        "De deurkast weet niet zeker hoe laat het is.",
        "Zorg voor netwerk. Komt het terug, vervang dan de batterij van de klok.",
    ),
    Fault.CLOCK_STEP: Sentence(
        "De klok van de deurkast is versprongen.",
        "Kijk na waar het netwerk zijn tijd haalt. Noteer of het vaker gebeurt.",
    ),
    Fault.CERTIFICATE_EXPIRING: Sentence(
        "Het certificaat van de deurkast loopt bijna af.",
        "Zorg voor netwerk: de deurkast vernieuwt het zelf.",
    ),
    Fault.LISTS_OLD: Sentence(
        "De deurkast hoorde al lang niets van de stad.", "Zorg voor netwerk."
    ),
    Fault.LOCK_DID_NOT_MOVE: Sentence(
        "Het slot kreeg een opdracht en bewoog niet.",
        "Kijk het slot, de draden en de voeding van het slot na.",
    ),
    Fault.CONTACT_DISAGREES: Sentence(
        "Deurcontact en slot spreken elkaar tegen.",
        "Kijk het slot, zijn relais en de draden van beide contacten na.",
    ),
    Fault.FORCED_OPEN: Sentence(
        "De deur ging open zonder pas en zonder uitgangsknop.", "Ga bij de deur kijken."
    ),
    Fault.HELD_OPEN: Sentence(
        "De deur staat te lang open.", "Sluit de deur. Kijk of er iets tussen zit."
    ),
    Fault.TAMPER: Sentence("De deurkast is open.", "Ga bij de deurkast kijken en sluit ze."),
    Fault.CLONE: Sentence(
        "Twee deurkasten gebruiken dezelfde identiteit.",
        "Neem ze allebei uit dienst en meld de echte opnieuw aan.",
    ),
    Fault.EQUIVOCATION: Sentence(
        "De deurkast kreeg twee verschillende documenten met hetzelfde nummer.",
        "Verwittig de beheerder: iemand kan een tekensleutel misbruiken.",
    ),
    Fault.DOCUMENT_REFUSED: Sentence(
        "De deurkast weigerde een document van de stad.",
        "Kijk op de pagina van de deur welk en waarom, en verstuur het opnieuw.",
    ),
    Fault.LINK_REFUSED: Sentence(
        "De deurkast mag niet op de verbinding met de stad.",
        "Kijk haar certificaat na of meld ze opnieuw aan.",
    ),
    Fault.MAINS_LOST: Sentence(
        "De stroom is weg; de deurkast werkt op haar batterij.",
        "Kijk de stroom en de zekering na.",
    ),
    Fault.INTERNAL_ERROR: Sentence(
        "Er ging iets onverwachts mis in de deurkast.",
        "Stuur de logboeken via de pagina van de deur. Herstart daarna de deurkast.",
    ),
    Fault.CLOCK_DOUBTED: Sentence(
        "De klok van de deurkast en de getekende tijd van de stad spreken elkaar tegen.",
        "Wacht een minuut. Blijft het, vervang dan de batterij; in het handboek staat hoe het verdergaat.",
    ),
}

_GREETINGS = {
    Greeting.READY: Sentence("Toon uw toegangspas.", "Houd de QR-code voor de camera."),
    Greeting.CODE_SEEN: Sentence("Even geduld.", "Houd uw toegangspas stil."),
    Greeting.OPEN: Sentence("Welkom, u kunt binnen.", "Duw of trek nu aan de deur."),
    Greeting.OPEN_FOR_ALL: Sentence(
        "De deur is voor iedereen open.", "U hebt nu geen toegangspas nodig."
    ),
    Greeting.GUESTS_MAY_ENTER: Sentence(
        "De deur blijft open voor uw gasten.",
        "Toon uw toegangspas nog eens om ze weer te sluiten. Na uw tijd gaat ze vanzelf op slot.",
    ),
    Greeting.GUESTS_OVER: Sentence("De deur gaat weer op slot.", "Doe de deur achter u dicht."),
    Greeting.COME_CLOSER: Sentence(
        "De camera ziet uw code nog niet goed.",
        "Kom dichterbij, kantel een beetje of maak uw scherm helderder.",
    ),
    Greeting.HELD_OPEN_SOON: Sentence(
        "De deur staat nog open.", "Sluit de deur, anders klinkt er een alarm."
    ),
    Greeting.FAULT: Sentence(
        "Deze deur heeft een storing.", "Neem een andere ingang. Is die er niet, bel dan {phone}."
    ),
    Greeting.IDENTIFY: Sentence(
        "Dit is de deur die gezocht wordt.", "U hoeft niets te doen. Het stopt vanzelf."
    ),
}

PHRASEBOOK = Phrasebook(_REFUSALS, _FAULTS, _GREETINGS)
