"""What an employee may ask of the gateway itself: to approach a candidate, to answer for one, to look in an emergency."""
