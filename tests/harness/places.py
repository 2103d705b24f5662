"""Where things are. Every path comes from here; HANEUL_TOOLS and HANEUL_BIN override the two that may differ.

The JS SDK is in tests/js/node_modules, since ES modules are found by folder only.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TOOLS = Path(os.environ.get("HANEUL_TOOLS", TARGET / "tools"))
BINARY = Path(os.environ.get("HANEUL_BIN", TARGET / "debug" / "haneul"))
PYTHON_TOOLS = TOOLS / "python" / "bin"
PHOTOGRAPHS = TOOLS / "photographs" / "skimage" / "data"
EXAMPLES = ROOT / "examples"
REGION = "us-east-1"
# Where the examples' Rust functions are compiled, so that each is compiled once only.
CARGO_TARGET = TOOLS / "cargo"
