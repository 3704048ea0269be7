"""What goes wrong in the shop and by whose hand: what the layers of failures need to know of this business."""
