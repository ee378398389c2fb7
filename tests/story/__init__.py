"""One story, told on each platform and across them."""
