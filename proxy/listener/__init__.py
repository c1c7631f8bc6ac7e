"""The two ends of the gateway: clients in (`mitm.py`), cores out (`upstream.py`), one strict grammar between them."""
