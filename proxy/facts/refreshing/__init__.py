"""Facts of persons as the legacy shows them now, read person by person."""
