"""Cameras and sensor links: one reader each, frames and samples out."""
