"""The supervisor of one job; main.py is where it begins. Python 3.9 or newer, standard library only."""
