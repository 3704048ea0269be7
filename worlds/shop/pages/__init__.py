"""What people of the shop see: one folder an app; each app's `Pages` object is found by its shape."""
