"""What is kept: the database, the images beside it, and how long."""
