"""Pages under /desk."""
