"""The first images of a folder again as JPEG, PNG and WebP, one folder each: `loader_formats.py FROM TO COUNT`."""

import pathlib
import sys

from PIL import Image

source, target, count = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
endings = {".jpg", ".jpeg", ".png", ".webp"}
files = sorted(path for path in source.rglob("*") if path.suffix.lower() in endings)[:count]
options = {"jpeg": {"quality": 90}, "png": {}, "webp": {"quality": 90}}
for name, how in options.items():
    folder = target / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(files):
        with Image.open(path) as image:
            image.convert("RGB").save(folder / f"{number:04d}.{name}", **how)
