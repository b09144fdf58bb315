# SPDX-License-Identifier: Apache-2.0
"""Starts the C++ program that is given, sets its thermostat, and is told of each change."""

import subprocess
import sys

from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.protocol import Py4JJavaError


class Listener:
    """C++ calls this object."""

    def changed(self, celsius: float) -> None:
        print(f"C++ says {celsius} degrees")

    class Java:
        implements = ("home.Listener",)


program = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
assert program.stdin and program.stdout
port, token = int(program.stdout.readline()), program.stdout.readline().strip()
gateway = ClientServer(
    JavaParameters(port=port, auth_token=token),
    PythonParameters(eager_load=False, port=0),
)

thermostat = gateway.entry_point
thermostat.addListener(Listener())
thermostat.setTarget(21.5)
print("it is set to", thermostat.target())

other = gateway.jvm.home.Thermostat(18)
print("another one is set to", other.target())
try:
    other.setTarget(40)
except Py4JJavaError as error:
    print("refused:", error.java_exception.getMessage())

gateway.close()
program.stdin.close()
sys.exit(program.wait())
