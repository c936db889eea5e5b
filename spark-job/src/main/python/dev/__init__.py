# Licensed under the Apache License, Version 2.0; see the LICENSE file.
# Leaves the name to others, too.
__path__ = __import__("pkgutil").extend_path(__path__, __name__)
