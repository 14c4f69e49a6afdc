"""Items, prices, classes: the centre's lists kept at the till and found per keystroke."""

from terminal.catalogue.faults import BadCatalogueFile, NoCatalogue
from terminal.catalogue.files import read_file
from terminal.catalogue.store import Catalogue, Terms

__all__ = ["BadCatalogueFile", "Catalogue", "NoCatalogue", "Terms", "read_file"]
