"""What the layers of failures need to know of the desk."""
