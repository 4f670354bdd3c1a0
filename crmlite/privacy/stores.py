"""Every table that holds something of a person, or points at one, and what an erasure does with it.

A test fails for a table that is not here: with columns marked PERSONAL, or with a relation to contacts. Whoever adds one says here
what becomes of it, lets a step of erasing.py do so, and shows it in the dossier (held.py).
"""

PURGED = "removed with the contact, with all that the journal says of it"
PAPERS = "kept while bookkeeping law asks for it, else removed"
EMPTIED = "its values are emptied, the row stays: that there was something"
NAMED = "what names the person is taken out of its texts"
KEPT_BY_HOOKS = "follows from the record, in the transaction that removes it"
NUMBERS = "holds numbers of rows only"
OURS = "is about people who work here"

STORES = {
    "contact": PURGED + "; emptied where a paper that is kept points at it",
    "point": PURGED,
    "address": PURGED,
    "affiliation": PURGED,
    "consent": PURGED,
    "note": PURGED + "; on deals and companies: " + NAMED,
    "tagging": PURGED,
    "member": PURGED,
    "attachment": PURGED,
    "link": PURGED,
    "hit": PURGED,
    "file": "removed with its bytes, where nothing else has it",
    "lead": PURGED,
    "deal": PURGED + "; of a company, or with a kept paper: " + NAMED,
    "quote": PAPERS,
    "quote_decision": PAPERS,
    "order": PAPERS,
    "message": EMPTIED,
    "message_file": "removed with its file",
    "submission": EMPTIED,
    "import": "its files and what is remembered of them are removed; what it brought of others stays",
    "import_row": EMPTIED,
    "outside_id": PURGED,
    "custom_value": KEPT_BY_HOOKS,
    "search": KEPT_BY_HOOKS,
    "duplicate_card": KEPT_BY_HOOKS,
    "duplicate_key": KEPT_BY_HOOKS,
    "duplicate_pair": KEPT_BY_HOOKS,
    "distinct_pair": NUMBERS,
    "event": NAMED + "; of the person's own: " + EMPTIED,
    "event_link": NUMBERS,
    "change": NAMED + "; of the person's own: " + EMPTIED,
    "notice": "removed",
    "seen": "removed",
    "favourite": "removed",
    "correction": PURGED,
    "correction_part": PURGED + "; its values are in no journal",
    "details_request": NUMBERS,
    "bulk_run": "what was asked of many at once; it goes by itself after some days",
    "bulk_refusal": NUMBERS,
    "device_password": OURS,
    "user": OURS,
    "invitation": OURS,
    "company": "stays: it is no person; notes on it: " + NAMED,
    "product": "stays: it is no person",
}
