"""What the catalogue keeps: products with their prices, taxes with their rates, exchange rates."""

from crmlite.catalog.models.products import CodeTaken, Price, Product
from crmlite.catalog.models.rates import ExchangeRate
from crmlite.catalog.models.taxes import KIND_LABELS, KINDS, TaxClass, TaxRate

__all__ = ["CodeTaken", "ExchangeRate", "KINDS", "KIND_LABELS", "Price", "Product", "TaxClass", "TaxRate"]
