"""Quotes, how they are written and sent, orders, and number ranges."""
