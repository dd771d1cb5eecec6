"""What views looked like when somebody last read them. HEED_WRITE_GOLDEN=1 writes them anew."""

import json
import os
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("golden")


def check_golden(name: str, found: Any) -> None:
    """`found`, as JSON, is what the file `name` holds."""
    file = FOLDER / f"{name}.json"
    written = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("HEED_WRITE_GOLDEN"):
        file.write_text(written)
    assert json.loads(file.read_text()) == json.loads(written)
