"""What happened, in one place: warnings of one cause joined, with the pictures and traces of the seconds around them."""
