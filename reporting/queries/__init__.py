"""Reading figures, as far as the actor may see them."""
