"""What the engines' stand-ins accept and the engines themselves refuse, looked for in compiled SQL."""
