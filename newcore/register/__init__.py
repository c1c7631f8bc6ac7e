"""Records that are kept under a version: what vacancies and employers have in common."""
