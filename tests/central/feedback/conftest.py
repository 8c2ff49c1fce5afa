import pytest
from fastapi import FastAPI

from central.database import Database
from tests.central.a_city import City, Time
from tests.central.feedback.a_report import Reporting


@pytest.fixture
def reporting(application: FastAPI, database: Database, city: City, time: Time) -> Reporting:
    return Reporting(application, database, city, time)
