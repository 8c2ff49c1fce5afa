from pathlib import Path

import pytest

from central.database import Database
from tests.central.a_city import City, Time
from tests.central.payments.a_till import Till, pays_first


@pytest.fixture
def till(database: Database, city: City, time: Time, tmp_path: Path) -> Till:
    pays_first(database, city.a, refunds=((10, 100), (5, 50)))
    return Till(database, city, time, tmp_path)
