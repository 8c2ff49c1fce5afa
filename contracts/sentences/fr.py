"""Français simple : dire ce qui s'est passé et ce qu'on peut faire. N'accuser personne."""

from contracts.reasons import DenyReason, Fault
from contracts.sentences.sentence import Greeting, Phrasebook, Sentence

_REFUSALS = {
    DenyReason.UNREADABLE: Sentence(
        "La porte ne peut pas lire ce code.",
        "Montrez le code entier de votre pass, sur un écran bien clair. Sinon, appelez le {phone}.",
    ),
    DenyReason.UNKNOWN_KEY: Sentence(
        "La porte ne peut pas vérifier ce pass maintenant.",
        "Ouvrez à nouveau votre pass ou demandez-en un nouveau. Sinon, appelez le {phone}.",
    ),
    DenyReason.BAD_SIGNATURE: Sentence(
        "La porte ne reconnaît pas ce pass.",
        "Ouvrez à nouveau votre pass depuis notre message. Sinon, appelez le {phone}.",
    ),
    DenyReason.CLOCK_UNTRUSTED: Sentence(
        "La porte ne connaît pas l'heure et reste fermée.",
        "Ce n'est pas votre faute. Réessayez dans une minute. Sinon, appelez le {phone}.",
    ),
    DenyReason.REVOKED: Sentence(
        "Ce pass a été retiré ou la réservation a été annulée.",
        "Vérifiez votre réservation ou ouvrez votre dernier pass. Sinon, appelez le {phone}.",
    ),
    DenyReason.SUPERSEDED: Sentence(
        "Un pass plus récent remplace celui-ci.",
        "Ouvrez le pass de notre dernier message. Sinon, appelez le {phone}.",
    ),
    DenyReason.WRONG_ACCESS_POINT: Sentence(
        "Votre pass est pour une autre porte.",
        "Votre pass indique les portes qu'il ouvre. Si vous ne trouvez pas, appelez le {phone}.",
    ),
    DenyReason.NOT_YET_VALID: Sentence(
        "Votre pass ouvre cette porte à partir de {opens}.",
        "Revenez à ce moment-là. Si l'heure n'est pas juste, appelez le {phone}.",
    ),
    DenyReason.EXPIRED: Sentence(
        "Le temps de votre pass est écoulé.",
        "Si la salle est libre, vous pouvez prolonger la réservation. Sinon, appelez le {phone}.",
    ),
    DenyReason.USES_EXHAUSTED: Sentence(
        "Ce pass a déjà servi autant de fois que possible.",
        "Demandez-en un nouveau à qui vous l'a donné. Sinon, appelez le {phone}.",
    ),
    DenyReason.PROOF_MISSING: Sentence(
        "Cette porte demande le pass sur votre téléphone, ni photo ni impression.",
        "Ouvrez la page de votre pass et montrez son code. Sinon, appelez le {phone}.",
    ),
    DenyReason.LOCKED_DOWN: Sentence(
        "Le personnel a fermé cette porte pour un moment.",
        "Suivez les consignes du personnel. Si vous ne voyez personne, appelez le {phone}.",
    ),
    DenyReason.LISTS_TOO_OLD: Sentence(
        "La porte doit d'abord recevoir des nouvelles de la ville.",
        "Ce n'est pas votre faute. Réessayez dans quelques minutes. Sinon, appelez le {phone}.",
    ),
    DenyReason.NOT_COMMISSIONED: Sentence(
        "Cette porte n'est pas encore en service.",
        "Prenez une autre entrée. S'il n'y en a pas, appelez le {phone}.",
    ),
    DenyReason.JOURNAL_FAILED: Sentence(
        "La porte est en panne et ne peut pas s'ouvrir.",
        "Ce n'est pas votre faute. Prenez une autre entrée. S'il n'y en a pas, appelez le {phone}.",
    ),
}

