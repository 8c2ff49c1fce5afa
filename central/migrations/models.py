"""Every table of central in one place: a new feature adds its line."""

import central.accounts.mail_models
import central.accounts.models
import central.accounts.staff_models
import central.audit.models
import central.booking.models
import central.booking.rule_models
import central.booking.terms
import central.credentials.models
import central.documents.models
import central.feedback.models
import central.fleet.models
import central.halls.models
import central.notifications.models
import central.outbox.models
import central.payments.models
from central.database import Base

metadata = Base.metadata
__all__ = ["central", "metadata"]
