# SPDX-License-Identifier: BSD-3-Clause
"""TAP for whole-program tests: cases are printed as they happen, the plan at the end."""


class Tap:
    def __init__(self):
        self.cases = 0
        self.failures = 0

    def case(self, name, good, *notes):
        """One case; the notes are shown when it is not good."""
        self.cases += 1
        self.failures += not good
        # A "#" in a name would begin a TAP directive.
        print(f"{'ok' if good else 'not ok'} {self.cases} - {name.replace('#', '(hash)')}", flush=True)
        if not good:
            for note in notes:
                for line in str(note).splitlines():
                    print(f"# {line}", flush=True)

    def skip(self, name, why):
        self.cases += 1
        print(f"ok {self.cases} - {name} # SKIP {why}", flush=True)

    def finish(self):
        """Prints the plan; returns the exit status."""
        print(f"1..{self.cases}")
        return 1 if self.failures or not self.cases else 0