_FAULTS = {
    Fault.CAMERA_FROZEN: Sentence(
        "La caméra ne donne plus de nouvelle image.",
        "Le boîtier relance la caméra lui-même. Si cela n'aide pas, remplacez-la.",
    ),
    Fault.CAMERA_COVERED: Sentence(
        "Quelque chose se trouve devant la caméra.", "Enlevez-le et nettoyez la vitre."
    ),
    Fault.CAMERA_DARK: Sentence(
        "Il fait trop sombre pour lire un pass.", "Vérifiez la lampe au-dessus de la caméra."
    ),
    Fault.CAMERA_BLURRED: Sentence(
        "La caméra ne voit pas d'image nette.", "Nettoyez la vitre et vérifiez la mise au point."
    ),
    Fault.JOURNAL_SLOW: Sentence(
        "Le boîtier écrit lentement : sa mémoire est peut-être usée.",
        "Prévoyez une nouvelle carte mémoire.",
    ),
    Fault.JOURNAL_FAILED: Sentence(
        "Le boîtier ne peut plus rien noter et n'ouvre à personne.",
        "Ouvrez avec la clé. Remplacez la carte mémoire ou le boîtier.",
    ),
    Fault.STATE_LOST: Sentence(
        "Le boîtier a perdu sa mémoire et attend la ville.",
        "Rétablissez le réseau. Après la réponse de la ville, la porte s'ouvre à nouveau.",
    ),
    Fault.DISK_LOW: Sentence(
        "La mémoire du boîtier est presque pleine.",
        "Rétablissez le réseau pour que tout soit envoyé. Sinon, remplacez la carte mémoire.",
    ),
    Fault.TEMPERATURE_HIGH: Sentence(
        "Le boîtier devient trop chaud.", "Donnez-lui de l'ombre ou de l'air."
    ),
    Fault.UNDER_VOLTAGE: Sentence(
        "L'alimentation du boîtier est trop faible.", "Vérifiez l'alimentation et le câble."
    ),
    Fault.CLOCK_UNTRUSTED: Sentence(
        "Le boîtier n'est pas sûr de l'heure.",
        "Rétablissez le réseau. Si cela revient, remplacez la pile de l'horloge.",
    ),
    Fault.CLOCK_STEP: Sentence(
        "L'horloge du boîtier a fait un saut.",
        "Vérifiez d'où le réseau tient l'heure. Notez si cela se répète.",
    ),
    Fault.CERTIFICATE_EXPIRING: Sentence(
        "Le certificat du boîtier expire bientôt.",
        "Rétablissez le réseau : le boîtier le renouvelle lui-même.",
    ),
    Fault.LISTS_OLD: Sentence(
        "Le boîtier n'a plus de nouvelles de la ville depuis longtemps.", "Rétablissez le réseau."
    ),
    Fault.LOCK_DID_NOT_MOVE: Sentence(
        "La serrure a reçu un ordre et n'a pas bougé.",
        "Vérifiez la serrure, ses fils et son alimentation.",
    ),
    Fault.CONTACT_DISAGREES: Sentence(
        "Le contact de porte et la serrure se contredisent.",
        "Vérifiez la serrure, son relais et les fils des deux contacts.",
    ),
    Fault.FORCED_OPEN: Sentence(
        "La porte s'est ouverte sans pass ni bouton de sortie.", "Allez voir la porte."
    ),
    Fault.HELD_OPEN: Sentence(
        "La porte est ouverte depuis trop longtemps.",
        "Fermez la porte. Regardez si quelque chose la bloque.",
    ),
    Fault.TAMPER: Sentence("Le boîtier est ouvert.", "Allez voir le boîtier et fermez-le."),
    Fault.CLONE: Sentence(
        "Deux boîtiers utilisent la même identité.",
        "Mettez les deux hors service et inscrivez à nouveau le vrai.",
    ),
    Fault.EQUIVOCATION: Sentence(
        "Le boîtier a reçu deux documents différents avec le même numéro.",
        "Prévenez l'administrateur : une clé de signature est peut-être détournée.",
    ),
    Fault.DOCUMENT_REFUSED: Sentence(
        "Le boîtier a refusé un document de la ville.",
        "Voyez lequel et pourquoi sur la page de la porte, et renvoyez-le.",
    ),
    Fault.LINK_REFUSED: Sentence(
        "Le boîtier n'est pas admis à la connexion avec la ville.",
        "Vérifiez son certificat ou inscrivez-le à nouveau.",
    ),
    Fault.MAINS_LOST: Sentence(
        "Le courant est coupé ; le boîtier fonctionne sur sa batterie.",
        "Vérifiez le courant et le fusible.",
    ),
    Fault.INTERNAL_ERROR: Sentence(
        "Un problème inattendu s'est produit dans le boîtier.",
        "Envoyez les journaux depuis la page de la porte. Redémarrez ensuite le boîtier.",
    ),
    Fault.CLOCK_DOUBTED: Sentence(
        "L'horloge du boîtier et l'heure signée par la ville se contredisent.",
        "Attendez une minute. Si cela reste, remplacez la pile ; le manuel dit la suite.",
    ),
}

_GREETINGS = {
    Greeting.READY: Sentence("Montrez votre pass.", "Tenez le code QR devant la caméra."),
    Greeting.CODE_SEEN: Sentence("Un instant.", "Ne bougez pas votre pass."),
    Greeting.OPEN: Sentence(
        "Bienvenue, vous pouvez entrer.", "Poussez ou tirez la porte maintenant."
    ),
    Greeting.OPEN_FOR_ALL: Sentence(
        "La porte est ouverte à tous.", "Vous n'avez pas besoin de pass maintenant."
    ),
    Greeting.GUESTS_MAY_ENTER: Sentence(
        "La porte reste ouverte pour vos invités.",
        "Montrez votre pass encore une fois pour la refermer. À la fin, elle se verrouille toute seule.",
    ),
    Greeting.GUESTS_OVER: Sentence(
        "La porte se verrouille à nouveau.", "Fermez la porte derrière vous."
    ),
    Greeting.COME_CLOSER: Sentence(
        "La caméra ne voit pas encore bien votre code.",
        "Approchez-vous, inclinez un peu ou rendez votre écran plus clair.",
    ),
    Greeting.HELD_OPEN_SOON: Sentence(
        "La porte est encore ouverte.", "Fermez la porte, sinon une alarme va sonner."
    ),
    Greeting.FAULT: Sentence(
        "Cette porte est en panne.",
        "Prenez une autre entrée. S'il n'y en a pas, appelez le {phone}.",
    ),
    Greeting.IDENTIFY: Sentence(
        "C'est la porte que quelqu'un cherche.",
        "Vous n'avez rien à faire. Cela s'arrête tout seul.",
    ),
}

PHRASEBOOK = Phrasebook(_REFUSALS, _FAULTS, _GREETINGS)
