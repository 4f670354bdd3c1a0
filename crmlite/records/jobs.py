"""What is done with records and files when their time is over."""

from crmlite import files, jobs
from crmlite.records import trash


@jobs.job
def purge_trash() -> None:
    """A batch in each transaction, until nothing is left: somebody else wants to write in between."""
    if trash.purge() >= trash.BATCH:
        jobs.enqueue(purge_trash)


@jobs.job
def forget_files() -> None:
    """Rows first; their bytes go the day after, when the rows are gone for sure. Nobody needs what the journal says of them."""
    files.sweep()
    files.forget()
    trash.forget_gone_files()
