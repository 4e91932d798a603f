"""Links: finding them as people and criminals write them, and saying what is odd about them without opening them.

Nothing here asks the network. Build one ``Links`` and keep it; see its methods.
"""

from honnin.links.checker import Links
from honnin.links.directory import Brand, BrandMention
from honnin.links.extract import Link
from honnin.links.words import summary

__all__ = ["Brand", "BrandMention", "Link", "Links", "summary"]
