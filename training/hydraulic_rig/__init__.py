"""How the hydraulic-rig pack is made: an LSTM that judges four components, from ``sensor/hydraulic``."""
