"""Employers: who offers vacancies, and whom to call there."""
