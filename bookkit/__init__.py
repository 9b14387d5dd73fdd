"""What the pages of the book share: style, data, live figures, listings and self-checks."""
