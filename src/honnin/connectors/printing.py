"""Prints documents as PDF or images with typst. Words from outside are handed over as data and never read as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from typing import Any

import typst

from honnin.connectors.fonts import Font, find_font
from honnin.errors import HonninError
from honnin.evidence.document import Document
from honnin.model import Text

PIXELS_PER_INCH = 110.0
TEMPLATE = (files("honnin.connectors") / "data" / "document.typ").read_bytes()


class TypstPrinter:
    """Prints with the font it finds on the machine; refuses where there is none, or where anything could be missing."""

    def __init__(self, font_folder: str = "") -> None:
        self._font_folder = font_folder

    @cached_property
    def _font(self) -> Font:
        return find_font(self._font_folder)

    @cached_property
    def _fonts(self) -> typst.Fonts:
        folder = str(self._font.path.parent)
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])

    def pdf(self, document: Document, *, at: datetime) -> bytes:
        """Print for the archive (PDF/A-2b); the same document at the same time is the same file."""
        made = self._print(
            document, {"format": "pdf", "pdf_standards": ["a-2b"], "timestamp": at.replace(microsecond=0)}
        )
        return made if isinstance(made, bytes) else made[0]

    def images(self, document: Document) -> list[bytes]:
        """Print each page as an image."""
        made = self._print(document, {"format": "png", "ppi": PIXELS_PER_INCH})
        return [made] if isinstance(made, bytes) else made

    def _print(self, document: Document, how: Mapping[str, Any]) -> bytes | list[bytes]:
        plain = self._visible(document.plain()) | {"font": self._font.family}
        try:
            made, warnings = typst.compile_with_warnings(
                TEMPLATE, font_paths=self._fonts, sys_inputs={"document": json.dumps(plain, ensure_ascii=False)}, **how
            )
        except typst.TypstError as error:
            raise HonninError(Text(f"PDFを作れませんでした：{error.message}", f"No PDF could be made: {error.message}")) from None  # fmt: skip
        if warnings or made is None:
            told = "; ".join(each.message for each in warnings)
            raise HonninError(Text(f"PDFに欠けがあるため中止しました：{told}", f"The PDF would not be whole: {told}"))
        return list(made) if isinstance(made, list) else bytes(made)

    def _visible(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._font.shown(value)
        if isinstance(value, Mapping):
            return {key: self._visible(each) for key, each in value.items()}
        return [self._visible(each) for each in value] if isinstance(value, list | tuple) else value
