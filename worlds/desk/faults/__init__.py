"""What goes wrong at the desk and by whose hand: what the layers of failures need to know of this business."""
