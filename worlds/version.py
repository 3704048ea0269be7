"""The version of the package; a record, a document and a build name it."""

__version__ = "0.1.0"
