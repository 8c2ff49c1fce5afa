"""Einfaches Deutsch: sagen, was geschah und was man jetzt tun kann. Niemanden beschuldigen."""

from contracts.reasons import DenyReason, Fault
from contracts.sentences.sentence import Greeting, Phrasebook, Sentence

_REFUSALS = {
    DenyReason.UNREADABLE: Sentence(
        "Die Tür kann diesen Code nicht lesen.",
        "Zeigen Sie den ganzen Code Ihres Zutrittspasses, gut beleuchtet. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.UNKNOWN_KEY: Sentence(
        "Die Tür kann diesen Zutrittspass jetzt nicht prüfen.",
        "Öffnen Sie Ihren Pass neu oder fragen Sie nach einem neuen. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.BAD_SIGNATURE: Sentence(
        "Die Tür erkennt diesen Zutrittspass nicht.",
        "Öffnen Sie Ihren Pass neu aus unserer Nachricht. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.CLOCK_UNTRUSTED: Sentence(
        "Die Tür weiß nicht, wie spät es ist, und bleibt zu.",
        "Es liegt nicht an Ihnen. Versuchen Sie es in einer Minute wieder. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.REVOKED: Sentence(
        "Dieser Zutrittspass wurde zurückgezogen oder die Reservierung storniert.",
        "Prüfen Sie Ihre Reservierung oder öffnen Sie den neuesten Pass. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.SUPERSEDED: Sentence(
        "Ein neuerer Zutrittspass ersetzt diesen.",
        "Öffnen Sie den Pass aus unserer letzten Nachricht. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.WRONG_ACCESS_POINT: Sentence(
        "Ihr Zutrittspass ist für eine andere Tür.",
        "Auf Ihrem Pass steht, welche Türen er öffnet. Finden Sie sie nicht, rufen Sie {phone} an.",
    ),
    DenyReason.NOT_YET_VALID: Sentence(
        "Ihr Zutrittspass öffnet diese Tür ab {opens}.",
        "Kommen Sie dann wieder. Stimmt die Zeit nicht, rufen Sie {phone} an.",
    ),
    DenyReason.EXPIRED: Sentence(
        "Die Zeit Ihres Zutrittspasses ist vorbei.",
        "Ist der Saal noch frei, können Sie die Reservierung verlängern. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.USES_EXHAUSTED: Sentence(
        "Dieser Zutrittspass wurde so oft benutzt wie möglich.",
        "Fragen Sie dort nach einem neuen, wo Sie ihn bekamen. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.PROOF_MISSING: Sentence(
        "Diese Tür will den Zutrittspass auf dem Telefon, kein Foto, keinen Druck.",
        "Öffnen Sie die Seite Ihres Passes und zeigen Sie den Code dort. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.LOCKED_DOWN: Sentence(
        "Das Personal hat diese Tür vorübergehend geschlossen.",
        "Folgen Sie den Hinweisen des Personals. Sehen Sie niemanden, rufen Sie {phone} an.",
    ),
    DenyReason.LISTS_TOO_OLD: Sentence(
        "Die Tür muss zuerst Neues von der Stadt empfangen.",
        "Es liegt nicht an Ihnen. Versuchen Sie es in ein paar Minuten wieder. Sonst rufen Sie {phone} an.",
    ),
    DenyReason.NOT_COMMISSIONED: Sentence(
        "Diese Tür ist noch nicht in Betrieb.",
        "Nehmen Sie einen anderen Eingang. Gibt es keinen, rufen Sie {phone} an.",
    ),
    DenyReason.JOURNAL_FAILED: Sentence(
        "Die Tür ist gestört und kann jetzt nicht öffnen.",
        "Es liegt nicht an Ihnen. Nehmen Sie einen anderen Eingang. Gibt es keinen, rufen Sie {phone} an.",
    ),
}

