"""What all processes together may cost the legacy: one bucket for backfill, sync, re-reads and reconcile."""
