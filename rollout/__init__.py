"""Moving functions: filling the new core, keeping it up to date, comparing. Serves the migration engineers."""
