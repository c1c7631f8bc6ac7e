"""The new core: a service of its own, with a database of its own. It imports nothing of the other packages.

One folder per domain, each with model (the record and what may be asked of it), commands (changes and what they refuse),
store (its tables) and api (its HTTP). What domains share stands in `register` (records kept under a version), `search`
(the language of filters) and `problem` (errors as RFC 9457).
"""
