"""The faults themselves, one file a layer."""
