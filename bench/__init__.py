"""Speeds as ratios: each row interleaves a floor and ours in one run, after asserting equal outputs."""
