"""Pictures from outside, made anew from their pixels. Only the renderer imports this, and only its children run it."""

from io import BytesIO

from PIL import Image, ImageFile, ImageOps

PIXELS_AT_MOST = 25_000_000
SIDE_AT_MOST = 1200
"""More than a printer shows of a logo, and little enough to travel in every paper."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


class Refused(Exception):
    """The reason in one word."""


def made_harmless(data: bytes) -> bytes:
    """A PNG without anything but pixels. Raises Refused."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint has said otherwise; half a logo is no logo
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > PIXELS_AT_MOST:  # the header says so: nothing was decoded yet
                raise Refused("too_many_pixels")
            return _as_png(image)
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # what Pillow raises for broken files
        raise Refused("no_picture") from error


def _as_png(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    clear = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    plain = upright.convert("RGBA" if clear else "RGB")
    plain.thumbnail((SIDE_AT_MOST, SIDE_AT_MOST))
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    out = BytesIO()
    fresh.save(out, "PNG", optimize=True)
    return out.getvalue()
