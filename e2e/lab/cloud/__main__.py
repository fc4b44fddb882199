"""The cloud's own side: makes what the emulator of its API only writes down. Runs in the router's network.

Twice a second it looks whether the API changed anything, and then sees to it that
  fleet       each instance is a machine, and each machine an instance
  balancers   each network load balancer has an address in each of its subnets, and sends to its healthy targets
  firewall    what no security group of an instance or a balancer allows is dropped, and remembered
  names       the resolver knows machines, balancers, private zones, and the API itself
while metadata answers the machines about themselves, and front serves the API's names over TLS.
"""
import os
import signal
import threading
import time

from balancers import Balancers
from cloud import CHANGES, log
from firewall import Firewall
from fleet import Fleet
from front import Front
from metadata import serve
from names import Names


def main():
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    firewall = Firewall()
    fleet, balancers, names, front = Fleet(), Balancers(), Names(), Front()
    serve(fleet)
    seen, next_look = None, 0.0
    while not stop.wait(0.5):
        try:
            now = os.stat(CHANGES).st_mtime_ns if os.path.exists(CHANGES) else None
            if now != seen or time.monotonic() > next_look:
                fleet.look()
                # As on AWS, what ends gets no new connection before it loses its power.
                balancers.follow(fleet)
                firewall.follow(fleet, balancers)
                names.follow(fleet, balancers)
                fleet.settle()
                seen, next_look = now, time.monotonic() + 10
            balancers.report_health()
        except Exception as error:  # the API may be away for a moment; the next round asks again
            log("error", repr(error))
    for each in (names, balancers, front):
        each.stop()


main()
