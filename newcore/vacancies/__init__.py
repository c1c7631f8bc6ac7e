"""Vacancies: what employers ask for."""
