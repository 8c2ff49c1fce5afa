"""Play a broker that was taken over: it holds what central once sent, and sends it again.

To have a command at hand, one is signed here with the demo city's own command key, exactly as central
does; then the very same bytes are published twice.
"""

import queue
import secrets
import ssl
import time
from typing import Self, TypeVar

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from central.keys.files import load_folder
from contracts.bodies import Body
from contracts.commands import Command, CommandName, CommandResult, NonceGiven, NonceRequest
from contracts.documents import DocumentType, sign_document, unit_audience
from contracts.keys import KeyPurpose, VerifyKey
from contracts.statements import verify_statement
from contracts.topics import Down, Up, down, up
from demo.founding import BROKER_HOST, registration_of
from demo.processes import DemoFailed
from demo.running import Demo
from demo.scene import Scene

PATIENCE = 30.0  # seconds
BodyT = TypeVar("BodyT", bound=Body)


def twice(demo: Demo, scene: Scene) -> list[str]:
    """Send one signed command two times; return what the unit answered to each.

    Central must be stopped: its place at the broker is taken.
    """
    registration = registration_of(demo.home, scene.number)
    unit = str(registration["unit"])
    key = VerifyKey.from_bytes(bytes.fromhex(registration["statement_key"]))
    with _Attacker(demo, unit, key) as attacker:
        nonce = attacker.nonce()
        command = _signed(demo, unit, nonce)
        before = len(scene.pulses())
        answers = [attacker.send(command)]
        scene.wait(lambda: len(scene.pulses()) > before, "the command's pulse ends")
        before = len(scene.pulses())
        answers.append(attacker.send(command))
        if len(scene.pulses()) != before or scene.door.state().strike_released:
            msg = "a replayed command moved the strike"
            raise DemoFailed(msg)
        return answers


def _signed(demo: Demo, unit: str, nonce: str) -> bytes:
    passphrase = demo.home.secret("keys").read_text(encoding="ascii").strip()
    key = next(
        one
        for one in load_folder(demo.home.central / "keys", passphrase)
        if one.purpose is KeyPurpose.COMMAND
    )
    body = Command(
        id=secrets.token_hex(8), command=CommandName.UNLOCK_ONCE, nonce=nonce, actor="staff-1"
    )
    issued = int(time.time())  # noqa: TID251 - the real time
    return sign_document(
        DocumentType.COMMAND,
        unit_audience(unit),
        10**6,
        issued,
        body,
        key_id=str(key.id),
        signer=key.signer,
    )


class _Attacker:
    """Somebody with central's place at the broker."""

    def __init__(self, demo: Demo, unit: str, key: VerifyKey) -> None:
        self._unit, self._key = unit, key
        self._heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        identity = demo.home.central / "broker-identity"
        context = ssl.create_default_context(cafile=identity / "ca.crt")
        context.load_cert_chain(identity / "central.crt", identity / "central.key")
        self._client = Client(
            CallbackAPIVersion.VERSION2, "central", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.tls_set_context(context)
        self._client.on_message = self._on_message
        self._client.connect(BROKER_HOST, demo.broker_port)
        self._client.subscribe([(up(unit, kind), 1) for kind in (Up.NONCE, Up.RESULT)])

    def __enter__(self) -> Self:
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def nonce(self) -> str:
        """Ask the unit for a nonce, as anybody may."""
        request = NonceRequest(ask=secrets.token_hex(8))
        self._client.publish(down(self._unit, Down.COMMAND), request.to_bytes(), qos=1)
        return self._said(DocumentType.NONCE, Up.NONCE, NonceGiven).nonce

    def send(self, command: bytes) -> str:
        """Publish a command; return what the unit answers."""
        self._client.publish(down(self._unit, Down.COMMAND), command, qos=1)
        return str(self._said(DocumentType.RESULT, Up.RESULT, CommandResult).outcome)

    def _said(self, kind: DocumentType, topic: Up, model: type[BodyT]) -> BodyT:
        wanted = up(self._unit, topic)
        while True:
            heard, payload = self._heard.get(timeout=PATIENCE)
            if heard == wanted:
                document = verify_statement(payload, kind, self._unit, self._key)
                return document.read(model)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._heard.put((message.topic, bytes(message.payload)))