_FAULTS = {
    Fault.CAMERA_FROZEN: Sentence(
        "Die Kamera liefert kein neues Bild.",
        "Das Türgerät startet sie selbst neu. Hilft das nicht, tauschen Sie die Kamera.",
    ),
    Fault.CAMERA_COVERED: Sentence(
        "Etwas ist vor der Kamera.", "Entfernen Sie es und reinigen Sie das Fenster."
    ),
    Fault.CAMERA_DARK: Sentence(
        "Es ist zu dunkel, um einen Pass zu lesen.", "Prüfen Sie die Lampe über der Kamera."
    ),
    Fault.CAMERA_BLURRED: Sentence(
        "Die Kamera sieht kein scharfes Bild.", "Reinigen Sie das Fenster, prüfen Sie die Schärfe."
    ),
    Fault.JOURNAL_SLOW: Sentence(
        "Das Türgerät schreibt langsam: der Speicher kann verschlissen sein.",
        "Planen Sie eine neue Speicherkarte.",
    ),
    Fault.JOURNAL_FAILED: Sentence(
        "Das Türgerät kann nichts mehr aufschreiben und öffnet niemandem.",
        "Öffnen Sie mit dem Schlüssel. Tauschen Sie die Speicherkarte oder das Gerät.",
    ),
    Fault.STATE_LOST: Sentence(
        "Das Türgerät hat sein Gedächtnis verloren und wartet auf die Stadt.",
        "Sorgen Sie für Netz. Nach der Antwort der Stadt öffnet die Tür wieder.",
    ),
    Fault.DISK_LOW: Sentence(
        "Der Speicher des Türgeräts wird voll.",
        "Sorgen Sie für Netz, damit alles gesendet wird. Sonst tauschen Sie die Speicherkarte.",
    ),
    Fault.TEMPERATURE_HIGH: Sentence(
        "Das Türgerät wird zu warm.", "Sorgen Sie für Schatten oder Luft am Gehäuse."
    ),
    Fault.UNDER_VOLTAGE: Sentence(
        "Die Stromversorgung des Türgeräts ist zu schwach.", "Prüfen Sie Netzteil und Kabel."
    ),
    Fault.CLOCK_UNTRUSTED: Sentence(
        "Das Türgerät kennt die Zeit nicht sicher.",
        "Sorgen Sie für Netz. Kommt es wieder, tauschen Sie die Batterie der Uhr.",
    ),
    Fault.CLOCK_STEP: Sentence(
        "Die Uhr des Türgeräts ist gesprungen.",
        "Prüfen Sie, woher das Netz die Zeit hat. Notieren Sie, ob es öfter geschieht.",
    ),
    Fault.CERTIFICATE_EXPIRING: Sentence(
        "Das Zertifikat des Türgeräts läuft bald ab.",
        "Sorgen Sie für Netz: das Türgerät erneuert es selbst.",
    ),
    Fault.LISTS_OLD: Sentence(
        "Das Türgerät hat lange nichts von der Stadt gehört.", "Sorgen Sie für Netz."
    ),
    Fault.LOCK_DID_NOT_MOVE: Sentence(
        "Das Schloss bekam einen Befehl und bewegte sich nicht.",
        "Prüfen Sie das Schloss, seine Drähte und seine Stromversorgung.",
    ),
    Fault.CONTACT_DISAGREES: Sentence(
        "Türkontakt und Schloss widersprechen einander.",
        "Prüfen Sie Schloss, Relais und die Drähte beider Kontakte.",
    ),
    Fault.FORCED_OPEN: Sentence(
        "Die Tür ging ohne Pass und ohne Ausgangstaste auf.", "Sehen Sie an der Tür nach."
    ),
    Fault.HELD_OPEN: Sentence(
        "Die Tür steht zu lange offen.", "Schließen Sie die Tür. Prüfen Sie, ob etwas klemmt."
    ),
    Fault.TAMPER: Sentence(
        "Das Türgerät ist offen.", "Sehen Sie beim Gerät nach und schließen Sie es."
    ),
    Fault.CLONE: Sentence(
        "Zwei Türgeräte benutzen dieselbe Identität.",
        "Nehmen Sie beide außer Betrieb und melden Sie das echte neu an.",
    ),
    Fault.EQUIVOCATION: Sentence(
        "Das Türgerät bekam zwei verschiedene Dokumente mit derselben Nummer.",
        "Melden Sie es der Verwaltung: ein Signaturschlüssel wird vielleicht missbraucht.",
    ),
    Fault.DOCUMENT_REFUSED: Sentence(
        "Das Türgerät hat ein Dokument der Stadt abgelehnt.",
        "Sehen Sie auf der Seite der Tür, welches und warum, und senden Sie es neu.",
    ),
    Fault.LINK_REFUSED: Sentence(
        "Das Türgerät wird zur Verbindung mit der Stadt nicht zugelassen.",
        "Prüfen Sie sein Zertifikat oder melden Sie es neu an.",
    ),
    Fault.MAINS_LOST: Sentence(
        "Der Strom ist aus; das Türgerät läuft mit seiner Batterie.",
        "Prüfen Sie Strom und Sicherung.",
    ),
    Fault.INTERNAL_ERROR: Sentence(
        "Im Türgerät ist etwas Unerwartetes schiefgegangen.",
        "Senden Sie die Protokolle von der Seite der Tür. Starten Sie das Gerät dann neu.",
    ),
    Fault.CLOCK_DOUBTED: Sentence(
        "Die Uhr des Türgeräts und die signierte Zeit der Stadt widersprechen sich.",
        "Warten Sie eine Minute. Bleibt es, tauschen Sie die Batterie; im Handbuch steht, wie es weitergeht.",
    ),
}

_GREETINGS = {
    Greeting.READY: Sentence(
        "Zeigen Sie Ihren Zutrittspass.", "Halten Sie den QR-Code vor die Kamera."
    ),
    Greeting.CODE_SEEN: Sentence("Einen Moment.", "Halten Sie Ihren Zutrittspass ruhig."),
    Greeting.OPEN: Sentence(
        "Willkommen, Sie können eintreten.", "Drücken oder ziehen Sie jetzt die Tür."
    ),
    Greeting.OPEN_FOR_ALL: Sentence(
        "Die Tür ist für alle offen.", "Sie brauchen jetzt keinen Zutrittspass."
    ),
    Greeting.GUESTS_MAY_ENTER: Sentence(
        "Die Tür bleibt für Ihre Gäste offen.",
        "Zeigen Sie Ihren Pass noch einmal, um sie zu schließen. Nach Ihrer Zeit schließt sie von selbst.",
    ),
    Greeting.GUESTS_OVER: Sentence(
        "Die Tür wird wieder verriegelt.", "Schließen Sie die Tür hinter sich."
    ),
    Greeting.COME_CLOSER: Sentence(
        "Die Kamera sieht Ihren Code noch nicht gut.",
        "Kommen Sie näher, neigen Sie ihn etwas oder stellen Sie den Bildschirm heller.",
    ),
    Greeting.HELD_OPEN_SOON: Sentence(
        "Die Tür steht noch offen.", "Schließen Sie die Tür, sonst ertönt ein Alarm."
    ),
    Greeting.FAULT: Sentence(
        "Diese Tür ist gestört.",
        "Nehmen Sie einen anderen Eingang. Gibt es keinen, rufen Sie {phone} an.",
    ),
    Greeting.IDENTIFY: Sentence(
        "Das ist die gesuchte Tür.", "Sie müssen nichts tun. Es hört von selbst auf."
    ),
}

PHRASEBOOK = Phrasebook(_REFUSALS, _FAULTS, _GREETINGS)
