# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""Fathom in Python; dev.fathom.spark has its classes."""
