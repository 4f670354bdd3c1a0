"""The pages of the catalogue: /products/, /catalog/taxes, /catalog/rates."""
