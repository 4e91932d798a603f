"""Draws pictures from strangers anew, in a process of its own with little memory, little time and nothing to write to.

What comes back is a plain JPEG: no metadata, no second frame, nothing behind the picture. If a picture breaks the program
that reads it, only that process ends.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import threading
import warnings

MOST_PIXELS = 50_000_000
SHOWN_PIXELS = 12_000_000
LONGEST_SIDE = 16_000
MEMORY = 1024 * 1024 * 1024
SECONDS = 5
PATIENCE = 10
"""Seconds to wait for a turn. Where too many want one, a picture is kept without being drawn, and nobody waits for long."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
QUALITY = 88


class RedrawApart:
    """Draws in another process; at most a few at a time, so that many pictures do not take the machine."""

    def __init__(self, at_a_time: int = 2) -> None:
        self._turns = threading.Semaphore(at_a_time)

    def __call__(self, data: bytes) -> bytes | None:
        command = [sys.executable, "-I", "-m", __name__]
        if not self._turns.acquire(timeout=PATIENCE):
            return None
        try:
            done = subprocess.run(  # noqa: S603 - our own program; the picture goes in by its input alone
                command, input=data, capture_output=True, timeout=2 * SECONDS, check=False, env={}
            )
        except (subprocess.TimeoutExpired, OSError):
            return None
        finally:
            self._turns.release()
        drawn = done.stdout
        return drawn if done.returncode == 0 and drawn.startswith(b"\xff\xd8\xff") else None


def draw(data: bytes) -> bytes:
    """Return the picture as JPEG, upright and not larger than needed to read it. Raises what Pillow raises."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - the process that asks must not load it

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Image.open(io.BytesIO(data), formats=FORMATS) as given:
            factor = min(1.0, (SHOWN_PIXELS / (given.width * given.height)) ** 0.5, LONGEST_SIDE / max(given.size))
            size = max(1, int(given.width * factor)), max(1, int(given.height * factor))
            given.draft("RGB", size)
            upright = ImageOps.exif_transpose(given)
            if factor < 1:
                upright.thumbnail((max(size), max(size)) if upright.size != given.size else size)
            clear = upright.convert("RGBA") if upright.mode != "RGB" else upright
            paper = Image.new("RGB", clear.size, "white")
            paper.paste(clear, mask=clear.getchannel("A") if clear.mode == "RGBA" else None)
    drawn = io.BytesIO()
    paper.save(drawn, "JPEG", quality=QUALITY, subsampling=0)
    return drawn.getvalue()


def main() -> None:
    """Read a picture from the input and write it to the output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
