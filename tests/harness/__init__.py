"""What the tests stand on: a Haneul of their own, the real tools pointed at it, and raw HTTP for bad input."""
