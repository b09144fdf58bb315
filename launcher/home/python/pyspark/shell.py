# SPDX-License-Identifier: Apache-2.0
"""Start-up file of the interactive shell: runs the one of the installed pyspark package here, in
the namespace of the prompt, so that `spark`, `sc` and `sql` are there."""

import importlib.util as _util
import os as _os

_spec = _util.find_spec("pyspark")
if _spec is None or _spec.origin is None:
    raise SystemExit("this Python has no pyspark; install it with: python -m pip install pyspark")
__file__ = _os.path.join(_os.path.dirname(_spec.origin), "shell.py")
with open(__file__, encoding="utf-8") as _file:
    exec(compile(_file.read(), __file__, "exec"))
