"""Facts that operators bring: directory, persons, vacancies, appointments, covers."""
