"""Lets units in that speak over HTTP: the body is a batch of journal entries that the unit signed."""

from central.accounts.principals import Unit
from central.database import Database
from central.fleet import units
from central.fleet.ingest import prove
from central.fleet.units import KnownUnit


class Gate:
    """`accounts.principals.UnitDoor` over the units in service."""

    def __init__(self, database: Database) -> None:
        """Look units up in a database."""
        self._database = database

    def read(self, body: bytes) -> Unit:
        """Return who signed and what; raises as `ingest.prove`."""
        return Unit(prove(body, self.find).unit.id, body)

    def find(self, unit_id: str) -> KnownUnit:
        """Return a unit in service.

        Raises:
            UnknownUnit: it is not.

        """
        with self._database.read() as session:
            return units.in_service(session, unit_id)
