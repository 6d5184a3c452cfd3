"""The WattRex protocol beside ours: units that cannot be changed, spoken to as they expect it.

docs/wattrex.md describes it for a laboratory. None of WattRex' own code is used here.
"""
