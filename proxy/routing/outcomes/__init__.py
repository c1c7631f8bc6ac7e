"""What became of the calls that either core could have answered, on its way from a gateway to those who judge it."""
