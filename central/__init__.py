"""Bookings, credentials and the fleet of door units, with the pages people use."""
