"""What operators that keep the label are held to, and how that is proven on the rows of shipped specifications."""
