"""When things go wrong: failure plans as data, the faults they name, and where a fault takes hold of a call.

A plan is rules; a rule says which fault strikes which calls, and when. Whether it strikes is decided by the plan's
seed, the operation and the number of the call alone, so the same plan and the same actions fail alike in every
process. A fault is one small class in `layers/`, found by its shape.
"""
