"""What the page of one product shows: besides what all records have, its prices and its tax today."""

from functools import cached_property

from crmlite.auth.models import Viewer
from crmlite.catalog.models import Price, Product
from crmlite.catalog.types import PRODUCT
from crmlite.records.page import RecordPage
from crmlite.web import local_today


class ProductPage(RecordPage):
    def __init__(self, product: Product, user: Viewer) -> None:
        super().__init__(PRODUCT, product, user)
        self.product = product

    @cached_property
    def prices(self) -> list[Price]:
        return self.product.prices

    @cached_property
    def rate(self) -> int | None:
        """What its tax charges today, in basis points."""
        tax = self.product.tax_class
        return tax.rate_on(local_today()) if tax else None
