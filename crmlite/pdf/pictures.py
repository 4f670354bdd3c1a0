"""Pictures from outside, made anew from their pixels. Only the renderer imports this, and only its children run it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageOps

PIXELS_AT_MOST = 25_000_000
SIDE_AT_MOST = 1200
"""More than a printer shows of a logo, and little enough to travel in every paper."""
THUMBNAIL = 480
"""Twice what a page shows, for screens with small dots."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "progressive": True},
    "WEBP": {"quality": 88, "method": 2},
    "PNG": {"compress_level": 6},
}


class Refused(Exception):
    """The reason in one word."""


@dataclass(frozen=True)
class Photo:
    data: bytes
    mime: str
    width: int
    height: int
    thumbnail: bytes
    """A WebP."""


def made_harmless(data: bytes) -> bytes:
    """A PNG of at most SIDE_AT_MOST without anything but pixels. Raises Refused."""
    with _opened(data) as image:
        plain = _upright(image)
        plain.thumbnail((SIDE_AT_MOST, SIDE_AT_MOST))
        return _saved(plain, "PNG", optimize=True)


def made_anew(data: bytes) -> Photo:
    """The same picture, as large as it was, and a small one; of several frames the first. Raises Refused.

    JPEG and WebP stay what they are, all else becomes PNG. Colours are those of screens, as no profile goes along.
    """
    with _opened(data) as image:
        kind = {"JPEG": "JPEG", "MPO": "JPEG", "WEBP": "WEBP"}.get(image.format or "", "PNG")  # MPO: several in a JPEG
        plain = _in_screen_colours(_upright(image), image.info.get("icc_profile"))
    width, height = plain.size
    whole = _saved(plain, kind, **_OPTIONS[kind])
    plain.thumbnail((THUMBNAIL, THUMBNAIL))
    return Photo(whole, f"image/{kind.lower()}", width, height, _saved(plain, "WEBP", quality=80))


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """The picture, not decoded yet. Raises Refused, also for what its decoding finds."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint has said otherwise; half a picture is no picture
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > PIXELS_AT_MOST:  # the header says so: nothing was decoded yet
                raise Refused("too_many_pixels")
            yield image
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # what Pillow raises for broken files
        raise Refused("no_picture") from error


def _upright(image: Image.Image) -> Image.Image:
    """The right way up, which is the one thing that is read of what a camera wrote along."""
    upright = ImageOps.exif_transpose(image)
    clear = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    if upright.mode == "CMYK":  # a profile of inks is needed to understand it
        return upright
    return upright.convert("RGBA" if clear else "RGB")


def _in_screen_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """As sRGB, which is what a picture without a profile is taken for."""
    if profile:
        target, mode = ImageCms.createProfile("sRGB"), "RGBA" if image.mode == "RGBA" else "RGB"
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):  # a profile that is none: as without
            converted = ImageCms.profileToProfile(image, BytesIO(profile), target, outputMode=mode)
            if converted is not None:
                return converted
    return image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Its pixels and nothing else: a fresh picture has no comments, places or profiles to write along."""
    plain = image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    out = BytesIO()
    fresh.save(out, kind, **options)
    return out.getvalue()
