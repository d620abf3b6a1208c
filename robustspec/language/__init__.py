"""What a specification file may say: typed, strict, and explained in words when it is wrong."""
