"""Photos from phones: what is not a picture is refused, the rest is shrunk and loses where and when it was taken."""

from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST = 10 * 1024 * 1024
FORMATS = ("JPEG", "PNG", "WEBP")
# A phone's camera makes 50 megapixels; a bomb claims thousands.
MOST_PIXELS = 64_000_000
LONGEST_SIDE = 1600


def cleaned(upload: Any) -> "ContentFile[bytes]":
    """Return the picture as a small JPEG without any metadata; raise ValidationError with what to do instead."""
    if upload.size > LARGEST:
        raise ValidationError(_("This photo is larger than 10 MB. Choose a smaller one."))
    try:
        with Image.open(upload, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ValidationError(_("This photo is too large. Take it again with a lower resolution."))
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError(_("This is not a photo we can read. Choose a JPEG, PNG or WebP picture.")) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    stored = BytesIO()
    picture.save(stored, "JPEG", quality=82)
    return ContentFile(stored.getvalue(), name="photo.jpg")
