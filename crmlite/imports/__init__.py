"""Moving in: files of people and companies, tried out first, taken in by a job, and taken back with one button."""
