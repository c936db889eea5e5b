# Licensed under the Apache License, Version 2.0; see the LICENSE file.
"""Runs a program on the session that is there: its file, then its arguments."""
import runpy
import sys

import attached

attached.session()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
