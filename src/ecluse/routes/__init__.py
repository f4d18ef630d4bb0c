"""Which persons does a path show? Paths made canonical, and the routes that find persons in them."""
