# Licensed under the Apache License, Version 2.0; see the LICENSE file.
import os


class Variable:
    @staticmethod
    def get(key, default_var=None):
        return os.environ.get(key.upper(), default_var)
