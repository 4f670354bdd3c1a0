"""What is done with files when their time is over."""

from crmlite import files, jobs
from crmlite.records import trash


@jobs.job
def sweep_files() -> None:
    """The bytes of files whose rows retention removed, for sure; and what the journal says of them, which nobody needs."""
    files.sweep()
    trash.forget_gone_files()
