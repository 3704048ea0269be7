"""Texts that customers write in order to steer whoever reads them, and where in a world they can stand."""
