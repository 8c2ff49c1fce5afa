"""Money for orders: how it is asked, how it arrives, how it goes back; deposits; receipts."""
