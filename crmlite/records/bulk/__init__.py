"""One change of many records: of those that were ticked, or of all that a list shows."""
