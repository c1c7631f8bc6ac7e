"""The access log: who saw whose data, when and on which ground; chained, signed, and never changed afterwards."""
