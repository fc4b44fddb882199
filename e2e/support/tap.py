"""The results of a suite in Python, as the lines that e2e/run.ts counts."""

failures = 0


def check(name, result, wanted):
    """Prints `ok NAME`, or `not ok NAME` with what was wanted and what came."""
    global failures
    if result == wanted:
        print("ok", name, flush=True)
    else:
        failures += 1
        print(f"not ok {name}\n#   wanted {wanted}\n#   got    {result}", flush=True)
