"""How each pack in models/ was made, so that anyone can make it again. The only room that knows PyTorch."""
