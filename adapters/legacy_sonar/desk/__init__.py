"""The gateway's own pages in the legacy's form: requests read, pages rendered, cards and notices put in its pages."""
