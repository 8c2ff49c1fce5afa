"""`hallpass-provision broker`: Mosquitto's configuration."""

from pathlib import PurePosixPath
from typing import Annotated

import typer

from provisioning.broker import Listener, write_config
from provisioning.commands.options import AsJson, Out, answer

app = typer.Typer(help="The MQTT broker between doors and central.", no_args_is_help=True)


@app.callback()
def broker() -> None:
    """Keep `config` a word of its own, also while it is the only one."""


@app.command(
    epilog="Example: hallpass-provision broker config --out /etc/hallpass/broker --port 8883"
)
def config(
    *,
    out: Out,
    host: Annotated[str, typer.Option(help="Address to listen on; empty: all.")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8883,
    user: Annotated[
        str, typer.Option(help="Account that Mosquitto changes to when root starts it.")
    ] = "mosquitto",
    installed_at: Annotated[
        str,
        typer.Option(help="Where the broker will find this folder, if elsewhere (a container)."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write mosquitto.conf and acl: mutual TLS, the certificate's name as identity, rights per topic.

    `ca broker --out` the same folder brings the certificates. Then: mosquitto -c <out>/mosquitto.conf
    """
    elsewhere = PurePosixPath(installed_at) if installed_at else None
    written = write_config(out, Listener(port, host, user, elsewhere))
    answer(
        {"files": [str(path) for path in written]},
        [
            *(f"Wrote {path}." for path in written),
            f"Mosquitto runs as {user}, who must be able to read {out}.",
        ],
        as_json=as_json,
    )
