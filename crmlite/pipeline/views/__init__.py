"""/deals: the list, the board, one deal with what can be done to it, and the pipelines."""
