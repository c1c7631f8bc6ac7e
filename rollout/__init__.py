"""Moving functions: serves the migration engineers."""
