"""Sample files as messy as real ones, for fictional bodies, with the figures that must come out.

Needs the development dependencies (faker, openpyxl, xlwt); the product never imports this package.
"""
